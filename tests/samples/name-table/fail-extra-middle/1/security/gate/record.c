// SPDX-License-Identifier: GPL-2.0
#include "gate.h"

static const char *const gate_hook_names[__GATE_HOOK_MAX] = {
	"OPEN",
	"READ",
	"LINK",
	"MAP",
	"EXEC",
};
