# SPDX-License-Identifier: GPL-2.0-or-later
"""Read what a build writes to standard error: gcc, kernel-doc, kconfig, objtool, make.

Text, not -fdiagnostics-format=json: only the compiler has that, and its flag would have to reach
every object. Nothing is dropped in silence: a line is a message, belongs to one, is make's own
word on a failure, or else counts as a message of the build itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

ERROR, WARNING, OUTPUT = "error", "warning", "output"

#: gcc's form (GNU coding standards, "Formatting Error Messages"), also old kernel-doc's, objtool's
#: (no line) and kconfig's ("path:1:warning: text").
_PLACED = re.compile(
    r"(?P<path>[^\s:][^:]*):(?:(?P<line>\d+):)?(?:\d+:)? ?"
    r"(?P<kind>fatal error|error|internal compiler error|sorry, unimplemented|warning|note): "
    r"(?P<text>.*?)(?: \[-W(?:error=)?(?P<option>[\w+-]+)=?\])?"
)
_KERNEL_DOC = re.compile(r"(?P<kind>Warning|Error): (?P<path>[^\s:]+):(?P<line>\d+) (?P<text>.*)")
_PLAIN = re.compile(r"(?P<path>[^\s:]+):(?P<line>\d+): (?P<text>.*)")
_CONTEXT = re.compile(
    r"\s|In file included from |cc1: |compilation terminated"
    r"|[^\s:]+: (?:In function|In member|At top level|In file)"
)
_NO_RULE = re.compile(r"make(?:\[\d+\])?: \*\*\* (No rule to make target .*?)\.?(?:  Stop\.)?")
_MAKE = re.compile(r"make(?:\[\d+\])?: ")
_OFFSET = re.compile(r"\+0x[0-9a-f]+|0x[0-9a-f]+")
_LONGEST = 500  # characters of a message
_MOST = 2000  # messages


@dataclass(frozen=True, slots=True)
class Message:
    """One message; ``kind`` is ERROR, WARNING or OUTPUT, ``option`` the -W that turns it on.

    ``line`` is 0 where the message has none, ``path`` empty where it is about no file.
    """

    path: str
    line: int
    kind: str
    option: str
    text: str

    @property
    def identity(self) -> str:
        """The text without addresses, which differ from build to build."""
        return _OFFSET.sub("+0x…", self.text)


def read(errors: str, folders: Iterable[Path]) -> list[Message]:
    """The messages in ``errors``, each once; paths are relative to the first of ``folders`` that
    they are in. Should there be too many, the last one is an error that says so.
    """
    roots = [f"{folder}/" for folder in folders]
    found: dict[Message, None] = {}
    for message in _read(errors, roots):
        found[message] = None
        if len(found) > _MOST:
            text = f"there are more than {_MOST} messages: the others were not read"
            return [*found, Message("", 0, ERROR, "", text)]
    return list(found)


def _read(errors: str, roots: list[str]) -> Iterator[Message]:
    for line in dict.fromkeys(errors.splitlines()):
        for root in roots:
            line = line.replace(root, "")
        line = line[:_LONGEST]
        if not line.strip():
            continue
        if match := _PLACED.fullmatch(line):
            if match["kind"] != "note":
                yield _placed(match)
        elif match := _KERNEL_DOC.fullmatch(line):
            yield Message(match["path"], int(match["line"]), WARNING, "kernel-doc", match["text"])
        elif match := _NO_RULE.fullmatch(line):
            yield Message("", 0, ERROR, "", match[1])
        elif _MAKE.match(line) or _CONTEXT.match(line):
            continue
        elif match := _PLAIN.fullmatch(line):
            yield Message(match["path"], int(match["line"]), OUTPUT, "", match["text"])
        else:
            yield Message("", 0, OUTPUT, "", line)


def _placed(match: re.Match[str]) -> Message:
    path = match["path"]
    if path.endswith(".o") and not match["line"]:
        path = f"{path.removesuffix('.o')}.c"
    kind = WARNING if match["kind"] == "warning" else ERROR
    return Message(path, int(match["line"] or 0), kind, match["option"] or "", match["text"])


def failures(errors: str) -> list[str]:
    """make's own words on what failed, the first reason first."""
    lines = errors.splitlines()
    return [line for line in lines if _MAKE.match(line) and "***" in line] or lines[-1:]
