/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _GATE_H
#define _GATE_H

#define GATE_HOOKS(hook) \
	hook(OPEN) \
	hook(READ) \
	hook(LINK) \
	hook(MAP) \
	hook(EXEC)

#define AS_ENUM(name) GATE_HOOK_##name,
enum gate_hook {
	GATE_HOOKS(AS_ENUM)
	__GATE_HOOK_MAX
};
#undef AS_ENUM

#endif
