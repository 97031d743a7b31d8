/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MINI_IPE_HOOKS_H
#define MINI_IPE_HOOKS_H

#include "policy.h"

/* Which hook asks. audit.c has a name for each. */
enum ipe_hook_type {
	IPE_HOOK_BPRM_CHECK,
	IPE_HOOK_MMAP,
	IPE_HOOK_MPROTECT,
	IPE_HOOK_KERNEL_READ,
	IPE_HOOK_KERNEL_LOAD,
	__IPE_HOOK_MAX
};

int ipe_bprm_check_security(struct linux_binprm *bprm);

int ipe_mmap_file(struct file *f, unsigned long reqprot, unsigned long prot,
		  unsigned long flags);

int ipe_file_mprotect(struct vm_area_struct *vma, unsigned long reqprot,
		      unsigned long prot);

int ipe_kernel_read_file(struct file *file, enum kernel_read_file_id id,
			 bool contents);

int ipe_kernel_load_data(enum kernel_load_data_id id, bool contents);

/* audit.c */
void ipe_record(enum ipe_op_type op, enum ipe_prop_type prop,
		enum ipe_hook_type hook);

/* ipe.c */
int ipe_ask(struct file *file, enum ipe_op_type op, enum ipe_hook_type hook);

#endif
