// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Audit records are taken over netlink in the role of auditd, since printk drops some under load.
 * After every action a message of our own goes through the kernel's audit queue; what comes out
 * before it belongs to that action.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/netlink.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "init.h"

#define WAIT_MS	10000	/* for an answer of the audit subsystem */

static int audit = -1;
static char buffer[1 << 16] __attribute__((aligned(16)));

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

void audit_start(void)
{
	struct audit_status status = { .mask = AUDIT_STATUS_PID, .pid = getpid() };
	int size = 1 << 20;

	audit = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_AUDIT);
	if (audit >= 0)
		setsockopt(audit, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	if (audit < 0 || audit_send(AUDIT_SET, &status, sizeof(status)))
		audit_gone();
}

/* Report the records that come before our own message about line number. */
void audit_report(int number)
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

void audit_lost(void)
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
