# SPDX-License-Identifier: GPL-2.0-or-later
"""A command that is killed, starved or crowded on purpose, and what then has to hold.

Whatever happens to a run: the user's repository is as it was, no process is left, and the next
run gives the verdict of an undisturbed one and tidies up. What a damaged cache leads to is the
same verdict, or none.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import mini_kbuild
from ends import environment, is_free, processes, until
from mails import read_mails
from repos import Repo, fingerprint, without

TOP = Path(__file__).parents[1]
SAMPLE = TOP / "patches" / "sample"
SHARED = Path(os.environ.get("VERIFY_SERIES_SHARED", TOP.parent / "shared"))
KILLS = (signal.SIGKILL, signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True)
class Verdict:
    """What a run said: its exit status, and of each check the status and the findings."""

    code: int
    outcomes: tuple[tuple[str, str, tuple[str, ...]], ...]
    error: str = field(default="", compare=False)

    @property
    def is_none(self) -> bool:
        """Whether there is no verdict, and a sentence that says why."""
        errors = any(status == "ERROR" for _, status, _ in self.outcomes)
        return self.code == 2 and bool(errors or self.error) and "Traceback" not in self.error


@dataclass
class Rig:
    """A command line of verify-series on a user's repository, in a folder of its own.

    ``folder`` holds the cache and TMPDIR, so that what a run leaves is seen.
    """

    argv: list[str]
    repository: Path
    folder: Path

    def __post_init__(self) -> None:
        for place in (self.cache, self.tmp):
            place.mkdir(parents=True, exist_ok=True)

    @property
    def cache(self) -> Path:
        return self.folder / "cache"

    @property
    def tmp(self) -> Path:
        return self.folder / "tmp"

    def start(self, report: Path) -> subprocess.Popen[bytes]:
        """Start a run."""
        env = environment(XDG_CACHE_HOME=str(self.cache), TMPDIR=str(self.tmp))
        argv = [*self.argv, "--json", str(report)]
        return subprocess.Popen(
            argv, cwd=self.folder, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )

    def verdict(self, report: str = "report.json") -> Verdict:
        """Run to the end."""
        file = self.folder / report
        with self.start(file) as process:
            return self.end(process, file)

    def end(self, process: subprocess.Popen[bytes], file: Path) -> Verdict:
        """Wait for the end of a run, and read what it said."""
        _, error = process.communicate(timeout=1800)
        content = json.loads(file.read_text("utf-8")) if file.exists() else {"outcomes": []}
        file.unlink(missing_ok=True)
        outcomes = sorted(map(_outcome, content["outcomes"]))
        return Verdict(process.returncode, tuple(outcomes), error.decode())

    def leftovers(self) -> list[str]:
        """What is there though nothing runs: processes, locks, private folders, halves of files."""
        cache = self.cache / "verify-series"
        left = [*processes(str(self.folder)), *map(str, self.tmp.iterdir())]
        left += map(str, cache.glob("runs/run-*"))
        left += (str(p) for p in cache.rglob("*") if ".part-" in p.name or p.name[:5] == ".new-")
        left += (str(p) for p in cache.rglob("*lock") if p.is_file() and not is_free(p))
        return left


def _outcome(outcome: dict[str, Any]) -> tuple[str, str, tuple[str, ...]]:
    found = sorted(json.dumps(f, sort_keys=True) for f in outcome["findings"])
    return outcome["check"], outcome["status"], tuple(found)


def kill(rig: Rig, wanted: Verdict, number: signal.Signals, after: float) -> list[str]:
    """End a run ``after`` seconds, and run again; gives what does not hold then."""
    before = fingerprint(rig.repository)
    report = rig.folder / "killed.json"
    with rig.start(report) as process:
        time.sleep(after)
        process.send_signal(number)
        killed = rig.end(process, report)
    wrong = []
    if fingerprint(rig.repository) != before:
        wrong.append("the repository is another")
    if killed.code not in (wanted.code, 130, -number) or "Traceback" in killed.error:
        wrong.append(f"it ended with {killed.code}: {killed.error}")
    try:
        until(lambda: not processes(str(rig.folder)))
    except AssertionError:
        wrong.append(f"processes are left: {processes(str(rig.folder))}")
    if number is not signal.SIGKILL and (left := rig.leftovers()):
        wrong.append(f"it left {left}")
    if (again := rig.verdict()) != wanted:
        wrong.append(f"the next run said {again}")
    if left := rig.leftovers():
        wrong.append(f"the next run left {left}")
    return wrong


def truncate(rig: Rig, wanted: Verdict, warm: Path, dice: random.Random) -> tuple[str, str]:
    """Cut off a file of a cache like ``warm`` somewhere, and run: the name of the file, and
    "right", "no verdict", or what is wrong.
    """
    shutil.rmtree(rig.cache)
    shutil.copytree(warm, rig.cache, symlinks=True)
    files = [path for path in sorted(rig.cache.rglob("*")) if _can_be_cut(path)]
    file = dice.choice(files)
    with file.open("r+b") as opened:
        opened.truncate(dice.randrange(file.stat().st_size))
    said = rig.verdict()
    name = str(file.relative_to(rig.cache / "verify-series"))
    if said == wanted:
        return name, "right"
    return name, "no verdict" if said.is_none else f"it said {said}"


def of_another_version(rig: Rig, warm: Path, value: object) -> None:
    """Give the rig a cache like ``warm``, in which all that is kept as JSON is ``value``, and as
    sound as what it stands for."""
    shutil.rmtree(rig.cache)
    shutil.copytree(warm, rig.cache, symlinks=True)
    text = json.dumps(value).encode()
    name = hashlib.sha256(text).hexdigest()
    for file in rig.cache.rglob("*"):
        if file.parent.name == "index" and file.parent.with_name("objects").is_dir():
            file.write_text(name)
            place = file.parent.with_name("objects") / name[:2] / name[2:]
            place.parent.mkdir(exist_ok=True)
            place.write_bytes(text)
        elif file.name.startswith("scan-"):
            file.write_bytes(name.encode() + b"\n" + text)
        elif file.suffix == ".json":
            file.write_bytes(text)


def _can_be_cut(path: Path) -> bool:
    return path.is_file() and not path.is_symlink() and path.stat().st_size > 0


def crowd(rig: Rig, wanted: Verdict, count: int) -> list[str]:
    """So many runs at once, in one cache; gives what does not hold."""
    reports = [rig.folder / f"report-{number}.json" for number in range(count)]
    started = [rig.start(report) for report in reports]
    ended = [rig.end(one, report) for one, report in zip(started, reports, strict=True)]
    wrong = [f"one said {said}" for said in ended if said != wanted]
    return [*wrong, *(f"left: {left}" for left in rig.leftovers())]


def sample(folder: Path) -> Rig:
    """The embedded sample, whose series passes every check that needs no compiler."""
    repo = Repo(folder / "linux")
    shutil.copytree(SAMPLE / "tree", repo.folder, dirs_exist_ok=True)
    repo.commit({}, "miniature")
    return Rig(_command(SAMPLE / "series.mbox", repo.folder), repo.folder, folder)


def kernel(folder: Path) -> Rig:
    """A kernel in miniature, and a series that compiles with a warning."""
    repo = Repo(folder / "linux")
    start = repo.commit(mini_kbuild.TREE, "base")
    body = mini_kbuild.TREE["gate/gate.c"].replace("return", "int unused;\n\n\treturn")
    repo.commit({"gate/gate.c": body}, "gate: change it")
    mbox = folder / "series.mbox"
    mbox.write_bytes(repo.raw("format-patch", "-1", "--stdout"))
    repo.git("reset", "-q", "--hard", start)
    config = folder / "config"
    config.write_text(mini_kbuild.CONFIG)
    argv = [*_command(mbox, repo.folder), "--only", "build", "--config", str(config)]
    return Rig(argv, repo.folder, folder)


def linux(folder: Path) -> Rig:
    """Linux 7.2 before the series of IPE that it has, and that series."""
    script = SHARED / "bin" / "kernel-tree"
    found = subprocess.run([script, "7.2"], capture_output=True, text=True, check=True).stdout
    mbox = SHARED / "lore" / "ipe-script-enforcement-v3.mbox"
    tree = without(Path(found.strip().splitlines()[-1]), read_mails(mbox), folder / "linux.git")
    return Rig(_command(mbox, tree), tree, folder)


def _command(series: Path, tree: Path) -> list[str]:
    return [sys.executable, "-m", "verify_series", str(series), "--tree", str(tree), "-q"]
