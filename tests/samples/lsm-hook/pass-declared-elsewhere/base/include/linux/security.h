/* SPDX-License-Identifier: GPL-2.0 */
#ifndef __LINUX_SECURITY_H
#define __LINUX_SECURITY_H

#ifdef CONFIG_SECURITY

int security_bprm_check(struct linux_binprm *bprm);
int security_bprm_creds_for_exec(struct linux_binprm *bprm);
int security_mmap_file(struct file *file, unsigned long prot,
		       unsigned long flags);
void security_initramfs_populated(void);

#else /* CONFIG_SECURITY */

static inline int security_bprm_check(struct linux_binprm *bprm)
{
	return 0;
}

static inline int security_bprm_creds_for_exec(struct linux_binprm *bprm)
{
	return 0;
}

static inline int security_mmap_file(struct file *file, unsigned long prot,
				     unsigned long flags)
{
	return 0;
}

static inline void security_initramfs_populated(void)
{
}

#endif /* CONFIG_SECURITY */

#endif
