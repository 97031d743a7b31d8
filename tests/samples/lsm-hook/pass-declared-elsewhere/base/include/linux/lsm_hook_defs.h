/* SPDX-License-Identifier: GPL-2.0 */
/* LSM_HOOK(type, default, name, parameters) */
LSM_HOOK(int, 0, bprm_check_security, struct linux_binprm *bprm)
LSM_HOOK(int, 0, bprm_creds_for_exec, struct linux_binprm *bprm)
LSM_HOOK(int, 0, mmap_file, struct file *file, unsigned long reqprot,
	 unsigned long prot, unsigned long flags)
LSM_HOOK(void, LSM_RET_VOID, initramfs_populated, void)
