// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What QEMU boots in quick tests instead of a kernel: it plays the text SCRIPT to the report port,
 * where "%" is the nonce from /steps of its initramfs, and capital letters behind "^" are what a
 * machine can do: S go on over the serial line, X exit as init does, R reset, H hang, F write to
 * the serial line for ever.
 *
 * Entered in 32-bit mode with the address of a start_info in ebx (the PVH boot protocol).
 */
#include "script.h"

__asm__(".section .note,\"a\",@note\n"
	".long 4, 8, 18\n"	/* XEN_ELFNOTE_PHYS32_ENTRY */
	".asciz \"Xen\"\n"
	".long entry, 0\n"
	".text\n"
	".globl entry\n"
	"entry:\n"
	"mov $stack + 4096, %esp\n"
	"push %ebx\n"
	"call play\n");

char stack[4096];

struct start_info {
	unsigned int magic, version, flags, modules;
	unsigned long long modlist;
};

static void out(unsigned short port, char value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static void reset(void)
{
	static const struct {
		unsigned short limit;
		unsigned int base;
	} __attribute__((packed)) nothing;

	__asm__ volatile("lidt %0\n\tint3" : : "m"(nothing));
}

static int same(const char *at, const char *word)
{
	while (*word && *at == *word)
		at++, word++;
	return !*word;
}

/* The first line of /steps: its data follow the name, as 110 + 6 bytes need no padding. */
static const char *nonce(const struct start_info *info)
{
	const char *c = *(const char **)(unsigned long)info->modlist + 110;

	while (!(same(c, "steps") && !c[5] && same(c - 110, "070701")))
		c++;
	return c + 6;
}

void play(const struct start_info *info)
{
	unsigned short port = 0xe9;

	for (const char *c = SCRIPT; *c; c++) {
		if (*c == '%') {
			for (const char *n = nonce(info); *n != '\n'; n++)
				out(port, *n);
		} else if (*c == '^') {
			c++;
			while (*c == 'F')
				out(0x3f8, 'f');
			if (*c == 'S')
				port = 0x3f8;
			else if (*c == 'X')
				out(0xf4, 0x10);
			else if (*c == 'R')
				reset();
			else
				for (;;)
					__asm__ volatile("cli; hlt");
		} else {
			out(port, *c);
		}
	}
	for (;;)
		;
}
