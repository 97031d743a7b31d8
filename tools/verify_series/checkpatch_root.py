# SPDX-License-Identifier: GPL-2.0-or-later
"""Just enough of the base tree for scripts/checkpatch.pl to say what it says in the whole tree.

What checkpatch reads beside the patch, by its source (0.32): its word lists; the names at the top
of a kernel tree; the files that the patch and its message name; include/linux/X.h for an
``#include <asm/X.h>``; every header, for identifiers in CamelCase that are in use already;
devicetree bindings, for a ``compatible``; get_maintainer.pl, to know obsolete code; commits that
the message cites. Only those that this patch makes it ask for are written to a private folder.

checkpatch puts words of the patch on shell command lines in two places: file names (for
get_maintainer.pl, whose output it searches for "obsolete") and licence tags (for spdxcheck.py).
So get_maintainer.pl is there only where every path is harmless, and spdxcheck.py never.
"""

from __future__ import annotations

import functools
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .model import AppliedSeries, Snapshot
from .run import clean_environment

SCRIPT = "scripts/checkpatch.pl"

_ALWAYS = (SCRIPT, "scripts/spelling.txt", "scripts/const_structs.checkpatch", ".checkpatch.conf")
_FOLDERS = [
    "arch",
    "include",
    "drivers",
    "fs",
    "init",
    "ipc",
    "kernel",
    "lib",
    "scripts",
    "Documentation",
]
_FILES = ["COPYING", "CREDITS", "Kbuild", "MAINTAINERS", "Makefile", "README"]
_MAINTAINER = "scripts/get_maintainer.pl"
# checkpatch learns the words in use from headers line by line: one header with the lines that
# matter does as well as all of them, at a tenth of the time.
_HEADER = "include/words-in-use.h"
_BINDINGS = "Documentation/devicetree/bindings"

#: What is, or decides, what runs.
EXECUTED = (*_ALWAYS, _MAINTAINER)

_HARMLESS = re.compile(r"[A-Za-z0-9_./+,@=-]+")
_COMMENT = re.compile(
    rb"""^\+\s*\*(?:\s.*)?$  # a line inside a comment
      | /\*.*?(?:\*/|$) | //.* | "(?:\\.|[^"\\])*\"""",
    re.VERBOSE,
)
_CAMEL_CASE = re.compile(rb"\b\w*(?:[A-Z][a-z]|[a-z][A-Z])\w*\b")
_ASM_INCLUDE = re.compile(rb"#\s*include\s*<asm/([\w/-]+\.h)>")
_ABSOLUTE = re.compile(r"/[\w./+-]+")
_PATTERN = re.compile(rb"(?m)^([FNK]):\s*(.*)")
_PLAIN = re.compile(rb"[\w./-]+")


@dataclass(frozen=True, slots=True)
class Root:
    """The private tree, each patch as a file, the environment that checkpatch runs in, and all
    folders that it reads."""

    folder: Path
    readable: tuple[Path, ...]
    patches: tuple[Path, ...]
    env: Mapping[str, str]
    notes: tuple[str, ...]


@contextmanager
def make_root(applied: AppliedSeries) -> Iterator[Root]:
    """The folder, for as long as the ``with`` block lasts."""
    with tempfile.TemporaryDirectory(prefix="verify-series-") as name:
        top = Path(name).resolve()
        folder, mails = top / "tree", top / "patches"
        mails.mkdir()
        texts = [step.snapshot.as_patch() for step in applied.steps]
        patches = []
        for step, text in zip(applied.steps, texts, strict=True):
            patches.append(mails / f"{step.patch.number:04}.patch")
            patches[-1].write_bytes(text)
        notes = _fill(applied, b"\n".join(texts), folder)
        env = applied.base.git_environment(folder, top / "index", [_HEADER])
        readable = (top, *applied.base.git_folders())
        yield Root(folder, readable, tuple(patches), clean_environment(top, **env), notes)


def _fill(applied: AppliedSeries, text: bytes, folder: Path) -> tuple[str, ...]:
    base = applied.base
    wanted = {*_ALWAYS, *applied.paths}
    wanted |= {f"include/linux/{name.decode()}" for name in _ASM_INCLUDE.findall(text)}
    wanted |= _cited(text)
    if b"compatible" in text:
        wanted.add(_BINDINGS)
    harmless = all(_HARMLESS.fullmatch(path) for path in applied.paths)
    maintainers = _obsolete_sections(base, applied.paths) if harmless else b""
    if maintainers:
        wanted.add(_MAINTAINER)
    base.export(sorted(wanted - {"MAINTAINERS"}), folder)
    for name in _FOLDERS:
        (folder / name).mkdir(parents=True, exist_ok=True)
    for name in _FILES:
        (folder / name).touch()
    (folder / "MAINTAINERS").write_bytes(maintainers)
    if words := _new_words(text):
        (folder / _HEADER).write_bytes(base.grep(words, "include/*.h"))
    if harmless:
        return ()
    return ("obsolete code was not looked for: a path of the series is unsafe for checkpatch",)


def _new_words(text: bytes) -> set[str]:
    """Identifiers in CamelCase in the added lines of C files, comments and strings left out."""
    code = False
    words: set[str] = set()
    for line in text.split(b"\n"):
        if line.startswith(b"+++ "):
            code = line.rstrip().endswith((b".c", b".h"))
        elif code and line.startswith(b"+"):
            bare = _COMMENT.sub(b" ", line)
            words |= {word.decode("ascii", "ignore") for word in _CAMEL_CASE.findall(bare)}
    return words


def _cited(text: bytes) -> set[str]:
    """Paths in the tree that an absolute path in a message may end in."""
    found = set()
    for match in _ABSOLUTE.findall(text.decode("utf-8", "replace")):
        parts = [p for p in match.split("/") if p not in ("", ".", "..")]
        found |= {"/".join(parts[start:]) for start in range(1, len(parts))}
    return {path for path in found if "." in path.rsplit("/", 1)[-1]}


def _obsolete_sections(base: Snapshot, paths: Iterable[str]) -> bytes:
    """The sections of MAINTAINERS that speak of obsolete code: all that checkpatch looks for.

    get_maintainer.pl takes 0.4 s a file to read all of it, and 0.1 s for these. So there are none
    where they cannot concern any of ``paths``, and no path has what is searched for in its name.
    """
    sections = _obsolete(base.read("MAINTAINERS") or b"")
    names = [path.encode("utf-8", "surrogateescape") for path in paths]
    if any(b"obsolete" in name.lower() or _may_concern(sections, name) for name in names):
        return sections
    return b""


def _may_concern(sections: bytes, path: bytes) -> bool:
    """Whether a section's pattern may match a path. Sure is only what ``F:`` begins with, before
    anything that is special in a glob or in Perl; the last letter may belong to that."""
    for kind, value in _PATTERN.findall(sections):
        plain = _PLAIN.match(value)
        if kind != b"F" or b"|" in value or not plain or path.startswith(plain[0][:-1]):
            return True
    return False


@functools.lru_cache(maxsize=2)
def _obsolete(text: bytes) -> bytes:
    sections = re.split(rb"\n\s*\n", text)
    kept = [s for s in sections if re.search(rb"^S:.*obsolete", s, re.MULTILINE | re.IGNORECASE)]
    return b"\n\n".join(kept) + b"\n" if kept else b""
