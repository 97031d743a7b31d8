// SPDX-License-Identifier: GPL-2.0
#include "gate.h"

#define GATE_NAMES 4

static const char *const gate_hook_names[GATE_NAMES] = {
	"OPEN",
	"READ",
	"MAP",
	"EXEC",
};
