/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _GATE_HOOKS_H
#define _GATE_HOOKS_H

enum gate_hook {
	GATE_HOOK_EXEC,
	GATE_HOOK_MAP,
	__GATE_HOOK_MAX
};

int gate_bprm_check(struct linux_binprm *bprm);
int gate_mmap(struct file *file, unsigned long reqprot, unsigned long prot,
	      unsigned long flags);
void gate_open(void);

#endif
