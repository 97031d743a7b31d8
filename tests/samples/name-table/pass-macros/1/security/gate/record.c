// SPDX-License-Identifier: GPL-2.0
#include "gate.h"

#define GATE(hook) [GATE_HOOK_##hook] = #hook

static const char *const gate_hook_names[__GATE_HOOK_MAX] = {
	GATE(OPEN),
	GATE(READ),
	GATE(LINK),
	GATE(MAP),
	[GATE_HOOK_EXEC] = __stringify(EXEC),
};
