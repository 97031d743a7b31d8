/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _GATE_H
#define _GATE_H

typedef enum __packed {
	GATE_HOOK_OPEN = 0x0UL, GATE_HOOK_READ __attribute__((deprecated)),
	GATE_HOOK_MAP /* memory */ , // and
	GATE_HOOK_EXEC, __GATE_HOOK_MAX,
} gate_hook __aligned(4);

#endif
