#include <linux/security.h>

int seal(struct file *file, unsigned int seals)
{
	return security_file_seal(file, seals);
}
