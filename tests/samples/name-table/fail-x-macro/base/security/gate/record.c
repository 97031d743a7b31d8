#include "gate.h"

#define GATE_HOOKS(hook) \
	hook(OPEN) \
	hook(READ) \
	hook(MAP) \
	hook(EXEC)

#define AS_NAME(name) #name,
static const char *const gate_hook_names[] = {
	GATE_HOOKS(AS_NAME)
};
