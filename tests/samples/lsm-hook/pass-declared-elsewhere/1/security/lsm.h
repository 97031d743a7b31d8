void security_initramfs_populated(void);
