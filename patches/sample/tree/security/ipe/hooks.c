// SPDX-License-Identifier: GPL-2.0
/* Miniature IPE: what is asked, hook by hook. */

#include "hooks.h"

int ipe_bprm_check_security(struct linux_binprm *bprm)
{
	return ipe_ask(bprm->file, IPE_OP_EXEC, IPE_HOOK_BPRM_CHECK);
}

int ipe_mmap_file(struct file *f, unsigned long reqprot, unsigned long prot,
		  unsigned long flags)
{
	if (!(prot & PROT_EXEC))
		return 0;

	return ipe_ask(f, IPE_OP_EXEC, IPE_HOOK_MMAP);
}

int ipe_file_mprotect(struct vm_area_struct *vma, unsigned long reqprot,
		      unsigned long prot)
{
	if (!(prot & PROT_EXEC))
		return 0;

	return ipe_ask(vma->vm_file, IPE_OP_EXEC, IPE_HOOK_MPROTECT);
}

int ipe_kernel_read_file(struct file *file, enum kernel_read_file_id id,
			 bool contents)
{
	return ipe_ask(file, IPE_OP_FIRMWARE, IPE_HOOK_KERNEL_READ);
}

int ipe_kernel_load_data(enum kernel_load_data_id id, bool contents)
{
	return ipe_ask(NULL, IPE_OP_FIRMWARE, IPE_HOOK_KERNEL_LOAD);
}
