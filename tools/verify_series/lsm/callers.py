# SPDX-License-Identifier: GPL-2.0-or-later
"""Who calls the security_*() functions that a series removes or gives other parameters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from ..c.enums import between, split
from ..c.functions import find_functions
from ..c.source import Source
from ..model import Finding
from .files import Files
from .framework import Framework
from .hooks import HEADER, fault, number

#: Where callers are looked for: all that calls such functions in 6.12 and 7.2, without most of
#: the drivers, which would take seconds to search and call none.
_WHERE = (
    *("block", "certs", "crypto", "fs", "include", "init", "io_uring", "ipc", "kernel", "lib"),
    *("mm", "net", "rust", "security", "virt", "drivers/android", "drivers/base", "drivers/char"),
    *("drivers/acpi", "drivers/firmware", "drivers/pci", "drivers/tty", "drivers/xen"),
    *(":(glob)drivers/net/*.c", ":(glob)arch/*/kernel/**", ":(glob)arch/*/mm/**"),
)


class Callers:
    """Looks for callers in the base, and in what the series touches."""

    def __init__(self, base: Files, framework: Framework, touched: Sequence[str]) -> None:
        self._base = base
        self._framework = framework
        self._touched = touched
        self._known: dict[str, list[str]] = {}

    def faults(self, files: Files, framework: Framework) -> Iterator[Finding]:
        """What the callers of one tree get wrong."""
        changed = dict(self._changed(framework))
        for source in files.mentioning(self._touched, *(name.encode() for name in changed)):
            for name in {f.name for f in find_functions(source)} | source.macros.keys():
                if changed.get(name, 0) is None and source.path.endswith(".h"):
                    del changed[name]  # it has moved there
        if not changed:
            return
        paths = dict.fromkeys([*self._users(changed), *self._touched])
        words = [name.encode() for name in changed]
        for source in files.mentioning(paths, *words):
            if source.path != HEADER:
                yield from _calls(source, changed)

    def _changed(self, framework: Framework) -> Iterator[tuple[str, int | None]]:
        """Functions that are gone (None), or take another number of arguments now."""
        for name, (before, _) in self._framework.declared.items():
            now = framework.declared.get(name)
            if now is None:
                yield name, None
            elif now[0] != before and now[0] is not None:
                yield name, now[0]

    def _users(self, names: Iterable[str]) -> Iterator[str]:
        """The files of the base that name one of the functions."""
        missing = [name for name in names if name not in self._known]
        if missing:
            found = self._base.snapshot.files_with(missing, _WHERE)
            for name in missing:
                self._known[name] = found
        for name in names:
            yield from self._known[name]


def _calls(source: Source, changed: Mapping[str, int | None]) -> Iterator[Finding]:
    own = {f.name for f in find_functions(source)}  # declared or defined here
    for i, token in enumerate(source.tokens[:-1]):
        if token.text not in changed or token.text in own or token.kind != "name":
            continue
        wanted = changed[token.text]
        if wanted is None:
            message = f"{token.text}() is used, but {HEADER} does not declare it any more"
            yield fault("undeclared", source, token.line, message)
            continue
        inside = between(source, i + 1) if source.tokens[i + 1].text == "(" else None
        if inside:
            count = len(split(source.tokens[inside.start : inside.end]))
            if count != wanted:
                message = f"{token.text}() takes {number(wanted)}, but is called with {count}"
                yield fault("arguments", source, token.line, message)
