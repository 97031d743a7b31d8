// SPDX-License-Identifier: GPL-2.0
#include "gate.h"

static const char *const gate_hook_names[__GATE_HOOK_MAX] = {
	"OPEN",
	"READ",
	"MAP",
	"EXEC",
#ifdef CONFIG_GATE_0
	"N0",
#endif
#ifdef CONFIG_GATE_1
	"N1",
#endif
#ifdef CONFIG_GATE_2
	"N2",
#endif
#ifdef CONFIG_GATE_3
	"N3",
#endif
#ifdef CONFIG_GATE_4
	"N4",
#endif
#ifdef CONFIG_GATE_5
	"N5",
#endif
#ifdef CONFIG_GATE_6
	"N6",
#endif
};
