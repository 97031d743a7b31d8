SEC("lsm/mmap_file")
int BPF_PROG(map, struct file *file)
{
	return 0;
}

SEC("lsm.s/initramfs_populated")
void BPF_PROG(unpack)
{
}
