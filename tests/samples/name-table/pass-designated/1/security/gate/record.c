// SPDX-License-Identifier: GPL-2.0
#include "gate.h"

static const char *const gate_hook_names[__GATE_HOOK_MAX] = {
	[GATE_HOOK_EXEC] = "EXEC",
	[GATE_HOOK_LINK] = "LINK",
	[GATE_HOOK_OPEN] = "OPEN",
	[GATE_HOOK_READ] = "READ",
	[GATE_HOOK_MAP] = "MAP",
};
