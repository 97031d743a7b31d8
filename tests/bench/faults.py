# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs that are killed at random points, whose cache is cut off, and many at once.

On the embedded sample (every check that needs no compiler), on a kernel in miniature
(``--build``), and on Linux 7.2 before the IPE series, where ../shared has it. Prints what was tried
and what does not hold; ends with status 1 where something does not. Seeded, but for when exactly a
signal comes.
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

from faults import KILLS, SHARED, Rig, Verdict, crowd, kernel, kill, linux, sample, truncate

#: What is run, and its share of what is tried.
RIGS = {"sample": (sample, 0.5), "kernel": (kernel, 0.25), "linux": (linux, 0.25)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=60, help="runs that are killed, of all kinds")
    parser.add_argument("--cuts", type=int, default=60, help="files that are cut off, likewise")
    parser.add_argument("--runs", type=int, default=20, help="runs at once, of each kind")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", choices=RIGS)
    given = parser.parse_args()
    wrong = []
    for name, (make, share) in RIGS.items():
        if given.only not in (None, name):
            continue
        if make is linux and not SHARED.exists():
            print(f"{name}: not tried, {SHARED} does not exist")
            continue
        counts = [round(count * share) for count in (given.kills, given.cuts)]
        with tempfile.TemporaryDirectory(prefix="verify-series-faults-") as folder:
            for line in _try(make(Path(folder)), *counts, given.runs, random.Random(given.seed)):
                print(f"{name}: {line}", flush=True)
                wrong += [line] if line.startswith("WRONG") else []
    sys.exit(bool(wrong))


def _try(rig: Rig, kills: int, cuts: int, runs: int, dice: random.Random) -> Iterator[str]:
    wanted = _cold(rig)
    begin = time.monotonic()
    rig.verdict()
    lasts = time.monotonic() - begin
    warm = rig.folder / "warm"
    shutil.copytree(rig.cache, warm, symlinks=True)
    yield f"an undisturbed run ends with {wanted.code}, and takes {lasts:.1f} s when warm"
    yield from _kills(rig, wanted, lasts, kills, dice)
    yield from _cuts(rig, wanted, warm, cuts, dice)
    if runs:
        _empty(rig)
        faults = crowd(rig, wanted, runs)
        yield f"{runs} runs at once in an empty cache: {len(faults)} wrong"
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
    if count:
        yield f"{count} runs killed: {count - bad} left nothing, and the next one was right"


def _cuts(rig: Rig, wanted: Verdict, warm: Path, count: int, dice: random.Random) -> Iterator[str]:
    said = dict.fromkeys(("right", "no verdict", "wrong"), 0)
    for _ in range(count):
        file, came = truncate(rig, wanted, warm, dice)
        said[came if came in said else "wrong"] += 1
        if came not in said:
            yield f"WRONG: {file} cut off: {came}"
    if count:
        yield f"{count} files of the cache cut off: {said}"


def _empty(rig: Rig) -> None:
    shutil.rmtree(rig.cache)
    rig.cache.mkdir()


def _cold(rig: Rig) -> Verdict:
    _empty(rig)
    return rig.verdict()


if __name__ == "__main__":
    main()
