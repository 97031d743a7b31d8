// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The init of a booted scenario: does what /steps says, line by line, and reports it.
 *
 * /steps has one action a line, its words separated by tabs; scenario.py writes it. Of every
 * action the report says, in lines of their own:
 *
 *	begin N			the number of the line, from 1
 *	data TEXT		what was read, or how a program ended
 *	record TYPE TEXT	an audit record that the action caused
 *	log TEXT		a line that the action caused in the kernel log
 *	end N ERRNO		0 where the action was allowed
 *
 * and last "lost N" (audit records that the kernel dropped) and "done NONCE", the word that the
 * first line of /steps holds. TEXT has backslashes and unprintable bytes as \xNN.
 *
 * Started as any other process than the first, it exits with status 0: so it also serves as the
 * program that a scenario executes, and as the interpreter of its scripts.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "init.h"

/* What the kernel log has gained: "PRIORITY,SEQUENCE,TIME,FLAGS;TEXT\n" a read. */
static void log_report(int kmsg)
{
	static char buffer[1 << 14];
	ssize_t got;

	while (kmsg >= 0 && ((got = read(kmsg, buffer, sizeof(buffer) - 1)) > 0 || errno == EPIPE)) {
		char *text, *end;

		if (got <= 0)
			continue;	/* overwritten before it was read: go on with the next */
		buffer[got] = '\0';
		text = strchr(buffer, ';');
		end = strchr(buffer, '\n');
		if (text && end)
			say_text("log", text + 1, end - text - 1);
	}
}

int main(void)
{
	char line[4096], nonce[128];
	FILE *steps;
	int kmsg;

	if (getpid() != 1)
		return 0;
	report_start();
	steps = fopen("/steps", "re");
	if (!steps || !fgets(nonce, sizeof(nonce), steps)) {
		say("unreadable %d\n", errno);
		finish();
	}
	kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	audit_start();
	for (int number = 1; fgets(line, sizeof(line), steps); number++) {
		int error;

		say("begin %d\n", number);
		error = act(line);
		audit_report(number);
		log_report(kmsg);
		say("end %d %d\n", number, error);
	}
	audit_lost();
	say("done %s", nonce);
	finish();
}
