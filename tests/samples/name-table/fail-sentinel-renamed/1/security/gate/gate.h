/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _GATE_H
#define _GATE_H

enum gate_hook {
	GATE_HOOK_OPEN,
	GATE_HOOK_READ,
	GATE_HOOK_MAP,
	GATE_HOOK_EXEC,
	__GATE_HOOK_END
};

#endif
