# SPDX-License-Identifier: GPL-2.0-or-later
"""The miniatures of the tests as texts to begin with, and what they are made of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import test_bad_c
import test_bad_diffs
import test_bad_rst
from reports import NASTY, report
from verify_series.report.jsonfile import keep

TOP = Path(__file__).parents[1]
_MOST = 4096  # bytes of a text that is worth changing a letter of


def seeds(kind: str) -> list[bytes]:
    """Texts of one kind: c, diff, rst, report, or kept, which is reports as JSON; each once, none
    very long or slow to read."""
    return [d for d in dict.fromkeys(_all(kind)) if len(d) <= _MOST and b"A39" not in d]


def _all(kind: str) -> Iterator[bytes]:
    if kind == "c":
        trees = [tree for tree, _ in test_bad_c.UNREADABLE.values()]
        trees += [tree for tree, _ in test_bad_c.FAULTY.values()]
        for tree in (*trees, *test_bad_c.SOUND.values()):
            yield from (t.encode() if isinstance(t, str) else t for t in tree.values())
        yield from _files("*.[ch]")
    elif kind == "diff":
        for text, _ in (*test_bad_diffs.GOOD.values(), *test_bad_diffs.BAD.values()):
            yield text.encode("utf-8", "surrogateescape")
        for file in TOP.glob("patches/sample/*.mbox"):
            yield from re.split(rb"(?m)^From mboxrd@z .*\n", file.read_bytes())
    elif kind == "rst":
        yield from (text.encode() for text, _ in test_bad_rst.CASES.values())
        yield from _files("*.rst")
    elif kind == "kept":
        small = replace(report(), outcomes=report().outcomes[1:2])
        yield from (text.encode() for text in ("{}", "[]", '{"format": 1}', keep(small)))
    else:
        yield from (words.encode("utf-8", "surrogatepass") for words in NASTY)


def _files(pattern: str) -> Iterator[bytes]:
    for folder in (TOP / "tests" / "samples", TOP / "patches" / "sample" / "tree"):
        yield from (path.read_bytes() for path in sorted(folder.rglob(pattern)))


def pieces(kind: str) -> list[str]:
    """The different lines, words and signs of the seeds."""
    whole = "\n".join(data.decode("utf-8", "replace") for data in seeds(kind))
    lines = re.findall(r".{1,80}\n", whole)
    words = re.findall(r"\w{1,30}|\s+|[^\w\s]", whole)
    return sorted({*lines, *words})
