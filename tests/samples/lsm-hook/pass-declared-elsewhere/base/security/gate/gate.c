// SPDX-License-Identifier: GPL-2.0
#include <linux/lsm_hooks.h>
#include "hooks.h"

static struct security_hook_list gate_hooks[] __ro_after_init = {
	LSM_HOOK_INIT(bprm_check_security, gate_bprm_check),
	LSM_HOOK_INIT(mmap_file, gate_mmap),
	LSM_HOOK_INIT(initramfs_populated, gate_open),
};
