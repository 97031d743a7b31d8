// SPDX-License-Identifier: GPL-2.0
/* Miniature IPE: registration. */

#include "hooks.h"

int ipe_ask(struct file *file, enum ipe_op_type op, enum ipe_hook_type hook)
{
	if (file && from_trusted_origin(file))
		return 0;

	ipe_record(op, IPE_PROP_BOOT_VERIFIED_FALSE, hook);
	return -EACCES;
}

static struct security_hook_list ipe_hooks[] __ro_after_init = {
	LSM_HOOK_INIT(bprm_check_security, ipe_bprm_check_security),
	LSM_HOOK_INIT(mmap_file, ipe_mmap_file),
	LSM_HOOK_INIT(file_mprotect, ipe_file_mprotect),
	LSM_HOOK_INIT(kernel_read_file, ipe_kernel_read_file),
	LSM_HOOK_INIT(kernel_load_data, ipe_kernel_load_data),
};
