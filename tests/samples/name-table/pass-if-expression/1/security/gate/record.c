// SPDX-License-Identifier: GPL-2.0
#include "gate.h"

static const char *const gate_hook_names[__GATE_HOOK_MAX] = {
	"OPEN",
	"READ",
	"MAP",
	"EXEC",
#if defined(CONFIG_GATE_WIDE) && (BITS_PER_LONG == 64)
	"WIDE",
#elif IS_ENABLED(CONFIG_GATE_NARROW)
	"NARROW",
#endif
};
