#include "gate.h"

#define AS_NAME(name) #name,
static const char *const gate_hook_names[] = {
	GATE_HOOKS(AS_NAME)
};
