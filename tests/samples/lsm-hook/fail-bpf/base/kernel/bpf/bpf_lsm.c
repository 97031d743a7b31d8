BTF_SET_START(sleeping)
BTF_ID(func, bpf_lsm_mmap_file)
BTF_ID(func, bpf_lsm_initramfs_populated)
BTF_SET_END(sleeping)

bool bpf_lsm_is_sleeping(u32 id)
{
	return btf_id_set_contains(&sleeping, id);
}
