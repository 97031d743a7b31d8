// SPDX-License-Identifier: GPL-2.0-or-later
/* What a step can do; scenario.py has the same list, and the manual says what each is. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/io.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "init.h"

#define WORDS	8

#ifndef AT_EXECVE_CHECK
#define AT_EXECVE_CHECK	0x10000	/* linux/fcntl.h since 6.14 */
#endif

static char buffer[1 << 16];

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

int act(char *line)
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
