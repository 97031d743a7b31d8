# SPDX-License-Identifier: GPL-2.0-or-later
"""Time of one warm run of the IPE series on 7.2, beside the tools themselves run by hand.

The floor is the sum of: b4 am; undoing and applying two patches on a private index; checkpatch on
two patches in the whole tree; one start of Sphinx on the tree's conf.py that reads one document.
Prints seconds of wall time and of CPU, best of several, and the ratio. Needs ../shared.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

TOP = Path(__file__).parents[2]
SHARED = Path(os.environ.get("VERIFY_SERIES_SHARED", TOP.parent / "shared"))
V3 = SHARED / "lore" / "ipe-script-enforcement-v3.mbox"

SPHINX = """
import sys, io
from sphinx.application import Sphinx
from sphinx.util.docutils import patch_docutils, docutils_namespace
source, out = sys.argv[1:]
with patch_docutils(source), docutils_namespace():
    app = Sphinx(source, source, out, out, "dummy", status=None, warning=io.StringIO())
    app.env.find_files(app.config, app.builder)
    app.builder.read_doc("admin-guide/LSM/ipe")
import os; os._exit(0)
"""


def measure(
    argv: list[str | Path], cwd: Path, env: dict[str, str], stdin: bytes = b""
) -> tuple[float, float]:
    """(wall, CPU) seconds of one process with everything it waits for."""
    before, begin = os.times(), time.monotonic()
    done = subprocess.run(argv, cwd=cwd, env=env, input=stdin, capture_output=True, check=False)
    wall, after = time.monotonic() - begin, os.times()
    if done.returncode:
        sys.exit(f"{argv[0]} failed: {(done.stdout + done.stderr).decode()[-2000:]}")
    cpu = (
        after.children_user + after.children_system - before.children_user - before.children_system
    )
    return wall, cpu


def best(times: int, work: Callable[[], tuple[float, float]]) -> tuple[float, float]:
    runs = [work() for _ in range(times)]
    return min(wall for wall, _ in runs), min(cpu for _, cpu in runs)


def total(*parts: tuple[float, float]) -> tuple[float, float]:
    return sum(wall for wall, _ in parts), sum(cpu for _, cpu in parts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=5, help="runs of each; the best one counts")
    times = parser.parse_args().times
    if not V3.exists():
        sys.exit(f"no real mails: {V3} does not exist")
    script = SHARED / "bin" / "kernel-tree"
    tree = Path(
        subprocess.run([script, "7.2"], capture_output=True, text=True, check=True).stdout.strip()
    )
    with tempfile.TemporaryDirectory() as name:
        rows = _rows(Path(name), tree, times)
    print(f"{'':36}{'wall':>8}{'CPU':>8}   seconds, best of {times}")
    for label, (wall, cpu) in rows.items():
        print(f"{label:36}{wall:8.2f}{cpu:8.2f}")
    ours, floor = rows["verify-series, warm"], rows["floor: sum of the four"]
    print(f"{'ratio':36}{ours[0] / floor[0]:8.2f}{ours[1] / floor[1]:8.2f}")


def _rows(top: Path, tree: Path, times: int) -> dict[str, tuple[float, float]]:
    env = {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(top),
        "XDG_CACHE_HOME": str(top / "cache"),
        "LC_ALL": "C.UTF-8",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "PYTHONPATH": str(TOP / "tools"),
    }
    ours: list[str | Path] = [sys.executable, "-m", "verify_series", V3, "--tree", tree, "-q"]
    measure(ours, top, env)  # warms the cache
    mails = re.split(rb"(?m)^From mboxrd@z .*\n", V3.read_bytes())[1:]
    patches = [mail for mail in mails if b"\ndiff --git " in mail]
    patches.sort(key=lambda mail: b" 2/2]" in mail)
    files = [top / f"{number}.patch" for number in (1, 2)]
    for file, mail in zip(files, patches, strict=True):
        file.write_bytes(mail)
    rows = {
        "b4 am": best(
            times,
            lambda: measure(["b4", "--offline-mode", "am", "-m", V3, "-o", top / "am"], top, env),
        ),
        "git: undo and apply 2 patches": best(times, lambda: _applies(top, tree, env, files)),
        "checkpatch, 2 patches": best(
            times,
            lambda: total(
                *(
                    measure(
                        ["perl", "scripts/checkpatch.pl", "--strict", "-q", "--no-summary", file],
                        tree,
                        env,
                    )
                    for file in files
                )
            ),
        ),
        "Sphinx, one document": best(times, lambda: _sphinx(top, tree, env)),
    }
    rows["floor: sum of the four"] = total(*rows.values())
    rows["verify-series, warm"] = best(times, lambda: measure(ours, top, env))
    return rows


def _applies(top: Path, tree: Path, env: dict[str, str], files: list[Path]) -> tuple[float, float]:
    """In a repository that borrows the tree's objects, on an index of its own."""
    store = top / "store.git"
    if not store.exists():
        measure(["git", "clone", "-q", "--bare", "--shared", tree, store], top, env)
    own = {**env, "GIT_DIR": str(store), "GIT_INDEX_FILE": str(top / "index")}
    steps: list[list[str | Path]] = [["git", "read-tree", "HEAD"]]
    steps += [["git", "apply", "--cached", "-R", file] for file in reversed(files)]
    steps += [["git", "apply", "--cached", file] for file in files]
    return total(*(measure(step, top, own) for step in steps))


def _sphinx(top: Path, tree: Path, env: dict[str, str]) -> tuple[float, float]:
    out = top / "doctrees"
    shutil.rmtree(out, ignore_errors=True)
    own = {**env, "srctree": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}
    return measure([sys.executable, "-c", SPHINX, tree / "Documentation", out], tree, own)


if __name__ == "__main__":
    main()
