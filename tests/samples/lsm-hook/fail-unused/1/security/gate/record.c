#include "hooks.h"

static const char *const gate_names[] = {
	[GATE_HOOK_CHECK] = "CHECK",
};
