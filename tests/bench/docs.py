# SPDX-License-Identifier: GPL-2.0-or-later
"""What the docs check costs on Linux 7.2: CPU time and memory, and ratios.

The check alone is measured, without fetching and applying, on the base and the patched tree
together. All processes count: ours, git's and the one that reads the documents. The floor is one
bare start of Sphinx with the tree's conf.py that reads one document. Needs ../shared.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from bench import SHARED, SPHINX, TOP, V3

sys.path[:0] = [str(TOP / "tests"), str(TOP / "tools")]

import verify_series.main  # noqa: E402, F401 - as the program begins
from repos import mail_of_change  # noqa: E402
from verify_series import cache  # noqa: E402
from verify_series.apply import read_mail  # noqa: E402
from verify_series.base import choose  # noqa: E402
from verify_series.checkers.docs import parse, run  # noqa: E402
from verify_series.docs.kit import EXECUTED  # noqa: E402
from verify_series.fetch import Request, fetch  # noqa: E402
from verify_series.store import Store  # noqa: E402
from verify_series.tree import open_tree  # noqa: E402

#: CPU seconds of sphinx-build -b html -j2 on the whole of 7.2 with Sphinx 9.0.4, measured once,
#: 2026-11-24, on two cores of a Xeon of 2.8 GHz.
FULL_BUILD = 926

_SECURITY = "security/security.c"

_HELPERS = "include/drm/drm_modeset_helper_vtables.h"

#: Patches of one line: the file, what is replaced there, and by what. No source of 7.2 is shown by
#: more than five documents; these are the ones with the most documents (mac80211.h, tty_io.c) or
#: directives (mac80211.h, cfg80211.h), and those that stand in documents of the most sources
#: (security.c in core-api/kernel-api with 81, the helpers in gpu/drm-kms-helpers with 58, of which
#: many have an overview). Of videodev2.h a document of 500 references is made.
HEAVY = {
    "lsm_hook_defs.h": (
        "include/linux/lsm_hook_defs.h",
        "LSM_HOOK(int, 0, b",
        "LSM_HOOK(int, 1, b",
    ),
    "videodev2.h": ("include/uapi/linux/videodev2.h", "struct v4l2_area {", "struct v4l2_areas {"),
    "mac80211.h": ("include/net/mac80211.h", " * DOC: Warning", " * DOC: Warnings"),
    "cfg80211.h": (
        "include/net/cfg80211.h",
        " * struct wireless_dev -",
        " * struct wireless_devs -",
    ),
    "tty_io.c": ("drivers/tty/tty_io.c", " * tty_name -", " * tty_names -"),
    "drm_modeset_helper_vtables.h": (_HELPERS, " * DOC: overview", " * DOC: an overview"),
    "security.c": (_SECURITY, " * @dest: the destination", " * @dest: where"),
    "security.c, parameter lost": (_SECURITY, " * @dest:", " * @destx:"),
    "security.c, label unknown": (_SECURITY, " * @dest:", " * @dest: :ref:`no_such_label`"),
}
MOST_SECONDS = 5

#: From where to where a document is moved.
MOVED = ("Documentation/admin-guide/LSM/ipe.rst", "Documentation/security/ipe.rst")


def used() -> float:
    """CPU seconds of this process and of those it waited for."""
    people = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(sum(resource.getrusage(who)[:2]) for who in people)


def megabytes() -> float:
    """Peak memory of this process and of the largest that it waited for."""
    people = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(resource.getrusage(who).ru_maxrss for who in people) / 1024


def one(tree: Path, mail: Path) -> tuple[float, float]:
    """The docs check alone on one series: CPU seconds and megabytes."""
    with cache.workspace() as work:
        opened = open_tree(tree, cache=cache.root(), progress=print)
        series = fetch(Request(str(mail)), cwd=work, cache=cache.root(), stdin=None)
        store = Store.create(work / "store", opened.objects, opened.worktree)
        mails = [read_mail(store, patch) for patch in series.patches]
        _, applied = choose(store, opened, series, mails, given=None, promised=None, rewind=True)
        before = used()
        run(applied, parse({}))
        store.close()  # so that its git counts
        return used() - before, megabytes()


def floor(kernel: Path, out: Path) -> tuple[float, float]:
    """A bare start of Sphinx: CPU seconds and megabytes."""
    shutil.rmtree(out, ignore_errors=True)
    code = f"{SPHINX.replace('import os; os._exit(0)', '')}\n{_REPORT}"
    argv = [sys.executable, "-c", code, kernel / "Documentation", out]
    done = subprocess.run(
        argv,
        cwd=kernel,
        env={**os.environ, "srctree": str(kernel)},
        capture_output=True,
        check=True,
    )
    return tuple(json.loads(done.stdout.splitlines()[-1]))


_REPORT = """
import json, os, resource
mine = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps([mine.ru_utime + mine.ru_stime, mine.ru_maxrss / 1024]), flush=True)
os._exit(0)
"""


def ours(tree: Path, mail: Path, home: Path) -> tuple[float, float]:
    """:func:`one` in a process of its own, with the cache below ``home``."""
    argv = [sys.executable, __file__, "--one", tree, mail]
    env = {**os.environ, "XDG_CACHE_HOME": str(home), "HOME": str(home)}
    done = subprocess.run(argv, env=env, capture_output=True, check=True)
    return tuple(json.loads(done.stdout.splitlines()[-1]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=5, help="runs of each; the best one counts")
    parser.add_argument("--one", nargs=2, type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        print(json.dumps(one(*arguments.one)))
        return
    if not V3.exists():
        sys.exit(f"no real mails: {V3} does not exist")
    argv = [SHARED / "bin" / "kernel-tree", "7.2"]
    done = subprocess.run(argv, capture_output=True, text=True, check=True)
    with tempfile.TemporaryDirectory() as name:
        _report(Path(done.stdout.strip()), Path(name), arguments.times)


def _replacing(old: str, new: str) -> Callable[[str], str]:
    return lambda text: text.replace(old, new, 1)


def _report(tree: Path, top: Path, times: int) -> None:
    kernel, home = top / "kernel", top / "home"
    kernel.mkdir()
    paths = [path for path in EXECUTED if (tree / path).exists()]
    archive = ["git", "archive", "HEAD", "Documentation", "Makefile", "MAINTAINERS", *paths]
    with subprocess.Popen(archive, cwd=tree, stdout=subprocess.PIPE) as packed:
        subprocess.run(["tar", "x"], cwd=kernel, stdin=packed.stdout, check=True)
    floor(kernel, top / "out")  # Python compiles the extensions
    least, memory = map(min, zip(*(floor(kernel, top / "out") for _ in range(times)), strict=True))
    ours(tree, V3, home)
    best = min(ours(tree, V3, home) for _ in range(times))
    empty = min(ours(tree, V3, top / f"empty-{n}") for n in range(times))
    rows = [
        ("one bare start of Sphinx", least, memory, ""),
        ("IPE v3", *best, "1.0 s, 150 MB"),
        ("IPE v3, empty cache", *empty, "1.5 s"),
    ]
    for number, (label, (path, old, new)) in enumerate(HEAVY.items()):
        mail = mail_of_change(tree, _folder(top, number), path, _replacing(old, new))
        rows.append((label, *ours(tree, mail, home), f"{MOST_SECONDS} s"))
    path, to = MOVED
    mail = mail_of_change(tree, _folder(top, len(HEAVY)), path, str, moved_to=to)
    rows.append(("document moved, first on its base", *ours(tree, mail, home), ""))
    rows.append(("document moved", *ours(tree, mail, home), f"{MOST_SECONDS} s"))
    print(f"{'docs check on 7.2':36}{'CPU s':>8}{'MB':>6}{'/ start':>9}   at most")
    for label, seconds, peak, limit in rows:
        print(f"{label:36}{seconds:8.2f}{peak:6.0f}{seconds / least:9.2f}   {limit}")
    print(f"IPE v3 / bare start: {best[0] / least:.2f}, at most 1.6")
    print(
        f"IPE v3 / full html build of {FULL_BUILD} s: 1/{FULL_BUILD / best[0]:.0f}, at most 1/800"
    )


def _folder(top: Path, number: int) -> Path:
    folder = top / str(number)
    folder.mkdir()
    return folder


if __name__ == "__main__":
    main()
