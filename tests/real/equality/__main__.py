# SPDX-License-Identifier: GPL-2.0-or-later
"""Compare the docs check with a full documentation build, on mutations of real kernel trees.

    nox -s real -- docs-equality [--tree 7.2] [--times N] [--only WORD]

The first run makes one full build a tree (eleven CPU minutes and 3 GB in the cache); after that a
run takes about ten CPU minutes a tree.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import resource
import sys
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from verify_series.cache import root
from verify_series.docs.scan_kept import scan_tree

from ..conftest import SHARED, kernel
from .compare import Compared, batches, checking, compare
from .judge import Judge
from .kernel import Kernel
from .kinds import KINDS
from .mutations import make

_BATCH = 50


def _cpu() -> float:
    return sum(
        sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )


def _one_tree(version: str, seed: int, times: int, only: str, show: bool) -> bool:
    tree = kernel(version)
    cache = root() / "docs"
    with checking(tree) as checked:
        scans = scan_tree(checked.base, cache)
        mutations = make(Kernel(checked.base, scans, random.Random(f"{version} {seed}")), times)
        mutations = [m for m in mutations if re.search(only, m.name)]
        print(f"{version}: {len(mutations)} mutations", flush=True)
        judge = Judge(tree, checked.base, root() / "docs-equality")
        done: list[Compared] = []
        ours = judged = 0.0
        for batch in batches(mutations, _BATCH):
            begin = _cpu()
            with ThreadPoolExecutor(os.cpu_count()) as pool:
                compared = list(pool.map(checked.check, batch))
            between = _cpu()
            compare(judge, compared)
            for one in compared:
                _print(one, show)
            ours, judged = ours + between - begin, judged + _cpu() - between
            done += compared
    agreed = sum(one.agrees for one in done)
    documents = {p for one in done for p in one.mutation.paths if p.startswith("Documentation/")}
    print(
        f"{version}: {agreed} of {len(done)} mutations agree ({agreed / max(len(done), 1):.1%}),"
        f" {len(documents)} documents, {sum(len(one.new) for one in done)} findings;"
        f" CPU seconds: docs check {ours:.0f}, judge {judged:.0f}"
    )
    kinds = _kinds(done)
    print("kinds:", ", ".join(f"{number}: {kinds[number]}" for number in KINDS))
    return agreed == len(done)


def _kinds(done: Iterable[Compared]) -> Counter[int]:
    messages = [k[2] for one in done if not one.missing for k in one.new if k not in one.extra]
    return Counter(n for m in messages for n, words in KINDS.items() if words.search(m))


def _print(one: Compared, show: bool) -> None:
    print("ok  " if one.agrees else "DIFF", one.mutation.name, len(one.new), flush=True)
    if one.error:
        print("     error:  ", one.error)
    for name, keys in (("missing", one.missing), ("extra  ", one.extra), ("both   ", one.new)):
        if name.strip() != "both" or show:
            for path, line, message in keys:
                print(f"     {name}: {path}:{line}: {message[:200]}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tree", action="append", choices=["7.2", "6.12"])
    parser.add_argument("--times", type=int, default=2, help="how often each rule is tried")
    parser.add_argument("--seed", type=int, default=1, help="another one makes other mutations")
    parser.add_argument("--only", default="", help="a regular expression for their names")
    parser.add_argument("--show", action="store_true", help="print what both say, too")
    options = parser.parse_args()
    if not SHARED.exists():
        print(f"no real trees: {SHARED} does not exist")
        return 0
    results = [
        _one_tree(version, options.seed, options.times, options.only, options.show)
        for version in options.tree or ["7.2", "6.12"]
    ]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
