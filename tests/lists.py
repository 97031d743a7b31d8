# SPDX-License-Identifier: GPL-2.0-or-later
"""A small list whose series meet every end, a kernel tree for it, and runs of backtest on both."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from ends import environment
from mails import mail, mbox, patch_body, series
from repos import Repo

# Finds fault with a file that is called part13.c; takes its time over one called part14.c.
CHECKPATCH = r"""
my $V = '9.99';
my $status = 0;
my @files = grep { !/^--/ } @ARGV;
for my $file (@files) {
    my $line = '-' x length($file);
    print "$line\n$file\n$line\n" if @files > 1;
    open(my $in, '<', $file) or die;
    while (<$in>) {
        sleep 2 if /^\+\+\+ .*part14/;
        next unless /^\+\+\+ .*(toys.part13.c)/;
        $status = 1;
        print "ERROR:UNLUCKY: a bad number\n#1: FILE: $1:1:\n+x\n\n";
    }
}
exit $status;
"""

#: Message-id to what is to come of the series: verdict, and why there is none.
EXPECTED = {
    "good@x": ("pass", ""),
    "bad@x": ("fail", ""),
    "there@x": ("pass", ""),
    "v1-0@example.org": ("pass", ""),
    "v2-0@example.org": ("none", "incomplete"),
    "old@x": ("none", "not-applied"),
}


def tree(folder: Path) -> Repo:
    """A kernel tree that has part 3 already."""
    repo = Repo(folder)
    part = "".join(f"/* part 3, line {n} */\n" for n in range(1, 4))
    repo.commit({"scripts/checkpatch.pl": CHECKPATCH, "toys/part3.c": part, "toys/b.c": "int b;\n"})
    return repo


def mails() -> list[bytes]:
    """Mails of six series and other talk, on different days."""
    stale = patch_body(1).partition("diff --git")[0] + (
        "diff --git a/toys/b.c b/toys/b.c\nindex 1234567890ab..1234567890cd 100644\n"
        "--- a/toys/b.c\n+++ b/toys/b.c\n@@ -1 +1 @@\n-int a;\n+int c;\n-- \n2.47.0\n"
    )
    return [
        mail("[PATCH] toys: good", patch_body(5), "good@x", day=1),
        mail("[PATCH] toys: bad", patch_body(13), "bad@x", day=2),
        mail("[PATCH] toys: there", patch_body(3), "there@x", day=3),
        *series(2),
        *series(3, 2)[:-1],
        mail("[PATCH] toys: old", stale, "old@x", day=7),
        mail("no series", "Just talk.\n", "talk@x", day=8),
    ]


def slow(count: int) -> list[bytes]:
    """Series that take a while each."""
    return [
        mail(f"[PATCH] toys: slow {n}", patch_body(14), f"slow{n}@x", day=n + 1)
        for n in range(count)
    ]


class Rig:
    """An archive, a tree and a folder for results below ``folder``."""

    def __init__(self, folder: Path, content: list[bytes]) -> None:
        self.folder = folder
        self.repo = tree(folder / "linux")
        self.archive = folder / "list.mbox"
        self.archive.write_bytes(mbox(content))

    def argv(self, *options: str) -> list[str]:
        given = ["--tree", str(self.repo.folder), "--out", str(self.folder / "out"), *options]
        return [sys.executable, "-m", "verify_series", "backtest", str(self.archive), *given]

    def start(self, *options: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            self.argv(*options), env=environment(), cwd=self.folder, stderr=subprocess.PIPE
        )

    def run(self, *options: str, code: int = 0) -> str:
        """Run to the end and give what it printed, on both."""
        done = subprocess.run(
            self.argv(*options), env=environment(), cwd=self.folder, capture_output=True, text=True
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    def lines(self, out: str = "out") -> list[dict[str, Any]]:
        """The results, each checked to be there once."""
        text = (self.folder / out / "results.jsonl").read_text("ascii")
        found = [json.loads(line) for line in text.splitlines()]
        assert len({line["key"] for line in found}) == len(found)
        return found

    def ends(self, out: str = "out") -> dict[str, tuple[str, str]]:
        """Message-id to verdict and kind."""
        return {one["message_id"]: (one["verdict"], one["kind"]) for one in self.lines(out)}

    def told(self, out: str = "out") -> dict[str, dict[str, Any]]:
        """All of the results that must not depend on where and when it is done."""
        varying = ("seconds", "cpu", "host", "worker", "memory")
        kept = {}
        for line in self.lines(out):
            outcomes = [{k: v for k, v in o.items() if k not in varying} for o in line["outcomes"]]
            same = {name: value for name, value in line.items() if name not in varying}
            kept[line["key"]] = {**same, "outcomes": outcomes}
        return kept
