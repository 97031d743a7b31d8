/* security_initramfs_populated() comes last. */
void unpack(void)
{
	security_initramfs_populated();
}
