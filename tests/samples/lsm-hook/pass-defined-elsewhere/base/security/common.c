int cap_mmap(struct file *file, unsigned long reqprot, unsigned long prot,
	     unsigned long flags)
{
	return 0;
}
