// SPDX-License-Identifier: GPL-2.0
#include <linux/lsm_hooks.h>

#define call_void_hook(HOOK, ...) CALL_ALL(HOOK, __VA_ARGS__)
#define call_int_hook(HOOK, ...) CALL_UNTIL(HOOK, __VA_ARGS__)

/**
 * security_bprm_check() - May this program be loaded?
 * @bprm: the program
 *
 * Return: 0 if it may.
 */
int security_bprm_check(struct linux_binprm *bprm)
{
	return call_int_hook(bprm_check_security, bprm);
}

/**
 * security_bprm_creds_for_exec() - Prepare the credentials of a program
 * @bprm: the program
 *
 * Return: 0 on success.
 */
int security_bprm_creds_for_exec(struct linux_binprm *bprm)
{
	return call_int_hook(bprm_creds_for_exec, bprm);
}

/**
 * security_mmap_file() - May this file be mapped?
 * @file: the file, or NULL
 * @prot: what the program asked for
 * @flags: how
 *
 * Return: 0 if it may.
 */
int security_mmap_file(struct file *file, unsigned long prot,
		       unsigned long flags)
{
	return call_int_hook(mmap_file, file, prot, prot_of(file, prot), flags);
}

/**
 * security_initramfs_populated() - The initramfs is unpacked
 */
void security_initramfs_populated(void)
{
	call_void_hook(initramfs_populated);
}
