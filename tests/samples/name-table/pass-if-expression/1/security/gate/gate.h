/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _GATE_H
#define _GATE_H

#ifdef CONFIG_GATE_WIDE
#define GATE_WIDE 1
#else
#define GATE_WIDE 0
#endif

enum gate_hook {
	GATE_HOOK_OPEN,
	GATE_HOOK_READ,
	GATE_HOOK_MAP,
	GATE_HOOK_EXEC,
#if GATE_WIDE && BITS_PER_LONG == 64
	GATE_HOOK_WIDE,
#elif defined(CONFIG_GATE_NARROW)
	GATE_HOOK_NARROW,
#endif
#if 0
	this is not C
#endif
	__GATE_HOOK_MAX
};

#endif
