// SPDX-License-Identifier: GPL-2.0
#include "hooks.h"

int gate_bprm_check(struct linux_binprm *bprm)
{
	return gate_ask(bprm->file, GATE_HOOK_EXEC);
}

int gate_mmap(struct file *file, unsigned long reqprot, unsigned long prot,
	      unsigned long flags)
{
	return prot & PROT_EXEC ? gate_ask(file, GATE_HOOK_MAP) : 0;
}

void gate_open(void)
{
	gate_is_open = true;
}
