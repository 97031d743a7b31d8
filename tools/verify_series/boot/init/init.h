// SPDX-License-Identifier: GPL-2.0-or-later
/* What the files of init share; init.c says what init is. */
#include <stddef.h>

/* report.c: lines of the report, and the end of the machine. */
void report_start(void);
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
void say_text(const char *head, const char *text, size_t length);
void finish(void) __attribute__((noreturn));

/* audit.c: the records that each line of /steps causes. */
void audit_start(void);
void audit_report(int number);
void audit_lost(void);

/* actions.c: do one line of /steps; 0, or an errno. */
int act(char *line);
