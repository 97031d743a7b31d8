// SPDX-License-Identifier: GPL-2.0
/* Miniature IPE: the record of a denial. */

#include "hooks.h"

static const char *const audit_op_names[__IPE_OP_MAX + 1] = {
	"EXECUTE",
	"FIRMWARE",
	"KMODULE",
	"KEXEC_IMAGE",
	"KEXEC_INITRAMFS",
	"POLICY",
	"X509_CERT",
	"UNKNOWN",
};

static const char *const audit_hook_names[__IPE_HOOK_MAX] = {
	"BPRM_CHECK",
	"MMAP",
	"MPROTECT",
	"KERNEL_READ",
	"KERNEL_LOAD",
};

static const char *const audit_prop_names[__IPE_PROP_MAX] = {
	"boot_verified=FALSE",
	"boot_verified=TRUE",
	"dmverity_roothash=",
	"dmverity_signature=FALSE",
	"dmverity_signature=TRUE",
	"fsverity_digest=",
	"fsverity_signature=FALSE",
	"fsverity_signature=TRUE",
};

void ipe_record(enum ipe_op_type op, enum ipe_prop_type prop,
		enum ipe_hook_type hook)
{
	write_record("ipe_op=%s ipe_hook=%s rule=%s", audit_op_names[op],
		     audit_hook_names[hook], audit_prop_names[prop]);
}
