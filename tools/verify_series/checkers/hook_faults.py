# SPDX-License-Identifier: GPL-2.0-or-later
"""What a profile declares of a security module, and what is wrong with it. Part of lsm-hook."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from ..c import Unreadable
from ..c.enums import Enum, find_enums, read_enum
from ..c.functions import Function, find_functions
from ..c.source import Source, read_source
from ..c.view import Configuration, View, configurations
from ..lsm.hooks import fault, find_registrations
from ..model import Finding, Snapshot


@dataclass(frozen=True, slots=True)
class Spec:
    """One [[lsm-hook]] of a profile; checks/README.md explains the keys."""

    folder: str
    header: str = ""
    enum: str = ""
    enum_file: str = ""
    sentinel: str = ""

    @property
    def name(self) -> str:
        return self.folder.rstrip("/")


@dataclass(frozen=True, slots=True)
class Declared:
    """What one tree says. ``count`` is the number of LSM_HOOK_INIT in the module."""

    findings: tuple[Finding, ...]
    count: int


def read_declared(spec: Spec, snapshot: Snapshot) -> Declared | None:
    """None where the tree has no such folder. Raises Unreadable for what cannot be worked out."""
    paths = [path for path in snapshot.blob_ids(spec.name) if path.endswith((".c", ".h"))]
    data = snapshot.read_many(paths)
    if not data:
        return None
    sources = {path: read_source(path, content) for path, content in data.items()}
    registered = [r.function for s in sources.values() for r in find_registrations(s)]
    found = [*_unregistered(spec, sources, set(registered)), *_unused(spec, sources)]
    return Declared(tuple(sorted(found, key=lambda f: (f.path, f.line))), len(registered))


def _unregistered(
    spec: Spec, sources: Mapping[str, Source], registered: set[str]
) -> Iterator[Finding]:
    """What the header declares, a file defines, and nothing registers or uses."""
    header = sources.get(spec.header)
    if header is None:
        return
    known: dict[str, list[Function]] = {}
    for source in sources.values():
        for function in find_functions(source):
            known.setdefault(function.name, []).append(function)
    mentions = Counter(t.text for s in sources.values() for t in s.tokens)
    for declaration in find_functions(header):
        name = declaration.name
        definition = next((f for f in known[name] if f.defined and not f.static), None)
        if definition is None or name in registered:
            continue
        if mentions[name] == len(known[name]):
            message = (
                f"{name}() is declared in {spec.header}:{declaration.line},"
                " but no LSM_HOOK_INIT registers it"
            )
            yield fault("unregistered", definition.source, definition.line, message, name)


def _unused(spec: Spec, sources: Mapping[str, Source]) -> Iterator[Finding]:
    """Enumerators that no .c file mentions, but for the index of a table."""
    if not spec.enum:
        return
    lines: dict[str, int] = {}
    source = sources.get(spec.enum_file)
    enums = [e for e in find_enums(source) if spec.enum in e.names] if source else []
    if source is None or not enums:
        raise Unreadable(f"{spec.enum_file} has no enum {spec.enum}")
    for enum in enums:
        lines |= _enumerators(source, enum)
    used = {name for s in sources.values() if s.path.endswith(".c") for name in _uses(s)}
    for name, line in lines.items():
        if name not in used and name != spec.sentinel:
            message = f"{name} of {spec.enum} is used in no .c file of {spec.name}"
            yield fault("unused", source, line, message)


def _enumerators(source: Source, enum: Enum) -> dict[str, int]:
    """Enumerators of any configuration, and their lines."""

    def view(given: Configuration) -> View:
        return View((source,), given)

    results, _ = configurations(
        lambda given: view(given).holds(source, enum.when),
        lambda given: read_enum(view(given), enum),
    )
    return {e.name: e.line for _, enumerators in results for e in enumerators}


@lru_cache(maxsize=512)
def _uses(source: Source) -> frozenset[str]:
    """Every name in a file that is not just the index of an entry, as in ``[NAME] = "x"``."""
    tokens = source.tokens
    last = len(tokens) - 1
    return frozenset(
        token.text
        for i, token in enumerate(tokens)
        if token.kind == "name"
        and not (
            0 < i < last - 1
            and (tokens[i - 1].text, tokens[i + 1].text) == ("[", "]")
            and tokens[i + 2].text == "="
        )
    )
