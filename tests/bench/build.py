# SPDX-License-Identifier: GPL-2.0-or-later
"""Time of a warm ``--build`` of the IPE series on 7.2, beside make run by hand.

The floor is ``make security/ipe/`` in the same folders: the output of the base, the sources of the
series, the same settings. Prints the cold first run as well. Needs ../shared.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from bench import SHARED, TOP, V3, best, measure

Times = tuple[float, float]
FIXED = (
    "KBUILD_BUILD_TIMESTAMP=Thu Jan  1 00:00:00 UTC 1970",
    "KBUILD_BUILD_USER=verify-series",
    "KBUILD_BUILD_HOST=localhost",
    "KBUILD_BUILD_VERSION=1",
    "LOCALVERSION=",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=3, help="runs of each; the best one counts")
    times = parser.parse_args().times
    if not V3.exists():
        sys.exit(f"no real mails: {V3} does not exist")
    script = SHARED / "bin" / "kernel-tree"
    tree = subprocess.run([script, "7.2"], capture_output=True, text=True, check=True).stdout
    with tempfile.TemporaryDirectory() as name:
        rows = _rows(Path(name), Path(tree.strip()), times)
    print(f"{'':36}{'wall':>8}{'CPU':>8}   seconds, best of {times}")
    for label, (wall, cpu) in rows.items():
        print(f"{label:36}{wall:8.2f}{cpu:8.2f}")
    ours, floor = rows["--build, warm"], rows["floor: make security/ipe/"]
    print(f"{'ratio':36}{ours[0] / floor[0]:8.2f}{ours[1] / floor[1]:8.2f}")


def _rows(top: Path, tree: Path, times: int) -> dict[str, Times]:
    env = {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(top),
        "XDG_CACHE_HOME": str(top / "cache"),
        "LC_ALL": "C",
        "TZ": "UTC",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "PYTHONPATH": str(TOP / "tools"),
    }
    ours: list[str | Path] = [sys.executable, "-m", "verify_series", V3, "--tree", tree, "-q"]
    ours += ["--only", "build"]
    rows = {"--build, the first time": measure(ours, top, env)}
    (folder,) = (top / "cache/verify-series/build").glob("7.2-*")
    (kept,) = folder.glob("kept-*")
    pairs = [(measure(ours, top, env), _floor(folder, kept, env)) for _ in range(times)]
    rows["--build, warm"] = best(times, iter([one for one, _ in pairs]).__next__)
    rows["floor: make security/ipe/"] = best(times, iter([one for _, one in pairs]).__next__)
    return rows


def _floor(folder: Path, kept: Path, env: dict[str, str]) -> Times:
    """What ``make`` takes where verify-series has just been: the worktree is the series'."""
    out = folder / "out"
    shutil.rmtree(out)
    shutil.copytree(kept, out, symlinks=True)
    ccache = ["CC=ccache gcc", "HOSTCC=ccache gcc"] if shutil.which("ccache") else []
    make = ["make", "-s", f"-j{os.cpu_count()}", f"O={out}", *FIXED, *ccache, "security/ipe/"]
    return measure([*make], folder / "tree", {**env, "CCACHE_DISABLE": "1"})


if __name__ == "__main__":
    main()
