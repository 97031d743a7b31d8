// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The report goes to port 0xe9 (QEMU's debugcon), where nothing of the kernel's can come in
 * between, and the machine ends when 0x10 is written to port 0xf4 (QEMU's isa-debug-exit). Where
 * ports cannot be had, as in a test, it goes to standard output.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/io.h>
#include <unistd.h>

#include "init.h"

#define REPORT_PORT	0xe9
#define EXIT_PORT	0xf4
#define EXIT_VALUE	0x10	/* QEMU ends with status 2 * 0x10 + 1 = 33 */

static int have_ports;

void report_start(void)
{
	have_ports = !iopl(3);
}

/* A string at once: with KVM, a byte at a time costs an exit of the machine each. */
static void put(const char *text, size_t length)
{
	if (have_ports)
		outsb(REPORT_PORT, text, length);
	else
		fwrite(text, 1, length, stdout);
}

void say(const char *format, ...)
{
	char line[256];
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	put(line, length);
}

void say_text(const char *head, const char *text, size_t length)
{
	say("%s ", head);
	while (length) {
		size_t plain = 0;

		while (plain < length && text[plain] >= ' ' && text[plain] <= '~' &&
		       text[plain] != '\\')
			plain++;
		put(text, plain);
		if (plain < length)
			say("\\x%02x", (unsigned char)text[plain++]);
		text += plain;
		length -= plain;
	}
	put("\n", 1);
}

void finish(void)
{
	fflush(stdout);
	if (!have_ports)
		exit(0);
	outb(EXIT_VALUE, EXIT_PORT);
	for (;;)
		pause();
}
