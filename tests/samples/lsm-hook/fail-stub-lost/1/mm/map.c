int map(void)
{
	return security_mmap_file(NULL, 0, 0);
}
