# SPDX-License-Identifier: GPL-2.0-or-later
"""Time of a warm ``--build`` of the IPE series on 7.2, beside make run by hand.

The floor is ``make security/ipe/`` in the same folders: the output of the base, the sources of the
series, the same settings; and, closer to what the check does, ``make W=1`` of the seven objects
that it compiles. Prints the cold first run as well. Needs ../shared.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from bench import SHARED, TOP, V3, measure

Times = tuple[float, float]
FIXED = (
    "KBUILD_BUILD_TIMESTAMP=Thu Jan  1 00:00:00 UTC 1970",
    "KBUILD_BUILD_USER=verify-series",
    "KBUILD_BUILD_HOST=localhost",
    "KBUILD_BUILD_VERSION=1",
    "LOCALVERSION=",
)

OBJECTS = [
    f"security/ipe/{name}.o"
    for name in ("audit", "eval", "fs", "hooks", "ipe", "policy", "policy_fs")
]
FLOORS = {"make security/ipe/": ["security/ipe/"], "make W=1 OBJECTS": ["W=1", *OBJECTS]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=3, help="runs of each; the best one counts")
    parser.add_argument("--cache", type=Path, help="a cache that stays: the first run may be warm")
    given = parser.parse_args()
    if not V3.exists():
        sys.exit(f"no real mails: {V3} does not exist")
    script = SHARED / "bin" / "kernel-tree"
    tree = subprocess.run([script, "7.2"], capture_output=True, text=True, check=True).stdout
    with tempfile.TemporaryDirectory() as name:
        cache = given.cache.resolve() if given.cache else Path(name) / "cache"
        rows = _rows(Path(name), cache, Path(tree.strip()), given.times)
    print(f"{'':36}{'wall':>8}{'CPU':>8}   seconds, best of {given.times}")
    for label, (wall, cpu) in rows.items():
        print(f"{label:36}{wall:8.2f}{cpu:8.2f}")
    ours = rows["--build, warm"]
    for label in FLOORS:
        wall, cpu = rows[label]
        print(f"{'ratio to ' + label:36}{ours[0] / wall:8.2f}{ours[1] / cpu:8.2f}")


def _rows(top: Path, cache: Path, tree: Path, times: int) -> dict[str, Times]:
    env = {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(top),
        "XDG_CACHE_HOME": str(cache),
        "LC_ALL": "C",
        "TZ": "UTC",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "PYTHONPATH": str(TOP / "tools"),
    }
    ours: list[str | Path] = [sys.executable, "-m", "verify_series", V3, "--tree", tree, "-q"]
    ours += ["--only", "build"]
    rows = {"--build, the first time": measure(ours, top, env)}
    (folder,) = (cache / "verify-series/build").glob("7.2-*")
    kept = max(folder.glob("kept-*"), key=lambda path: path.stat().st_ctime)  # the one just made
    runs: dict[str, list[Times]] = {}
    for _ in range(times):  # by turns, as other work on the machine slows all of them alike
        runs.setdefault("--build, warm", []).append(measure(ours, top, env))
        for label, targets in FLOORS.items():
            runs.setdefault(label, []).append(_floor(folder, kept, env, targets))
    return rows | {
        label: (min(w for w, _ in some), min(c for _, c in some)) for label, some in runs.items()
    }


def _floor(folder: Path, kept: Path, env: dict[str, str], targets: list[str]) -> Times:
    """What ``make`` takes where verify-series has just been: the worktree is the series'."""
    out = folder / "out"
    shutil.rmtree(out)
    shutil.copytree(kept, out, symlinks=True)
    for name in OBJECTS:
        (out / name).unlink()
    ccache = ["CC=ccache gcc", "HOSTCC=ccache gcc"] if shutil.which("ccache") else []
    make = ["make", "-s", f"-j{os.cpu_count()}", f"O={out}", *FIXED, *ccache, *targets]
    return measure([*make], folder / "tree", {**env, "CCACHE_DISABLE": "1"})


if __name__ == "__main__":
    main()
