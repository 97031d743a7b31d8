# SPDX-License-Identifier: GPL-2.0-or-later
"""What the docs check costs on Linux 7.2, as ratios of CPU time and of memory.

The floor is one bare start of Sphinx with the tree's conf.py that reads one document. All
processes count: ours, git's and the one that reads the documents. Needs ../shared.
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

#: Sources shown by core-api/kernel-api, which shows 81, and by the most documents, five: without
#: a fault, and with one of each kind that makes the check look again.
HEAVY = {
    "source of kernel-api": ("security/security.c", " * @dest: the destination", " * @dest: where"),
    "the same, parameter lost": ("security/security.c", " * @dest:", " * @destx:"),
    "the same, label unknown": (
        "security/security.c",
        " * @dest:",
        " * @dest: :ref:`no_such_label`",
    ),
    "header of five documents": ("include/net/mac80211.h", " * DOC: Warning", " * DOC: Warnings"),
}


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
        store = Store.create(work / "store", opened.objects)
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
    cold = min(ours(tree, V3, top / f"cold-{n}")[0] for n in range(times))
    warm, most = map(min, zip(*(ours(tree, V3, home) for _ in range(times)), strict=True))
    print(f"{'docs check on 7.2':40}{'ratio':>8}   at most")
    rows = [
        ("IPE v3 / bare start", warm / least, "1.6"),
        ("IPE v3, empty cache / bare start", cold / least, ""),
        ("full html build / IPE v3", FULL_BUILD / warm, "(at least) 800"),
        ("IPE v3 / bare start, memory", most / memory, ""),
    ]
    for number, (label, (path, old, new)) in enumerate(HEAVY.items()):
        folder = top / str(number)
        folder.mkdir()
        mail = mail_of_change(tree, folder, path, _replacing(old, new))
        rows.append((f"{label} / bare start", ours(tree, mail, home)[0] / least, ""))
    for label, ratio, limit in rows:
        print(f"{label:40}{ratio:8.2f}   {limit}")


if __name__ == "__main__":
    main()
