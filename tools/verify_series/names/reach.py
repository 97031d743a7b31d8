# SPDX-License-Identifier: GPL-2.0-or-later
"""What a file can see: its includes, resolved in the tree without a configured build."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import count

from ..c.enums import enumerators, find_enums
from ..c.source import Source, read_source
from ..model import Snapshot

_INCLUDE = re.compile(rb'#[ \t]*include[ \t]*(["<])([^">\n]+)[">]')
_DEFINE = re.compile(rb"#[ \t]*define[ \t]+([A-Za-z_]\w*)")
_ENUM = re.compile(rb"enum\b\s*(\w*)[^;{}()=\"*/]*\{([^{}]*)\}")
_NOISE = re.compile(rb"/\*.*?\*/|//[^\n]*|^[ \t]*#[^\n]*|=[^,}\n]*", re.DOTALL | re.MULTILINE)
_WORD = re.compile(rb"[A-Za-z_]\w*")
_MOST_FILES = 1500  # that are followed from one file
_MOST_WALKS = 64  # that are remembered
LARGEST = 1 << 20  # bytes; larger headers are generated lists of registers


class Reach:
    """The includes of one snapshot. Every file is read at most once.

    ``prepare`` makes of a file what the C reader is to read.
    """

    def __init__(self, snapshot: Snapshot, prepare: Callable[[bytes], bytes] = bytes) -> None:
        self.snapshot = snapshot
        self.prepare = prepare
        self._prepared: dict[str, bytes | None] = {}
        self._listing: Mapping[str, str] | None = None
        self._walks: dict[str, tuple[list[str], Iterator[str]]] = {}
        self._written: dict[str, tuple[tuple[str, bool], ...]] = {}
        self._included: dict[tuple[str, str], tuple[str, ...]] = {}
        self._defined: dict[str, frozenset[str]] = {}
        self._tags: dict[str, frozenset[str]] = {}

    def read(self, path: str) -> Source | None:
        """A file, read; None where it is none."""
        if path not in self._prepared:
            data = self.snapshot.read(path)
            self._prepared[path] = None if data is None else self.prepare(data)
        prepared = self._prepared[path]
        return None if prepared is None else read_source(path, prepared)

    @property
    def listing(self) -> Mapping[str, str]:
        """Path to blob id of every file."""
        if self._listing is None:
            self._listing = self.snapshot.blob_ids()
        return self._listing

    def walk(self, path: str) -> Iterator[str]:
        """``path`` and all that it includes, the nearest first."""
        if path not in self._walks:
            if len(self._walks) >= _MOST_WALKS:
                del self._walks[next(iter(self._walks))]
            self._walks[path] = [], self._follow(path)
        seen, following = self._walks[path]
        for number in count():
            if number == len(seen):
                one = next(following, None)
                if one is None:
                    return
                seen.append(one)
            yield seen[number]

    def _follow(self, path: str) -> Iterator[str]:
        machine = _machine(path)
        seen = {path}
        level = [path]
        while level:
            self._load(level)
            yield from level
            following = [name for one in level for name in self._includes(one, machine)]
            level = [name for name in dict.fromkeys(following) if name not in seen]
            level = level[: _MOST_FILES - len(seen)]
            seen.update(level)

    def sees(self, path: str, other: str) -> bool:
        """Whether ``path`` includes ``other``, in however many steps."""
        return any(one == other for one in self.walk(path))

    def definer(self, path: str, name: str) -> str | None:
        """The nearest file that defines a macro or enumerator ``name`` for ``path``."""
        return next((one for one in self.walk(path) if name in self._defined[one]), None)

    def tags(self, path: str) -> frozenset[str]:
        """The tags of all enums that a file defines."""
        self._load([path])
        return self._tags[path]

    def _includes(self, path: str, machine: str) -> tuple[str, ...]:
        """The files that ``path`` includes itself, as far as the tree has them."""
        key = path, machine
        if key not in self._included:
            found = [self._resolve(path, machine, *one) for one in self._written[path]]
            self._included[key] = tuple(name for name in found if name)
        return self._included[key]

    def _load(self, paths: Sequence[str]) -> None:
        missing = [path for path in paths if path not in self._written]
        if missing:
            contents = self.snapshot.read_many(missing)
            for path in missing:
                data = contents.get(path, b"")
                self._read(path, data if len(data) <= LARGEST else b"")

    def _read(self, path: str, data: bytes) -> None:
        self._written[path] = tuple(
            (match[2].decode("utf-8", "replace"), match[1] == b'"')
            for match in _INCLUDE.finditer(data)
        )
        tags = set[str]()
        names = {match[1] for match in _DEFINE.finditer(data)}
        for match in _ENUM.finditer(data):
            body = _NOISE.sub(b"", match[2])
            names.update(_WORD.findall(body))
            tags.add(match[1].decode())
            if b"(" in body:  # a list made by macros
                names.update(_made(path, self.prepare(data)))
        self._defined[path] = frozenset(name.decode() for name in names)
        self._tags[path] = frozenset(tags - {""})

    def _resolve(self, path: str, machine: str, name: str, quoted: bool) -> str | None:
        for candidate in _candidates(path, machine, name, quoted):
            found = posixpath.normpath(candidate)
            if found in self.listing:
                return found
        return None


def _made(path: str, data: bytes) -> set[bytes]:
    """The enumerators of a file, macros expanded."""
    enums = find_enums(read_source(path, data))
    return {name.encode() for enum in enums for name in enumerators(enum)}


def _machine(path: str) -> str:
    """The machine whose asm/ a file sees; for what all machines build it is x86."""
    parts = path.split("/")
    return parts[1] if parts[0] == "arch" and len(parts) > 2 else "x86"


def _candidates(path: str, machine: str, name: str, quoted: bool) -> Iterator[str]:
    """Where a compiler may look, the likeliest first: the kernel's -I options are not known."""
    here = posixpath.dirname(path)
    parts = here.split("/")
    folders = [here] if quoted else []
    if parts[0] == "tools":
        folders += ["tools/include", "tools/include/uapi", "tools/lib", "/".join(parts[:2])]
    if name.startswith(("asm/", "uapi/asm/")) or parts[0] == "arch":
        folders += [f"arch/{machine}/include", f"arch/{machine}/include/uapi"]
    folders += ["include", "include/uapi"]
    for length in range(len(parts), 0, -1):  # -I$(src)/..., -I$(srctree)/drivers/...
        folder = "/".join(parts[:length])
        folders += [folder, f"{folder}/include", f"{folder}/inc"]
    for folder in folders:
        yield f"{folder}/{name}"
    if name.startswith("asm/"):
        yield f"include/asm-generic/{name.removeprefix('asm/')}"
    yield name
