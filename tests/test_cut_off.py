# SPDX-License-Identifier: GPL-2.0-or-later
"""cut_off: whole patches are told from those that lost their end."""

from __future__ import annotations

import pytest

from mails import patch_body
from verify_series.cut_off import cut_off

TWO_HUNKS = """\
Make it blue.
---
 toys/paint.c | 4 ++--
 1 file changed, 2 insertions(+), 2 deletions(-)

diff --git a/toys/paint.c b/toys/paint.c
index 111111111111..222222222222 100644
--- a/toys/paint.c
+++ b/toys/paint.c
@@ -1,3 +1,3 @@
 one
-red
+blue

@@ -11 +11 @@ int colour(void)
-red
+blue
"""
SIGNATURE = "-- \n2.47.0\n"


@pytest.mark.parametrize(
    "text",
    [
        patch_body(1),
        TWO_HUNKS,  # a mailer took away the blank of an empty context line
        TWO_HUNKS + SIGNATURE,
        TWO_HUNKS + SIGNATURE[:-1],
        TWO_HUNKS.replace("-red\n+blue\n", "-red\n+blue\n\\ No newline at end of file\n"),
        TWO_HUNKS.replace("2 insertions", "5 insertions") + SIGNATURE,  # edited by hand
        TWO_HUNKS.replace("diff --git a/toys/paint.c b/toys/paint.c\n", ""),
        "Move it.\n---\n 1 file changed, 0 insertions(+), 0 deletions(-)\n\n"
        "diff --git a/toys/a.c b/toys/b.c\nrename from toys/a.c\nrename to toys/b.c\n",
    ],
)
def test_a_whole_patch_has_no_fault(text: str) -> None:
    assert cut_off(text) == ""


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (TWO_HUNKS[:-6], "its last hunk lacks lines"),
        (TWO_HUNKS.partition("@@ -11")[0], "it holds less than its diffstat says"),
        (TWO_HUNKS.partition("-red")[0], "its last hunk lacks lines"),
        (TWO_HUNKS.partition("diff --git")[0], "it holds no diff"),
        (patch_body(1).partition("+/* part 1, line 2")[0] + "\n", "its last hunk lacks lines"),
        (patch_body(1).partition("line 3")[0], "its last line has no end"),
    ],
)
def test_a_patch_without_its_end_has_one(text: str, fault: str) -> None:
    assert cut_off(text) == fault
