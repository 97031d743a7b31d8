# SPDX-License-Identifier: GPL-2.0-or-later
"""Read every document of a kernel tree by itself: all findings together are what a full build says.

    nox -s real -- docs-alone [--tree 7.2] [--every N] [--keep FILE]

With --every 40, each fortieth document, and of the full build what it says about these. All of
them take some twenty CPU minutes; with --keep, a run that was cut off goes on where it was.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from verify_series.cache import root
from verify_series.checkers import docs
from verify_series.docs import generated, scan
from verify_series.docs.library import Index, Library
from verify_series.docs.reader import reading
from verify_series.docs.scan import ROOT
from verify_series.docs.scan_kept import scan_tree
from verify_series.docs.scope import Scope
from verify_series.docs.unshown import Unshown
from verify_series.model import CheckError, Finding, Snapshot

from ..conftest import kernel
from .compare import Key, checking, key, without_place
from .judge import Judge

_TOGETHER = 40  # documents that one process reads, one after the other


def _findings(
    base: Snapshot, library: Library, steps: Sequence[frozenset[str]], cache: Path
) -> list[Finding]:
    """Of a few documents; each step is read as if all others were known but by name. All files
    of the ABI count as touched: the docs check leaves out the others."""
    index = Index(library.base)
    recipes = generated.recipes(base, index.users, library.others)
    paths = frozenset().union(*steps)
    touched = frozenset((*paths, *base.blob_ids(f"{ROOT}/ABI")))
    libraries = (library,) * len(steps)
    scope = Scope(touched, libraries, index, paths, tuple(steps), recipes)
    found = []
    with reading(base, scope, cache, Unshown()) as reader:
        for number, step in enumerate(steps):
            reader._supply.judged = step  # that another one is read later defines nothing now
            said, _ = reader.state(number)
            found += [f for path in step for f in docs._findings(said[path], reader, base)]
    return found


def _kept(file: Path | None) -> dict[str, list[Key]]:
    """What earlier runs found, by the first document of a chunk."""
    lines = file.read_text("utf-8").splitlines() if file and file.exists() else []
    records = map(json.loads, lines)
    return {first: [(path, line, text) for path, line, text in keys] for first, keys in records}


def _chunks(library: Library, paths: Sequence[str]) -> Iterator[list[frozenset[str]]]:
    """One by one; those that show files of the ABI all at once, since they share their labels."""
    scans = {path: library.scan(path) for path in paths}
    abi = {p for p, s in scans.items() if s and any(f"{ROOT}/ABI/" in f for f in s.files)}
    plain = [frozenset([path]) for path in paths if path not in abi]
    for first in range(0, len(plain), _TOGETHER):
        yield plain[first : first + _TOGETHER]
    if abi:
        yield [frozenset(abi)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tree", default="7.2", choices=["7.2", "6.12"])
    parser.add_argument("--every", type=int, default=1, help="only each N-th document")
    parser.add_argument("--keep", type=Path, help="a file for what was found so far")
    options = parser.parse_args()
    kept = _kept(options.keep)
    tree, cache = kernel(options.tree), root() / "docs"
    said: set[Key] = set()
    read: set[str] = set()
    failed = 0
    with checking(tree) as checked:
        base = checked.base
        library = Library(base, scan_tree(base, cache), {}, scan.other_documents(base))
        paths = [p for p in library.paths if not p.endswith("netlink_spec/index.rst")]
        for steps in _chunks(library, paths[:: options.every]):
            chunk = sorted(frozenset().union(*steps))
            if chunk[0] not in kept:
                try:
                    kept[chunk[0]] = [*map(key, _findings(base, library, steps, cache))]
                except CheckError as error:
                    print(f"ERROR {chunk[0]} to {chunk[-1]}: {error}", flush=True)
                    failed += len(chunk)
                    continue
                if options.keep:
                    with options.keep.open("a", encoding="utf-8") as file:
                        print(json.dumps([chunk[0], kept[chunk[0]]]), file=file)
            said |= set(kept[chunk[0]])
            read |= library_files(library, chunk)
            print(f"{len(read)} files, {len(said)} findings", flush=True)
        full = set(map(key, Judge(tree, base, root() / "docs-equality").untouched.findings))
    placeless = {without_place(one) for one in said}
    extra = said - full - {one for one in said if without_place(one) in full}
    missing = full - said - placeless
    if options.every > 1:
        missing = {one for one in missing if one[0] in read}
    for name, keys in (("missing", missing), ("extra", extra)):
        for path, line, message in sorted(keys):
            print(f"{name}: {path}:{line}: {message}")
    print(f"{len(paths[:: options.every])} documents, {failed} not read,"
          f" {len(said)} findings of ours, {len(missing)} missing, {len(extra)} extra")  # fmt: skip
    return 1 if missing or extra or failed else 0


def library_files(library: Library, paths: Sequence[str]) -> set[str]:
    """These documents and the files they are made of."""
    scans = [scan for path in paths if (scan := library.scan(path))]
    return {*paths, *(file for scan in scans for file in scan.files)}


if __name__ == "__main__":
    sys.exit(main())
