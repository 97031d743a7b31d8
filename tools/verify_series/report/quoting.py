# SPDX-License-Identifier: GPL-2.0-or-later
"""The hunks of a patch's mail, to be quoted in an answer."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from dataclasses import dataclass

from ..diffs import unquote
from ..model import Finding
from .inert import block

_HUNK = re.compile(r"@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")


@dataclass(frozen=True, slots=True)
class Quoted:
    """One hunk of ``path``: its ``@@`` line, then (text, line number in the new file, or None)."""

    path: str
    heading: str
    lines: tuple[tuple[str, int | None], ...]

    def place(self, line: int) -> int | None:
        """The index of a line of the new file, None where the hunk does not show it."""
        numbers = [number for _, number in self.lines]
        return numbers.index(line) if line in numbers else None


def shown_line(finding: Finding) -> int:
    """Where a comment goes: Sphinx counts from the paragraph, the docs check adds the line."""
    said = re.search(r"\(on line (\d+)\)", finding.message)
    return int(said[1]) if said and finding.checker == "docs" else finding.line


def body(mail: bytes) -> str:
    """The text of a mail, transfer encoding and charset undone."""
    message = email.message_from_bytes(mail, policy=email.policy.default)
    part = message.get_body(("plain",)) if message.is_multipart() else message
    payload = part.get_payload(decode=True) if part else b""
    return payload.decode("utf-8", "surrogateescape") if isinstance(payload, bytes) else ""


def hunks(text: str) -> Iterator[Quoted]:
    """Every hunk of a mail's text, in order; how long each is, its ``@@`` line says."""
    lines = iter(text.replace("\r\n", "\n").split("\n"))
    old = path = ""
    for line in lines:
        if line.startswith("--- "):
            old = _path(line)
        elif line.startswith("+++ "):
            path = old if line[4:].startswith("/dev/null") else _path(line)
        elif path and (found := _HUNK.match(line)):
            removed, start, added = int(found[1] or 1), int(found[2]), int(found[3] or 1)
            yield Quoted(path, line, tuple(_read(lines, removed, start, added)))


def _path(line: str) -> str:
    return re.sub(r"^[ab]/", "", unquote(line[4:].split("\t")[0]))


def _read(
    lines: Iterator[str], removed: int, number: int, added: int
) -> Iterator[tuple[str, int | None]]:
    while removed > 0 or added > 0:
        line = next(lines, None)
        if line is None:
            return  # b4 would have refused such a mail
        if line.startswith("\\"):
            yield line, None
            continue
        here = not line.startswith("-")
        removed -= not line.startswith("+")
        added -= here
        yield line, number if here else None
        number += here


def quote(line: str) -> str:
    """A line of somebody's mail behind ``> ``, inert but for its tabs."""
    return f"> {block(line.replace(chr(10), ' '))}".rstrip(" ")
