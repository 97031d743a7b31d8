int load(struct linux_binprm *bprm)
{
	return security_bprm_check(bprm);
}
