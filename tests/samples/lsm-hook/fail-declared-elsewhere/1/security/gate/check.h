
int gate_creds(struct linux_binprm *bprm);
