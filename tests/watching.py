# SPDX-License-Identifier: GPL-2.0-or-later
"""A watch as a user runs it: its command line, its state, and a command that notes deliveries."""

from __future__ import annotations

import contextlib
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path

from ends import environment
from repos import Repo
from verify_series.lists.archive import Archive
from verify_series.lists.engine import Lost, Task
from verify_series.lists.index import Index
from verify_series.lists.mboxes import Files
from verify_series.lists.work import Options, Result, series_line
from verify_series.model import UserError
from verify_series.watch.daemon import FORMATS, Plan, Watch
from verify_series.watch.deliver import Command
from verify_series.watch.news import Rules
from verify_series.watch.state import State

SAMPLE = Path(__file__).parents[1] / "patches" / "sample"
NOTE = """\
import os, sys
told = [os.environ["VERIFY_SERIES_" + name] for name in ("KEY", "ATTEMPT")]
line = "\\t".join([*told, *sys.argv[2:]])
with open(sys.argv[1], "a") as file:
    file.write(line + "\\n")
"""


def posting(name: str, revision: int = 1, *, broken: bool = False) -> list[bytes]:
    """The sample's series under another name: cover letter and two patches, whose ids are
    NAME-v<revision>-<number>@example.org."""
    source = SAMPLE / ("broken.mbox" if broken else "series.mbox")
    mails = re.split(r"(?m)^From mboxrd@z .*\n", source.read_text())[1:]
    old = r"[\w.]+-(\d)-ada@example\.org" if not broken else r"[\w.-]+@example\.org"
    ids = [re.search(r"(?m)^Message-Id: <(.*)>", one)[1] for one in mails]  # type: ignore[index]
    assert all(re.fullmatch(old, one) for one in ids)
    made = []
    for number, mail in enumerate(mails):
        for place, one in enumerate(ids):
            mail = mail.replace(f"<{one}>", f"<{name}-v{revision}-{place}@example.org>")
        version = f" v{revision}" if revision > 1 else ""
        mail = re.sub(
            r"(?m)^Subject: \[PATCH[^\]]*\]", f"Subject: [PATCH{version} {number}/2]", mail
        )
        if number == 0:
            mail = re.sub(r"(?m)^(Subject: \[[^\]]*\]) .*", rf"\1 ipe: {name}", mail)
        made.append(mail.encode())
    return made


def linux(folder: Path) -> Repo:
    """The sample's tree as a repository."""
    repo = Repo(folder)
    shutil.copytree(SAMPLE / "tree", repo.folder, dirs_exist_ok=True)
    repo.commit({}, "miniature")
    return repo


@dataclass
class Hands:
    """A crew that is done at once, in this process: ``done`` are the keys that it got.

    ``loses`` are those whose worker dies; ``refuses`` is what it says of this machine; ``most`` is
    how many it did at once, of ``hands``.
    """

    done: list[str] = field(default_factory=list)
    loses: set[str] = field(default_factory=set)
    refuses: str = ""
    hands: int = 1
    busy: int = 0
    most: int = 0

    def size(self) -> int:
        return self.hands

    def look(self) -> None:
        pass

    def submit(self, task: Task) -> Future[Result]:
        one, mails = task
        assert mails.count(b"\nFrom: ") >= one.total
        future: Future[Result] = Future()
        if self.refuses:
            future.set_exception(UserError(self.refuses))
        elif one.key in self.loses:
            future.set_exception(Lost())
        else:
            line = series_line(one) | {"verdict": "pass", "kind": "", "reason": ""}
            result = Result(line | {"seconds": 1.5, "cpu": 1.0}, {"text": "done\n"})
            self.busy += 1
            self.most = max(self.most, self.busy)
            threading.Timer(0.1 * (self.hands - 1), self._end, (future, result)).start()
        self.done.append(one.key)
        return future

    def _end(self, future: Future[Result], result: Result) -> None:
        self.busy -= 1
        future.set_result(result)


@dataclass
class Desk:
    """A watch of a maildir in this process, begun anew by each :meth:`look`."""

    folder: Path
    hands: Hands = field(default_factory=Hands)
    since: float = 0.0
    patience: float = 7 * 86400.0
    settle: float = 600.0
    command: Command | None = None
    said: list[str] = field(default_factory=list)
    source: Callable[[], Archive] | None = None

    def __post_init__(self) -> None:
        self.box = maildir(self.folder / "box")
        self.state_file = self.folder / "state.sqlite"
        (self.folder / "reports").mkdir()

    def look(self, *mails: bytes) -> dict[str, str]:
        """Let mails come, and do all that is to be done; gives the states."""
        self.number = len(list(self.box.rglob("*")))
        put(self.box, mails, str(self.number))
        plan = Plan(
            folder=self.folder,
            source=self.source or (lambda: Files(self.box)),
            options=lambda: Options("", (str(self.folder),), formats=FORMATS),
            crew=lambda options: contextlib.nullcontext(self.hands),
            rules=Rules(self.since, self.patience, self.settle),
            interval=0.0,
            command=self.command,
        )
        with (
            contextlib.closing(State(self.state_file)) as state,
            contextlib.closing(Index(self.folder / "index.sqlite")) as index,
        ):
            self.well = Watch(plan, state, index, self.said.append).run(once=True)
        return {row[0]: row[1] for row in self.ask("SELECT key, state FROM series")}

    def ask(self, sql: str) -> list[tuple[str, ...]]:
        """Ask the state, or change it behind its back."""
        with contextlib.closing(sqlite3.connect(self.state_file)) as db, db:
            return list(db.execute(sql))


@dataclass
class Rig:
    """A watch of ``archive`` in a folder of its own; ``words`` are more of its options."""

    folder: Path
    archive: str
    tree: Path
    words: tuple[str, ...] = ("--only", "name-table")
    extra: dict[str, str] = field(default_factory=dict)

    @property
    def out(self) -> Path:
        return self.folder / "out"

    @property
    def noted(self) -> Path:
        """What the command noted of its deliveries."""
        return self.folder / "noted"

    def start(self, *more: str) -> subprocess.Popen[str]:
        script = self.folder / "note.py"
        script.write_text(NOTE)
        argv = [sys.executable, "-m", "verify_series", "watch", self.archive]
        argv += ["--tree", str(self.tree), "--out", str(self.out), "--interval", "1"]
        argv += ["--jobs", "1", "--settle", "2", "--since", "2020-01-01", *self.words]
        argv += ["--run", f"{sys.executable} {script} {self.noted}", *more]
        tmp = self.folder / "tmp"
        tmp.mkdir(exist_ok=True)
        env = environment(TMPDIR=str(tmp), **self.extra)
        return subprocess.Popen(argv, cwd=self.folder, env=env, stderr=subprocess.PIPE, text=True)

    def once(self, *more: str, code: int = 0) -> str:
        """Run ``--once``; gives the log."""
        with self.start("--once", *more) as process:
            _, said = process.communicate(timeout=300)
        assert process.returncode == code, said
        assert "Traceback" not in said, said
        return said

    def rows(self) -> dict[str, tuple[str, str, str]]:
        """Key to state, verdict and delivery of each series."""
        file = self.out / "state.sqlite"
        if not file.exists():
            return {}
        db = sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=60)
        try:
            asked = "SELECT key, state, verdict, delivery FROM series"
            return {row[0]: row[1:] for row in db.execute(asked)}
        except sqlite3.OperationalError:  # it is just being made
            return {}
        finally:
            db.close()

    def states(self) -> dict[str, str]:
        return {key: row[0] for key, row in self.rows().items()}

    def settled(self) -> bool:
        """Whether nothing is to be done, with what has come by now."""
        open_ones = {"ready", "running"}
        return all(
            s not in open_ones and d in ("", "delivered") for s, _, d in self.rows().values()
        )

    def deliveries(self) -> Counter[str]:
        """How often the command ran for each series."""
        lines = self.noted.read_text().splitlines() if self.noted.exists() else []
        return Counter(line.split("\t")[0] for line in lines)


def kill(process: subprocess.Popen[str]) -> str:
    """SIGKILL, and what it had said."""
    process.send_signal(signal.SIGKILL)
    _, said = process.communicate(timeout=60)
    return said


def maildir(folder: Path) -> Path:
    """An empty one, as lei(1) writes."""
    for name in ("cur", "new", "tmp"):
        (folder / name).mkdir(parents=True)
    return folder


def put(folder: Path, mails: Iterable[bytes], name: str) -> None:
    """Deliver mails into a maildir."""
    for number, mail in enumerate(mails):
        half = folder / "tmp" / f"{name}-{number}"
        half.write_bytes(mail)
        half.rename(folder / "new" / half.name)


def metrics(file: Path) -> dict[str, float]:
    lines = [line for line in file.read_text().splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}
