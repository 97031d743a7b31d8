# SPDX-License-Identifier: GPL-2.0-or-later
"""Put faults into the name tables of a kernel tree, each as a patch, and count what is found.

``nox -s bench -- names TREE`` prints the table of Documentation/name-tables.rst. Every table
that an enum of the tree indexes and that is written one name a line is mutated; correct changes
of the same tables must stay without a finding. ``--part`` and ``--results`` split the work.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from name_changes import Part, difference, part, share

from snapshots import matches
from verify_series import cache
from verify_series.c.enums import common_prefix
from verify_series.c.view import View
from verify_series.checkers import name_found
from verify_series.model import (
    AppliedSeries,
    Change,
    Finding,
    Patch,
    Series,
    Severity,
    Snapshot,
    State,
    Step,
)
from verify_series.names import trees, whole
from verify_series.names.links import Link
from verify_series.names.reach import Reach
from verify_series.names.reading import Reading, read_link
from verify_series.store import Store
from verify_series.tree import open_tree

_NEW = "MUTANT"
_ENTRY = re.compile(r'^\s*(\[\s*\w+\s*\]\s*=\s*)?"([^"\\]*)",?\s*(/\*.*\*/)?$')
_ENUMERATOR = re.compile(r"^\s*\w+\s*(=\s*[\w() +|<-]+)?,?\s*(/\*.*\*/|//.*)?$")

Files = dict[str, list[str]]


class Overlay:
    """The Objects protocol: a commit, and others that differ from it in a few files."""

    def __init__(self, under: Store, commit: str, searched: Mapping[str, bytes]) -> None:
        self.under, self.commit, self.searched = under, commit, searched
        self.changed: dict[str, bytes] = {}

    def read_many(self, commit: str, paths: Iterable[str]) -> dict[str, bytes]:
        wanted = list(paths)
        contents = self.under.read_many(self.commit, wanted)
        if commit != self.commit:
            contents |= {path: self.changed[path] for path in wanted if path in self.changed}
        return contents

    def read(self, commit: str, path: str) -> bytes | None:
        return self.read_many(commit, [path]).get(path)

    def blob_ids(self, commit: str, under: str) -> dict[str, str]:
        return self.under.blob_ids(self.commit, under)

    def object_ids(self, commit: str, paths: Iterable[str]) -> dict[str, str]:
        return self.under.object_ids(self.commit, paths)

    def files_with(self, commit: str, texts: Iterable[str], where: Iterable[str]) -> list[str]:
        """Only files with tables: git grep takes seconds, and there are thousands of patches."""
        wanted, specs = [text.encode() for text in texts], list(where)
        return [
            path
            for path, data in self.searched.items()
            if any(text in data for text in wanted) and matches(path, specs)
        ]

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"name-table does not need {name}")


@dataclass
class Target:
    """A link whose names and enumerators stand one a line; lines count from 0."""

    link: Link
    names: list[tuple[str, int]]  # enumerator and line of its name, in the order of the table
    enumerators: list[tuple[str, int]]
    designated: bool
    complete: bool

    @property
    def table(self) -> str:
        return self.link.site.source.path

    @property
    def enum(self) -> str:
        return self.link.enum.source.path


def target(snapshot: Snapshot, link: Link) -> Target | None:
    """None where the two are not written one a line, or have fewer than four names."""
    reading = _reading(snapshot, link)
    if reading is None or len(reading.names) < 4:
        return None
    table = _lines(snapshot, link.site.source.path)
    enum = _lines(snapshot, link.enum.source.path)
    first = {e.value: e.name for e in reversed(reading.enumerators)}
    names = [
        (e.name, reading.names[e.name].line - 1)
        for e in reading.enumerators
        if e.name in reading.names and first[e.value] == e.name
    ]
    texts = [reading.names[name].text for name, _ in names]
    if len(set(texts)) < len(texts) or len({line for _, line in names}) < len(names):
        return None
    if not all(_ENTRY.match(table[line]) for _, line in names):
        return None
    if any(
        table[line + 1].lstrip().startswith('"') and "," not in table[line] for _, line in names
    ):
        return None  # a string in two lines
    values = [e.value for e in reading.enumerators]
    members = [(e.name, e.line - 1) for e in reading.enumerators]
    if not all(_ENUMERATOR.match(enum[line]) for _, line in members):
        return None
    if values != list(range(values[0], values[0] + len(values))):
        return None
    last = reading.enumerators[-1].name
    named = {name for name, _ in names}
    rest = [name for name, _ in members if name not in named and name != last]
    return Target(link, names, members, reading.designated, not rest)


def _reading(snapshot: Snapshot, link: Link) -> Reading | None:
    helpers = snapshot.read_many(link.helpers)
    if helpers:
        return None
    try:
        return read_link(View([link.enum.source, link.site.source], {}), link)
    except Exception:  # an #if, or what cannot be read: no table for a simple mutation
        return None


def _lines(snapshot: Snapshot, path: str) -> list[str]:
    data = snapshot.read(path) or b""
    return data.decode("latin-1").split("\n")


def _insert_enumerator(files: Files, t: Target, at: int) -> str:
    """A new enumerator before the one at ``at`` (its length: behind the last)."""
    lines = files[t.enum]
    prefix = common_prefix([name for name, _ in t.enumerators]) or f"{t.enumerators[0][0]}_"
    name = f"{prefix}{_NEW}"
    if at == len(t.enumerators):
        last = t.enumerators[-1][1]
        code = re.sub(r"\s*(/\*.*\*/|//.*)?$", "", lines[last])
        lines[last] = code if code.endswith(",") else f"{code},"
        lines.insert(last + 1, f"\t{name},")
    else:
        lines.insert(t.enumerators[at][1], f"\t{name},")
    return name


def _comma(files: Files, t: Target) -> None:
    """Let the last name end with a comma."""
    lines = files[t.table]
    line = max(line for _, line in t.names)
    lines[line] = re.sub(r'("[^"]*"),?', r"\1,", lines[line], count=1)


def _swap(files: Files, t: Target, i: int, j: int) -> None:
    lines = files[t.table]
    (_, a), (_, b) = t.names[i], t.names[j]
    x, y = re.search(r'"[^"]*"', lines[a]), re.search(r'"[^"]*"', lines[b])
    assert x and y
    lines[a], lines[b] = lines[a].replace(x[0], y[0], 1), lines[b].replace(y[0], x[0], 1)


class Mutator:
    """Each method changes the files of a target, or returns False where it cannot."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance

    def _place(self, t: Target) -> int | None:
        """The index of an enumerator, before which a new one moves all later ones."""
        values = [i for i, (name, line) in enumerate(t.enumerators) if i > 0]
        return self.chance.choice(values[:-1]) if len(values) > 1 else None

    def grow_enum_middle(self, files: Files, t: Target) -> bool:
        at = self._place(t)
        if at is None or not self._free(files, t, at) or not t.complete:
            return False
        _insert_enumerator(files, t, at)
        return True

    def grow_enum_end(self, files: Files, t: Target) -> bool:
        at = self._end(t)
        if not t.complete or not self._free(files, t, at):
            return False
        _insert_enumerator(files, t, at)
        return True

    def grow_apart(self, files: Files, t: Target) -> bool:
        at = self._place(t)
        if at is None or t.designated or not self._free(files, t, at):
            return False
        order = [name for name, _ in t.names]
        name = t.enumerators[at][0]
        right = order.index(name) if name in order else len(order)
        wrong = self.chance.choice([i for i in range(len(order)) if i != right])
        _comma(files, t)
        files[t.table].insert(t.names[wrong][1], '\t"mutant",')
        if t.table == t.enum and t.names[wrong][1] < t.enumerators[0][1]:
            return False
        _insert_enumerator(files, t, at)
        return True

    def swap(self, files: Files, t: Target) -> bool:
        i = self.chance.randrange(len(t.names) - 1)
        _swap(files, t, i, i + 1)
        return True

    def delete(self, files: Files, t: Target) -> bool:
        del files[t.table][self.chance.choice(t.names)[1]]
        return True

    def extra(self, files: Files, t: Target) -> bool:
        if t.designated:
            return False
        _comma(files, t)
        files[t.table].insert(self.chance.choice(t.names)[1], '\t"mutant",')
        return True

    def duplicate(self, files: Files, t: Target) -> bool:
        lines = files[t.table]
        (_, a), (_, b) = self.chance.sample(t.names, 2)
        x, y = re.search(r'"[^"]*"', lines[a]), re.search(r'"[^"]*"', lines[b])
        assert x and y
        lines[a] = lines[a].replace(x[0], y[0], 1)
        return True

    # changes that are right

    def grow_both(self, files: Files, t: Target) -> bool:
        at = self._place(t)
        if at is None or not self._free(files, t, at):
            return False
        return self._both(files, t, at)

    def grow_both_end(self, files: Files, t: Target) -> bool:
        at = self._end(t)
        return self._free(files, t, at) and self._both(files, t, at)

    def respell(self, files: Files, t: Target) -> bool:
        lines = files[t.table]
        _, line = self.chance.choice(t.names)
        lines[line] = re.sub(r'"([^"]*)"', r'"\1 anew"', lines[line], count=1)
        return True

    def comment(self, files: Files, t: Target) -> bool:
        files[t.table].insert(self.chance.choice(t.names)[1], "\t/* a word on what follows */")
        return True

    def remove_both(self, files: Files, t: Target) -> bool:
        candidates = [(n, line) for n, line in t.names if n != t.enumerators[0][0]]
        name, line = self.chance.choice(candidates)
        at = dict(t.enumerators)[name]
        index = [n for n, _ in t.enumerators].index(name)
        if not self._free(files, t, index + 1) or "=" in files[t.enum][at]:
            return False
        for path, gone in sorted(((t.table, line), (t.enum, at)), reverse=True):
            del files[path][gone]
        return t.table != t.enum

    def _both(self, files: Files, t: Target, at: int) -> bool:
        order = [name for name, _ in t.names]
        before = [name for name, _ in t.enumerators[:at] if name in order]
        if t.table == t.enum or not before or not t.complete:
            return False
        name = _insert_enumerator(files, t, at)
        _comma(files, t)
        line = dict(t.names)[before[-1]]
        entry = f'\t[{name}] = "mutant",' if t.designated else '\t"mutant",'
        files[t.table].insert(line + 1, entry)
        return True

    def _end(self, t: Target) -> int:
        """Behind the last enumerator that has a name, before what ends the enum."""
        named = {name for name, _ in t.names}
        return max(i for i, (name, _) in enumerate(t.enumerators) if name in named) + 1

    def _free(self, files: Files, t: Target, at: int) -> bool:
        """Whether the enumerator at ``at`` has no value of its own, so that it makes room."""
        return at == len(t.enumerators) or "=" not in files[t.enum][t.enumerators[at][1]]


WRONG = ("grow_enum_middle", "grow_enum_end", "grow_apart", "swap", "delete", "extra", "duplicate")
RIGHT = ("grow_both", "grow_both_end", "respell", "comment", "remove_both")
KINDS = (*WRONG, *RIGHT)


@dataclass(frozen=True)
class Try:
    """One patch: was an error found, or anything, and what was said if that is not right."""

    table: str
    kind: str
    failed: bool
    told: bool
    said: str


def read_results(path: Path) -> list[Try]:
    """What earlier runs have written, a line of JSON each."""
    lines = path.read_text().splitlines() if path.exists() else []
    return [Try(**json.loads(line)) for line in lines]


def run(
    tree: Path, which: Part, done: Collection[str], seed: int, say: Callable[[str], None]
) -> Iterator[Try]:
    """Mutate each table of a part of a tree that is not done, and let name-table judge."""
    opened = open_tree(tree, cache=cache.root(), progress=say)
    commit = opened.resolve("HEAD")
    assert commit
    with cache.workspace() as work:
        store = Store.create(work / "store", opened.objects, opened.worktree)
        os.environ["XDG_CACHE_HOME"] = str(work)  # what is found in a part is not to be kept
        snapshot = Snapshot(commit, store)
        files = share(list(whole.c_files(snapshot)), which)
        searched = [path for path, yes in whole.with_names(snapshot, files) if yes]
        say(f"{len(searched)} files may have tables")
        overlay = Overlay(store, commit, snapshot.read_many(searched))
        reached, of_base = whole.reach(snapshot), Reach(snapshot)
        trees.Reach = lambda tree: of_base if tree.commit == commit else Reach(tree)  # type: ignore
        count = 0
        for number, path in enumerate(searched):
            if number % 20 == 0:
                say(f"{number} of {len(searched)} files, {count} tables")
            for link in whole.links_of(reached, path):
                t = target(snapshot, link)
                name = f"{path}: {link.site.name}"
                count += 1
                if t and name not in done:
                    chance = random.Random(f"{seed} {name}")
                    yield from (
                        one for kind in KINDS if (one := _try(name, overlay, t, kind, chance))
                    )


def _try(name: str, overlay: Overlay, t: Target, kind: str, chance: random.Random) -> Try | None:
    base = Snapshot(overlay.commit, overlay)
    files = {path: _lines(base, path) for path in (t.table, t.enum)}
    if not getattr(Mutator(chance), kind)(files, t):
        return None
    overlay.changed = {path: "\n".join(lines).encode("latin-1") for path, lines in files.items()}
    findings = [f for f in _judge(overlay, sorted(files)) if not _is_other(t, f)]
    wrong = bool(findings) != (kind in WRONG)
    said = "; ".join(str(f) for f in findings) or "nothing found"
    failed = any(f.severity is Severity.ERROR for f in findings)
    return Try(name, kind, failed, bool(findings), f"{t.enum}: {said}" if wrong else "")


def _is_other(t: Target, finding: Finding) -> bool:
    """Whether another table lacks the name that the one at hand got: this is no error."""
    site = t.link.site
    assert site.region is not None
    inside = site.line <= (finding.line or 0) <= site.source.tokens[site.region.end].line + 1
    mine = finding.path == t.table and f" in {site.name}" in finding.message and inside
    return finding.rule == "noname" and _NEW in finding.message and not mine


def _judge(overlay: Overlay, paths: list[str]) -> Iterator[Finding]:
    patch = Patch(1, "m@example.org", "a mutation", "A <a@example.org>", b"")
    changes = tuple(Change(path, path) for path in paths)
    step = Step(patch, Snapshot("mutated", overlay), changes, {})
    series = Series("m@example.org", "a mutation", "A <a@example.org>", 1, 1, (patch,))
    applied = AppliedSeries(series, Snapshot(overlay.commit, overlay), (step,))
    examined = name_found.examine(applied, name_found.Found())
    return (f for f in examined.findings if f.state is State.NEW)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tree", type=Path)
    parser.add_argument("--since", type=Path, metavar="TREE", help="an older tree to compare with")
    parser.add_argument(
        "--files", nargs="*", default=(), help="with --since, only the tables in these"
    )
    parser.add_argument("--part", type=part, default=(1, 1), metavar="N/M", help="of M, the Nth")
    parser.add_argument("--results", type=Path, help="a file to add to; what is in it is done")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if options.since:
        for line in difference(options.since, options.tree, options.part, say, options.files):
            print(line, flush=True)
        return
    tries = read_results(options.results) if options.results else []
    for one in run(options.tree, options.part, {t.table for t in tries}, options.seed, say):
        tries.append(one)
        if one.said:
            say(f"{one.kind}: {one.table}, {one.said}")
        if options.results:
            with options.results.open("a") as file:
                print(json.dumps(asdict(one)), file=file)
    print(table(tries))


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def table(tries: Sequence[Try]) -> str:
    """Rows of: what was done, how often, how often an error was found, how often anything."""
    rows = [f"{'':20}{'patches':>10}{'failed':>10}{'told':>10}"]
    for kinds in (WRONG, RIGHT):
        for kind in (*kinds, ""):
            some = [t for t in tries if t.kind == kind or (not kind and t.kind in kinds)]
            failed, told = sum(t.failed for t in some), sum(t.told for t in some)
            rows.append(f"{kind or 'sum':20}{len(some):10}{failed:10}{told:10}")
    return "\n".join(row.replace("_", " ") for row in rows)


if __name__ == "__main__":
    main()
