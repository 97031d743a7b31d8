int security_bprm_check(struct linux_binprm *bprm);
