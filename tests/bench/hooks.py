# SPDX-License-Identifier: GPL-2.0-or-later
"""Breaks the hooks of a real tree, one at a time, and counts what lsm-hook finds.

Each mutation is a patch of one file or more on 7.2, or the tree that --tree names. Wrong ones must
give a new error, right ones none. Prints a row a kind: how many, how many with a new error, and
seconds of CPU for one. Needs ../shared, or --tree.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

TOP = Path(__file__).parents[2]
sys.path.insert(0, str(TOP / "tools"))

from hook_mutations import HEADER, RIGHT, WRONG, Files, Tree  # noqa: E402

from verify_series.checkers import lsm_hook  # noqa: E402
from verify_series.lsm import bpf  # noqa: E402
from verify_series.lsm.hooks import HOOKS  # noqa: E402
from verify_series.model import (  # noqa: E402
    AppliedSeries,
    Change,
    Hunk,
    Patch,
    Series,
    Severity,
    Snapshot,
    State,
    Step,
)
from verify_series.store import Store  # noqa: E402

SHARED = Path(os.environ.get("VERIFY_SERIES_SHARED", TOP.parent / "shared"))


class Changed(Store):
    """The objects of a tree, with other content for some paths in the commit ``changed``."""

    commit = ""
    files: Mapping[str, bytes] = {}

    def read_many(self, commit: str, paths: Iterable[str]) -> dict[str, bytes]:
        found = super().read_many(self.commit, paths)
        other = {path: self.files[path] for path in found if path in self.files}
        return {**found, **other} if commit == "changed" else found

    def blob_ids(self, commit: str, under: str) -> dict[str, str]:
        ids = super().blob_ids(self.commit, under)
        other = {p: str(hash(d)) for p, d in self.files.items() if p in ids}
        return {**ids, **other} if commit == "changed" else ids

    def grep(self, commit: str, words: Iterable[str], where: str) -> bytes:
        return super().grep(self.commit, words, where)

    def files_with(self, commit: str, texts: Iterable[str], where: Iterable[str]) -> list[str]:
        return super().files_with(self.commit, texts, where)


def applied(store: Changed, tree: Tree, files: Files) -> AppliedSeries:
    """A series of one patch."""
    store.files = {path: text.encode() for path, text in files.items()}
    patch = Patch(1, "1@example.org", "A change", "Ada <ada@example.org>", b"")
    series = Series("1@example.org", "A change", "Ada <ada@example.org>", 1, 1, (patch,))
    hunks = {path: (path, (_hunk(tree.files[path], text),)) for path, text in files.items()}
    changes = tuple(Change(path, path) for path in files)
    step = Step(patch, Snapshot("changed", store), changes, hunks)
    return AppliedSeries(series, Snapshot(store.commit, store), (step,))


def _hunk(before: str, after: str) -> Hunk:
    """All lines between the first and the last that differ."""
    old, new = before.split("\n"), after.split("\n")
    shortest = min(len(old), len(new))
    start = next((i for i in range(shortest) if old[i] != new[i]), shortest)
    end = next((i for i in range(shortest - start) if old[-1 - i] != new[-1 - i]), shortest - start)
    counts = len(old) - start - end, len(new) - start - end
    return Hunk(start + (counts[0] > 0), counts[0], start + (counts[1] > 0), counts[1])


def errors(store: Changed, tree: Tree, files: Files) -> list[str]:
    found = lsm_hook.run(applied(store, tree, files), None).findings
    return [str(f) for f in found if f.state is State.NEW and f.severity is Severity.ERROR]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kinds", nargs="*", help="words of the kinds to run; default: all")
    parser.add_argument("--tree", type=Path, help="a kernel repository; its HEAD is broken")
    parser.add_argument("--most", type=int, default=60, help="mutations of one kind, at random")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", action="store_true", help="print those that come out wrong")
    given = parser.parse_args()
    script = SHARED / "bin" / "kernel-tree"
    if not given.tree and not script.exists():
        sys.exit(f"no real trees: {SHARED} does not exist; give --tree")
    folder = given.tree or Path(subprocess.check_output([script, "7.2"], text=True).strip())
    ask = ["git", "-C", str(folder), "rev-parse"]
    commit = subprocess.check_output([*ask, "HEAD"], text=True).strip()
    objects = subprocess.check_output([*ask, "--git-path", "objects"], text=True).strip()
    with tempfile.TemporaryDirectory() as name:
        store = Changed.create(Path(name), (folder / objects).resolve())
        assert isinstance(store, Changed)
        store.commit = commit
        base = Snapshot(commit, store)
        paths = [path for path in base.blob_ids("security") if path.endswith(".c")]
        data = base.read_many([*paths, *bpf.FILES, HOOKS, HEADER])
        tree = Tree({path: text.decode() for path, text in data.items()})
        print(f"{len(tree.hooks)} hooks, {len(tree.users)} functions")
        for title, kinds in (("wrong", WRONG), ("right", RIGHT)):
            total = [0, 0]
            for kind in kinds:
                label = kind.__name__.replace("_", " ")
                if given.kinds and not any(word in label for word in given.kinds):
                    continue
                mutations = [files for files in kind(tree) if files]
                random.Random(given.seed).shuffle(mutations)
                begin, count, missed = time.process_time(), 0, []
                for files in mutations[: given.most]:
                    said = errors(store, tree, files)
                    count += bool(said)
                    if bool(said) is (title == "right"):
                        missed.append((files, said))
                number = len(mutations[: given.most])
                spent = (time.process_time() - begin) / max(1, number)
                print(f"{title:6} {label:32}{number:6}{count:6}  {spent:6.2f} s", flush=True)
                total[0] += number
                total[1] += count
                for files, said in missed if given.show else ():
                    for path, text in files.items():
                        changed = set(text.split("\n")) ^ set(tree.files[path].split("\n"))
                        print(f"    {path}: {sorted(changed)[:4]} {said[:3]}")
            if total[0]:
                print(f"{title:6} {'all':32}{total[0]:6}{total[1]:6}  {total[1] / total[0]:7.1%}")
        store.close()


if __name__ == "__main__":
    main()
