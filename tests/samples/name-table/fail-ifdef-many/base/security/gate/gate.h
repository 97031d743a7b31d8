/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _GATE_H
#define _GATE_H

enum gate_hook {
	GATE_HOOK_OPEN,
	GATE_HOOK_READ,
	GATE_HOOK_MAP,
	GATE_HOOK_EXEC,
#ifdef CONFIG_GATE_0
	GATE_HOOK_N0,
#endif
#ifdef CONFIG_GATE_1
	GATE_HOOK_N1,
#endif
#ifdef CONFIG_GATE_2
	GATE_HOOK_N2,
#endif
#ifdef CONFIG_GATE_3
	GATE_HOOK_N3,
#endif
#ifdef CONFIG_GATE_4
	GATE_HOOK_N4,
#endif
#ifdef CONFIG_GATE_5
	GATE_HOOK_N5,
#endif
#ifdef CONFIG_GATE_6
	GATE_HOOK_N6,
#endif
	__GATE_HOOK_MAX
};

#endif
