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
 * The report goes byte by byte to port 0xe9 (QEMU's debugcon), where nothing of the kernel's can
 * come in between, and the machine ends when 0x10 is written to port 0xf4 (QEMU's
 * isa-debug-exit). Where ports cannot be had, as in a test, it goes to standard output.
 *
 * Audit records are taken over netlink in the role of auditd, since printk drops some under
 * load. After every action a message of our own goes through the kernel's audit queue; what
 * comes out before it belongs to that action.
 *
 * Started as any other process than the first, it exits with status 0: so it also serves as the
 * program that a scenario executes, and as the interpreter of its scripts.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/netlink.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/io.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define REPORT_PORT	0xe9
#define EXIT_PORT	0xf4
#define EXIT_VALUE	0x10	/* QEMU ends with status 2 * 0x10 + 1 = 33 */
#define WAIT_MS		10000	/* for an answer of the audit subsystem */
#define WORDS		8

#ifndef AT_EXECVE_CHECK
#define AT_EXECVE_CHECK	0x10000	/* linux/fcntl.h since 6.14 */
#endif

static int have_ports;
static int audit = -1;
static int kmsg = -1;
static char buffer[1 << 16] __attribute__((aligned(16)));

/* A string at once: with KVM, a byte at a time costs an exit of the machine each. */
static void put(const char *text, size_t length)
{
	if (have_ports)
		outsb(REPORT_PORT, text, length);
	else
		fwrite(text, 1, length, stdout);
}

static void say(const char *format, ...)
{
	char line[256];
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	put(line, length);
}

static void say_text(const char *head, const char *text, size_t length)
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

static void finish(void)
{
	fflush(stdout);
	if (!have_ports)
		exit(0);
	outb(EXIT_VALUE, EXIT_PORT);
	for (;;)
		pause();
}

/* The audit subsystem. */

static int audit_send(int type, const void *payload, size_t length)
{
	struct {
		struct nlmsghdr head;
		char payload[128];
	} message = { .head = {
		.nlmsg_len = NLMSG_LENGTH(length),
		.nlmsg_type = type,
		.nlmsg_flags = NLM_F_REQUEST,
	} };

	memcpy(message.payload, payload, length);
	return send(audit, &message, message.head.nlmsg_len, 0) < 0 ? -1 : 0;
}

/*
 * The next message in buffer, ended with a NUL: its length, or -1 if none comes. The kernel
 * leaves the header out of nlmsg_len for records, so that what recv() says counts.
 */
static int audit_receive(struct nlmsghdr *head, char **text)
{
	struct pollfd ready = { .fd = audit, .events = POLLIN };
	ssize_t got;

	if (poll(&ready, 1, WAIT_MS) != 1)
		return -1;
	got = recv(audit, buffer, sizeof(buffer) - 1, 0);
	if (got < NLMSG_HDRLEN)
		return -1;
	buffer[got] = '\0';
	memcpy(head, buffer, sizeof(*head));
	*text = buffer + NLMSG_HDRLEN;
	return got - NLMSG_HDRLEN;
}

/* Said once: from then on nothing is known about records. */
static void audit_gone(void)
{
	say("unaudited %d\n", errno);
	audit = -1;
}

static int audit_start(void)
{
	struct audit_status status = { .mask = AUDIT_STATUS_PID, .pid = getpid() };
	int size = 1 << 20;

	audit = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_AUDIT);
	if (audit < 0)
		return -1;
	setsockopt(audit, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	return audit_send(AUDIT_SET, &status, sizeof(status));
}

/* Report the records that come before our own message about line number. */
static void audit_report(int number)
{
	char mark[32], head[32], *text;
	struct nlmsghdr message;
	int length;

	if (audit < 0)
		return;
	snprintf(mark, sizeof(mark), "verify-series-line-%d.", number);
	if (audit_send(AUDIT_USER_AVC, mark, strlen(mark) + 1)) {
		audit_gone();
		return;
	}
	while ((length = audit_receive(&message, &text)) >= 0) {
		if (message.nlmsg_type == AUDIT_USER_AVC && strstr(text, mark))
			return;
		if (message.nlmsg_type == NLMSG_ERROR && *(int *)text) {
			errno = -*(int *)text;
			audit_gone();
			return;
		}
		if (message.nlmsg_type < AUDIT_FIRST_USER_MSG)
			continue;	/* answers to our own requests */
		snprintf(head, sizeof(head), "record %d", message.nlmsg_type);
		say_text(head, text, strnlen(text, length));
	}
	errno = ETIME;
	audit_gone();
}

static void audit_lost(void)
{
	struct audit_status status;
	struct nlmsghdr message;
	char *text;
	int length;

	if (audit < 0 || audit_send(AUDIT_GET, "", 0))
		return;
	while ((length = audit_receive(&message, &text)) >= 0) {
		if (message.nlmsg_type != AUDIT_GET)
			continue;
		memset(&status, 0, sizeof(status));
		memcpy(&status, text, length < (int)sizeof(status) ? length : (int)sizeof(status));
		say("lost %u\n", status.lost);
		return;
	}
}

/* What the kernel log has gained: "PRIORITY,SEQUENCE,TIME,FLAGS;TEXT\n" a read. */
static void log_report(void)
{
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

/* The actions: each gives 0 or an errno. */

static int failed(long result)
{
	return result < 0 ? errno : 0;
}

static int do_check(char **word)
{
	char *argv[] = { word[1], NULL }, *envp[] = { NULL };

	return failed(syscall(SYS_execveat, AT_FDCWD, word[1], argv, envp, AT_EXECVE_CHECK));
}

static int do_execute(char **word)
{
	char *argv[] = { word[1], NULL }, *envp[] = { NULL };
	int channel[2], error = 0, status;
	pid_t child;

	if (pipe2(channel, O_CLOEXEC))
		return errno;
	child = fork();
	if (child == 0) {
		execve(word[1], argv, envp);
		if (write(channel[1], &errno, sizeof(errno)) < 0)
			_exit(126);
		_exit(127);
	}
	error = failed(child);
	close(channel[1]);
	if (!error && read(channel[0], &error, sizeof(error)) < 0)
		error = errno;
	close(channel[0]);
	if (child > 0 && waitpid(child, &status, 0) == child && !error)
		say(WIFEXITED(status) ? "data exit %d\n" : "data signal %d\n",
		    WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
	return error;
}

static int map(const char *path, int first, int then)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), error = 0;
	void *at;

	if (fd < 0)
		return errno;
	at = mmap(NULL, 4096, first, MAP_PRIVATE, fd, 0);
	if (at == MAP_FAILED)
		error = errno;
	else if (then && mprotect(at, 4096, then))
		error = errno;
	if (at != MAP_FAILED)
		munmap(at, 4096);
	close(fd);
	return error;
}

static int do_map(char **word)
{
	return map(word[1], PROT_READ | PROT_EXEC, 0);
}

static int do_protect(char **word)
{
	return map(word[1], PROT_READ, PROT_READ | PROT_EXEC);
}

static int do_open(char **word)
{
	int fd = open(word[1], O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

static int do_read(char **word)
{
	int fd = open(word[1], O_RDONLY | O_CLOEXEC), error;
	size_t length = 0;
	ssize_t got;

	if (fd < 0)
		return errno;
	while ((got = read(fd, buffer + length, sizeof(buffer) - length)) > 0)
		length += got;
	error = failed(got);
	close(fd);
	if (!error)
		say_text("data", buffer, length);
	return error;
}

static int do_write(char **word)
{
	int fd = open(word[1], O_WRONLY | O_CREAT | O_CLOEXEC, 0644), error;

	if (fd < 0)
		return errno;
	error = failed(write(fd, word[2], strlen(word[2])));
	close(fd);
	return error;
}

static int do_copy(char **word)
{
	int from = open(word[1], O_RDONLY | O_CLOEXEC), to, error;
	ssize_t got = 0;

	if (from < 0)
		return errno;
	to = open(word[2], O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	error = failed(to);
	while (!error && (got = read(from, buffer, sizeof(buffer))) > 0)
		error = write(to, buffer, got) == got ? 0 : ENOSPC;
	if (!error)
		error = failed(got);
	if (!error)
		error = failed(fchmod(to, strtol(word[3], NULL, 8)));
	close(from);
	if (to >= 0)
		close(to);
	return error;
}

static int do_mount(char **word)
{
	return failed(mount(word[1], word[2], word[1], 0, NULL));
}

static int do_remove(char **word)
{
	return failed(unlink(word[1]));
}

static int do_ioperm(char **word)
{
	return failed(ioperm(strtoul(word[1], NULL, 0), 1, 1));
}

static const struct {
	const char *name;
	int arguments;
	int (*act)(char **word);
} actions[] = {
	{ "check", 1, do_check },
	{ "execute", 1, do_execute },
	{ "map", 1, do_map },
	{ "protect", 1, do_protect },
	{ "open", 1, do_open },
	{ "read", 1, do_read },
	{ "write", 2, do_write },
	{ "copy", 3, do_copy },
	{ "mount", 2, do_mount },
	{ "remove", 1, do_remove },
	{ "ioperm", 1, do_ioperm },
};

static int act(char *line)
{
	char *word[WORDS] = { NULL };
	int words = 0;

	for (char *next = strtok(line, "\t\n"); next && words < WORDS; next = strtok(NULL, "\t\n"))
		word[words++] = next;
	for (size_t i = 0; words && i < sizeof(actions) / sizeof(actions[0]); i++)
		if (!strcmp(word[0], actions[i].name) && words == actions[i].arguments + 1)
			return actions[i].act(word);
	return ENOSYS;
}

int main(void)
{
	char line[4096], nonce[128];
	FILE *steps;

	if (getpid() != 1)
		return 0;
	have_ports = !iopl(3);
	steps = fopen("/steps", "re");
	if (!steps || !fgets(nonce, sizeof(nonce), steps)) {
		say("unreadable %d\n", errno);
		finish();
	}
	kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (audit_start())
		audit_gone();
	for (int number = 1; fgets(line, sizeof(line), steps); number++) {
		int error;

		say("begin %d\n", number);
		error = act(line);
		audit_report(number);
		log_report();
		say("end %d %d\n", number, error);
	}
	audit_lost();
	say("done %s", nonce);
	finish();
}
