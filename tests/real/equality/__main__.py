# SPDX-License-Identifier: GPL-2.0-or-later
"""Compare the docs check with a full documentation build, on mutations of real kernel trees.

    nox -s real -- docs-equality [--tree 7.2] [--times N] [--only WORD] [--keep FILE]

The first run makes one full build a tree (eleven CPU minutes and 3 GB in the cache); after that a
run takes about ten CPU minutes a tree for each of N times. With --keep, a run that was cut off
goes on where it was.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import resource
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from verify_series.cache import root
from verify_series.docs.scan_kept import scan_tree

from ..conftest import SHARED, kernel
from . import results
from .compare import batches, checking, compare
from .judge import Judge
from .kernel import Kernel
from .mutations import make
from .results import Result

_BATCH = 50


def _cpu() -> float:
    return sum(
        sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )


def _one_tree(version: str, options: argparse.Namespace) -> bool:
    tree = kernel(version)
    kept = Path(f"{options.keep}-{version}.jsonl") if options.keep else None
    with checking(tree) as checked:
        scans = scan_tree(checked.base, root() / "docs")
        chance = random.Random(f"{version} {options.seed}")
        mutations = make(Kernel(checked.base, scans, chance), options.times)
        mutations = [m for m in mutations if re.search(options.only, m.name)]
        known = results.read(kept)
        done = [known[m.name] for m in mutations if m.name in known]
        print(f"{version}: {len(mutations)} mutations, {len(done)} judged before", flush=True)
        judge = Judge(tree, checked.base, root() / "docs-equality")
        ours = judged = 0.0
        left = [m for m in mutations if m.name not in known]
        for batch in batches(left, _BATCH):
            begin = _cpu()
            with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
                compared = list(pool.map(checked.check, batch))
            between = _cpu()
            compare(judge, compared)
            fresh = list(map(Result.of, compared))
            for one in fresh:
                one.show(options.show)
            if kept:
                results.append(kept, fresh)
            ours, judged = ours + between - begin, judged + _cpu() - between
            done += fresh
    print(f"{version}: {results.summary(done)}")
    print(f"CPU seconds: docs check {ours:.0f}, judge {judged:.0f}", flush=True)
    return all(one.agrees for one in done)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tree", action="append", choices=["7.2", "6.12"])
    parser.add_argument("--times", type=int, default=2, help="how often each rule is tried")
    parser.add_argument("--seed", type=int, default=1, help="another one makes other mutations")
    parser.add_argument("--only", default="", help="a regular expression for their names")
    parser.add_argument("--show", action="store_true", help="print what both say, too")
    parser.add_argument("--keep", help="beginning of the names of files for the results")
    options = parser.parse_args()
    if not SHARED.exists():
        print(f"no real trees: {SHARED} does not exist")
        return 0
    agreed = [_one_tree(version, options) for version in options.tree or ["7.2", "6.12"]]
    return 0 if all(agreed) else 1


if __name__ == "__main__":
    sys.exit(main())
