# SPDX-License-Identifier: GPL-2.0-or-later
"""What user space sees anew of the kernel and no document speaks of.

Kernel command-line parameters belong into admin-guide/kernel-parameters.txt, sysctls into
admin-guide/sysctl, files of sysfs into Documentation/ABI (Documentation/ABI/README), and numbers
of ioctls into userspace-api/ioctl/ioctl-number.rst. A name that stands as a word anywhere in
Documentation counts as documented, and what is no plain name or number in the source is not
judged: what is said here is certain. Parameters of modules are left out, since modinfo(8) shows
how their authors describe them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ..model import AppliedSeries, Finding, Severity
from . import shown
from .edits import Edit
from .scan import ROOT
from .warnings import CHECKER

NUMBERS = f"{ROOT}/userspace-api/ioctl/ioctl-number.rst"

_KINDS = {
    "parameter": (
        re.compile(r"\b(?:__setup|early_param|core_param)\(\s*\"?([A-Za-z][\w.-]+)=?\"?\s*,"),
        "the new kernel parameter '{}' stands in no document"
        " (admin-guide/kernel-parameters.txt lists them)",
    ),
    "sysctl": (
        re.compile(r"\.procname\s*=\s*\"([A-Za-z][\w-]+)\""),
        "the new sysctl '{}' stands in no document (admin-guide/sysctl describes them)",
    ),
    "sysfs": (
        re.compile(
            r"\b(?:DEVICE_ATTR|CLASS_ATTR|BUS_ATTR|DRIVER_ATTR|__ATTR)(?:_ADMIN)?(?:_R[OW]|_WO)?"
            r"\(\s*([a-z][a-z_]+)\s*[,)]"
        ),
        "the new file '{}' in sysfs stands in no document (Documentation/ABI describes them)",
    ),
}
_IOCTL = re.compile(
    r"^#\s*define\s+(\w+)\s+_IO(?:R|W|WR)?\s*\(\s*('.'|\w+)\s*,\s*(\w+|\(?\w+\s*\+\s*\w+\)?)\s*[,)]"
)
_ROW = re.compile(r"^(?:'(.)'|0x([0-9A-Fa-f]{2}))\s+(\S+)\s+(\S.*)?$")
_RANGE = re.compile(r"^([0-9A-Fa-f]{2})(?:-([0-9A-Fa-f]{2}))?")
_VALUE = r"(?m)^[ \t]*#[ \t]*define[ \t]+{}[ \t]+\(?('.'|0[xX][0-9a-fA-F]+|\d+)\)?(?:[ \t/]|$)"
_INTERNAL = re.compile(
    rf"^(?:tools|samples|scripts|{ROOT}|drivers/staging)/|(?:^|/)\w*(?:test|kunit)\w*[/.]"
)


@dataclass(frozen=True, slots=True)
class _New:
    kind: str
    name: str
    edit: Edit
    line: int


def findings(applied: AppliedSeries, edits: Sequence[Edit]) -> list[Finding]:
    """One warning for each new name or number that no document has after the series."""
    sources = [
        edit
        for edit in edits
        if edit.path.endswith((".c", ".h")) and not _INTERNAL.search(edit.path)
    ]
    new = list(_new(sources))
    found = list(_numbers(applied, sources))
    if new:
        words = {word for one in new for word in _spellings(one.name)}
        text = applied.head.grep(sorted(words), ROOT).decode("utf-8", "replace")
        told = {word for word in words if word in text and _has(text, word)}
        for one in new:
            if told.isdisjoint(_spellings(one.name)):
                message = _KINDS[one.kind][1].format(one.name)
                found.append(_finding(one.kind, one.edit, one.line, message))
    return found


def _finding(kind: str, edit: Edit, line: int, message: str) -> Finding:
    rule = f"undocumented-{kind}"
    return Finding(CHECKER, rule, Severity.WARNING, edit.path, line, message, patch=edit.patch)


def _spellings(name: str) -> set[str]:
    """A parameter may be written with dashes or underscores (kernel/params.c, parameq())."""
    return {name, name.replace("_", "-"), name.replace("-", "_")}


def _new(edits: Sequence[Edit]) -> list[_New]:
    """Names that the added lines bring in, and no file of the series had before."""
    found = [
        _New(kind, name, edit, number)
        for edit in edits
        for number, line in edit.added
        if ("_" in line or "procname" in line) and _is_code(line)
        for kind, (pattern, _) in _KINDS.items()
        for name in pattern.findall(line)
    ]
    names = {new.name for new in found}
    for text in {e.old: _text(e.before) for e in reversed(edits) if names and e.old}.values():
        names -= {name for name in names if name in text and _had(text, name)}
    return [new for new in found if new.name in names and not _described(new)]


def _described(new: _New) -> bool:
    """Whether a kernel-doc comment of the same file, which a document can show, speaks of it."""
    return _has(_text(shown.comments(new.edit.after or b"")), new.name)


def _had(text: str, name: str) -> bool:
    """Whether a source has the name, or the functions behind a file of sysfs of that name."""
    return any(_has(text, word) for word in (name, f"{name}_show", f"{name}_store"))


def _has(text: str, word: str) -> bool:
    return bool(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text))


def _text(data: bytes | None) -> str:
    return (data or b"").decode("utf-8", "replace")


def _is_code(line: str) -> bool:
    """Not a comment, nor the inside of a macro, where names may be parameters."""
    stripped = line.strip()
    return not stripped.startswith(("*", "//", "/*", "#")) and not stripped.endswith("\\")


def _numbers(applied: AppliedSeries, edits: Iterable[Edit]) -> Iterator[Finding]:
    """ioctls of user space's headers whose number no row of the table has."""
    rows: dict[int, list[tuple[str, str]]] | None = None
    for edit in edits:
        if "include/uapi/" not in edit.path:
            continue
        text = _text(edit.after)
        for line, content in edit.added:
            match = _IOCTL.match(content)
            code = _value(match[2], text) if match else None
            if not match or code is None or code in _codes(_text(edit.before)):
                continue  # a header that has the code already, with or without a row of the table
            if rows is None:
                rows = _rows(_text(applied.head.read(NUMBERS)))
            number = _value(match[3], text)
            here = rows.get(code, [])
            file = edit.path.rpartition("include/")[2].removeprefix("uapi/")
            if not rows or any(file in place or _within(number, part) for part, place in here):
                continue
            shown = f"0x{code:02X}" + ("" if number is None or not here else f", 0x{number:02X}")
            message = f"the number of the new ioctl {match[1]} ({shown}) is not in {NUMBERS}"
            yield _finding("ioctl", edit, line, message)


def _codes(text: str) -> set[int | None]:
    return {_value(match[2], text) for line in text.split("\n") if (match := _IOCTL.match(line))}


def _value(token: str, text: str, depth: int = 2) -> int | None:
    """A character, a number, or a macro of the same file that is one of these."""
    if token.startswith("'"):
        return ord(token[1])
    if re.fullmatch(r"0[xX][0-9a-fA-F]+|\d+", token):
        return int(token, 0 if token[:2].lower() == "0x" else 10)
    match = re.search(_VALUE.format(re.escape(token)), text) if token.isidentifier() else None
    return _value(match[1], text, depth - 1) if match and depth else None


def _rows(table: str) -> dict[int, list[tuple[str, str]]]:
    """Code to (range, file) of each row."""
    rows: dict[int, list[tuple[str, str]]] = {}
    for line in table.splitlines():
        if match := _ROW.match(line):
            code = ord(match[1]) if match[1] else int(match[2], 16)
            rows.setdefault(code, []).append((match[3], match[4] or ""))
    return rows


def _within(number: int | None, part: str) -> bool:
    """Whether a row's range has the number; one that cannot be read may have any."""
    match = _RANGE.match(part)
    if number is None or not match:
        return True
    first = int(match[1], 16)
    return first <= number <= (int(match[2], 16) if match[2] else first)
