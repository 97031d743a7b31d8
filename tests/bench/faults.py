# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs that are killed at random points, whose cache is cut off, and many at once.

On the embedded sample (every check that needs no compiler) and on a kernel in miniature
(``--build``). Prints what was tried and what does not hold; ends with status 1 where something
does not. Seeded, but for when exactly a signal comes.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from faults import KILLS, Rig, Verdict, crowd, kernel, kill, sample, truncate

RIGS = {"sample": sample, "kernel": kernel}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50, help="runs that are killed, of each kind")
    parser.add_argument("--cuts", type=int, default=50, help="files that are cut off, likewise")
    parser.add_argument("--runs", type=int, default=20, help="runs at once")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", choices=RIGS)
    given = parser.parse_args()
    wrong = []
    for name, make in RIGS.items():
        if given.only in (None, name):
            with tempfile.TemporaryDirectory(prefix="verify-series-faults-") as folder:
                for line in _try(make(Path(folder)), given, random.Random(given.seed)):
                    print(f"{name}: {line}", flush=True)
                    wrong += [line] if line.startswith("WRONG") else []
    sys.exit(bool(wrong))


def _try(rig: Rig, given: argparse.Namespace, dice: random.Random) -> Iterator[str]:
    wanted = _cold(rig)
    begin = time.monotonic()
    rig.verdict()
    lasts = time.monotonic() - begin
    warm = rig.folder / "warm"
    shutil.copytree(rig.cache, warm, symlinks=True)
    yield f"an undisturbed run ends with {wanted.code}, and takes {lasts:.1f} s when warm"
    yield from _kills(rig, wanted, lasts, given.kills, dice)
    yield from _cuts(rig, wanted, warm, given.cuts, dice)
    _empty(rig)
    faults = crowd(rig, wanted, given.runs)
    yield f"{given.runs} runs at once in an empty cache: {len(faults)} wrong"
    yield from (f"WRONG: {fault}" for fault in faults)


def _kills(
    rig: Rig, wanted: Verdict, lasts: float, count: int, dice: random.Random
) -> Iterator[str]:
    """Every second run begins with an empty cache, and takes longer."""
    bad = 0
    for number in range(count):
        cold = number % 2
        if cold:
            _empty(rig)
        after = dice.uniform(0, lasts * (1 + cold))
        signal = KILLS[number % len(KILLS)]
        faults = kill(rig, wanted, signal, after)
        bad += bool(faults)
        yield from (f"WRONG: {signal.name} after {after:.2f} s: {fault}" for fault in faults)
    yield f"{count} runs killed: {count - bad} left nothing, and the next one was right"


def _cuts(rig: Rig, wanted: Verdict, warm: Path, count: int, dice: random.Random) -> Iterator[str]:
    said = dict.fromkeys(("right", "no verdict", "wrong"), 0)
    for _ in range(count):
        file, came = truncate(rig, wanted, warm, dice)
        said[came if came in said else "wrong"] += 1
        if came not in said:
            yield f"WRONG: {file} cut off: {came}"
    yield f"{count} files of the cache cut off: {said}"


def _empty(rig: Rig) -> None:
    shutil.rmtree(rig.cache)
    rig.cache.mkdir()


def _cold(rig: Rig) -> Verdict:
    _empty(rig)
    return rig.verdict()


if __name__ == "__main__":
    main()
