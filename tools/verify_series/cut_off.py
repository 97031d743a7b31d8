# SPDX-License-Identifier: GPL-2.0-or-later
"""Was a patch cut off on its way? Compares a diff with what it says about itself."""

from __future__ import annotations

import re

_HUNK = re.compile(r"@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@")
_SUMMARY = re.compile(
    r"^ (\d+) files? changed(?:, (\d+) insertions?\(\+\))?(?:, (\d+) deletions?\(-\))?$", re.M
)
_FIRST = re.compile(r"^(?:diff --git |--- \S)", re.M)


def holds_diff(text: str) -> bool:
    """Does a diff begin in ``text``?"""
    return _FIRST.search(text) is not None


def cut_off(text: str) -> str:
    """Why the patch in the mail ``text`` cannot be whole; empty where it can.

    A hunk says how many lines it has (diff -u), so that one which ends early is an error. A cut
    between two hunks shows only in the diffstat, which people also edit by hand: it counts where
    the mail lacks git's last lines as well, ``-- `` and the version.
    """
    start = _FIRST.search(text)
    if not start:
        return "it holds no diff"
    diff = text[start.start() :]
    files = len(re.findall(r"^diff --git ", diff, re.M) or re.findall(r"^\+\+\+ \S", diff, re.M))
    added = removed = old = new = 0
    within = False
    for line in diff.split("\n"):
        within = old > 0 or new > 0
        if not within:
            if hunk := _HUNK.match(line):
                old, new = (int(n) if n else 1 for n in hunk.groups())
            continue
        sign = line[:1] or " "  # an empty line is context whose blank a mailer took away
        if sign not in " +-\\" or (sign == " " and min(old, new) == 0):
            break
        added += sign == "+"
        removed += sign == "-"
        old -= sign in " -"
        new -= sign in " +"
    if old > 0 or new > 0:
        return "its last hunk lacks lines"
    if within:
        return "its last line has no end"
    told = list(_SUMMARY.finditer(text, 0, start.start()))
    if told and "\n-- \n" not in diff:
        said = [int(n or 0) for n in told[-1].groups()]
        if said != [files, added, removed]:
            return "it holds less than its diffstat says"
    return ""
