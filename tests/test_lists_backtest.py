# SPDX-License-Identifier: GPL-2.0-or-later
"""verify-series backtest on a small list: what is said of each series, and that nothing is lost."""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest

from ends import processes, until
from lists import EXPECTED, Rig, mails, slow
from verify_series.lists.engine import Lost, Task, work_through
from verify_series.lists.page import as_html
from verify_series.lists.series import Posted
from verify_series.lists.summary import as_text, summarize
from verify_series.lists.work import Result, series_line

pytestmark = pytest.mark.skipif(not shutil.which("perl"), reason="perl is not installed")


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path, mails())


def test_each_end(rig: Rig) -> None:
    said = rig.run("--jobs", "2")
    assert rig.ends() == EXPECTED
    assert "6 of 6 series, 3 pass, 1 fail, 2 no verdict, 1 rewound, 1 superseded, 0 crashes" in said
    by_id = {line["message_id"]: line for line in rig.lines()}
    assert by_id["bad@x"]["findings"] == {"checkpatch/UNLUCKY": {"new": 1, "gating": 1}}
    assert by_id["there@x"]["base"]["rewound"] == 1
    assert by_id["v2-0@example.org"]["missing"] == [3]
    assert "lacks patch 3 of 3" in by_id["v2-0@example.org"]["reason"]
    assert "does not apply" in by_id["old@x"]["reason"]
    assert by_id["v1-0@example.org"]["superseded"] == "v2-0@example.org"
    summary = json.loads((rig.folder / "out" / "summary.json").read_text())
    assert summary["rules"] == {"checkpatch/UNLUCKY": {"series": 1, "findings": 1, "gating": 1}}
    assert summary["checkers"]["checkpatch"] == {"PASS": 3, "FAIL": 1, "SKIP": 0, "ERROR": 0}
    page = (rig.folder / "out" / "summary.html").read_text()
    for line in by_id.values():
        assert f'href="{line["report"]}.html"' in page
        assert (rig.folder / "out" / f"{line['report']}.html").exists()
        assert (rig.folder / "out" / f"{line['report']}.json").exists()


def test_newest_first(rig: Rig) -> None:
    rig.run("--jobs", "1")
    dates = [line["date"] for line in rig.lines()]
    assert dates == sorted(dates, reverse=True)


def test_one_job_and_two_say_the_same(rig: Rig) -> None:
    rig.run("--jobs", "1")
    (rig.folder / "out").rename(rig.folder / "first")
    rig.run("--jobs", "2")
    assert rig.told() == rig.told("first")


def test_choice(rig: Rig) -> None:
    rig.run("--newest", "--since", "2026-01-02", "--only", "checkpatch")
    assert rig.ends().keys() == EXPECTED.keys() - {"good@x", "v1-0@example.org"}
    shutil.rmtree(rig.folder / "out")
    rig.run("--sample", "2", "--seed", "7")
    some = rig.ends()
    assert len(some) == 2
    shutil.rmtree(rig.folder / "out")
    rig.run("--sample", "2", "--seed", "7", "--jobs", "1")
    assert rig.ends() == some
    shutil.rmtree(rig.folder / "out")
    assert "0 of 0 series" in rig.run("--list-id", "other.example.org")


def test_killed_and_gone_on(rig: Rig) -> None:
    rig.run("--jobs", "1")
    whole = rig.told()
    (rig.folder / "out").rename(rig.folder / "first")
    for wanted in (1, 3):
        going = rig.start("--jobs", "1")
        results = rig.folder / "out" / "results.jsonl"
        until(lambda n=wanted, r=results: r.exists() and r.read_bytes().count(b"\n") >= n)
        going.send_signal(signal.SIGKILL)
        going.communicate()
    with results.open("ab") as file:
        file.write(b'{"key": "cut o')
    assert "of them done before" in rig.run("--jobs", "1")
    assert rig.told() == whole
    before = results.read_bytes()
    rig.run("--jobs", "1")  # there is nothing left to do
    assert results.read_bytes() == before


def test_interrupted(tmp_path: Path) -> None:
    rig = Rig(tmp_path, slow(3))
    going = rig.start("--jobs", "1")
    assert going.stderr
    until(lambda: processes("0001.patch"))
    ours = children(going.pid)
    going.send_signal(signal.SIGINT)
    assert b"interrupted" in going.communicate()[1]
    assert going.returncode == 130
    until(lambda: not [pid for pid in ours if Path(f"/proc/{pid}").exists()])
    rig.run("--jobs", "2")
    assert set(rig.ends().values()) == {("pass", "")}


def test_killed_worker_loses_nothing(tmp_path: Path) -> None:
    rig = Rig(tmp_path, slow(4))
    going = rig.start("--jobs", "2", "-q")
    until(lambda: processes("0001.patch"))
    [victim, *_] = [pid for pid in children(going.pid) if pid in workers()]
    os.kill(victim, signal.SIGKILL)
    assert going.wait() == 0
    assert rig.ends() == {f"slow{n}@x": ("pass", "") for n in range(4)}


def test_another_run_in_the_folder(rig: Rig) -> None:
    rig.run("--only", "checkpatch")
    assert "holds a run with another only" in rig.run(code=2)
    rig.repo.commit({"a": "b"})
    assert "holds a run with another commit" in rig.run("--only", "checkpatch", code=2)


def test_damaged_results(rig: Rig) -> None:
    rig.run("--sample", "2")
    results = rig.folder / "out" / "results.jsonl"
    results.write_bytes(b"nonsense\n" + results.read_bytes())
    assert "is damaged" in rig.run("--sample", "2", code=2)


def test_bad_input(rig: Rig) -> None:
    assert "no date" in rig.run("--since", "soon", code=2)
    assert "no number from 1" in rig.run("--jobs", "0", code=2)
    assert "has no commit nowhere" in rig.run("--base", "nowhere", code=2)
    rig.archive.write_bytes(b"\n")
    assert "holds no mail" in rig.run(code=2)
    rig.archive.unlink()
    assert "no such archive" in rig.run(code=2)


@pytest.mark.parametrize("room", [0, 20_000, 60_000])
def test_full_disk_is_no_result(
    rig: Rig, small: Path, room: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever it is that finds no room: the index, git, or a checker."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(small))
    rig.run("--sample", "1")  # the cache is as it will be
    shutil.rmtree(rig.folder / "out")
    (small / "ballast").write_bytes(bytes(shutil.disk_usage(small).free - room))
    assert "make room" in rig.run(code=2)
    (small / "ballast").unlink()
    rig.run()
    assert rig.ends() == EXPECTED


class Unlucky:
    """A crew in which workers die: of the series of ``killers`` always, of others once."""

    def __init__(self, killers: set[str], once: set[str]) -> None:
        self.killers, self.once, self.asked = killers, once, list[str]()

    def size(self) -> int:
        return 2

    def submit(self, task: Task) -> Future[Result]:
        key = task[0].key
        self.asked.append(key)
        future: Future[Result] = Future()
        if key in self.killers or key in self.once:
            self.once.discard(key)
            future.set_exception(Lost())
        else:
            future.set_result(Result({"key": key, "kind": ""}, {}))
        return future

    def look(self) -> None:
        raise AssertionError("somebody is there")


def tasks(count: int) -> Iterator[Task]:
    for number in range(count):
        yield Posted(f"m{number}@x", 1, 1, "s", "a@b", number, (), 1), b""


def test_who_kills_its_worker_is_a_crash_and_takes_none_along() -> None:
    crew = Unlucky({"m3@x v1"}, {"m4@x v1"})
    results = list(work_through(tasks(9), crew))
    assert sorted(one.line["key"] for one in results) == [f"m{n}@x v1" for n in range(9)]
    crashed = {one.line["key"] for one in results if one.line["kind"] == "crash"}
    assert crashed == {"m3@x v1"}
    assert crew.asked.count("m3@x v1") == 3


def test_tasks_are_taken_as_they_are_needed() -> None:
    taken = tasks(100)
    next(work_through(taken, Unlucky(set(), set())))
    assert len(list(taken)) >= 90


def children(pid: int) -> set[int]:
    """All processes below one."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(path.parent.name)] = int(fields[1])
    below, size = {pid}, 0
    while len(below) > size:
        size = len(below)
        below |= {child for child, parent in parents.items() if parent in below}
    return below - {pid}


def workers() -> set[int]:
    """The processes that a fork server made: its own children."""
    found = set()
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes()
            parent = int((path.parent / "stat").read_text().rpartition(")")[2].split()[1])
            above = Path(f"/proc/{parent}/cmdline").read_bytes()
        except OSError:
            continue
        if b"forkserver" in line and b"forkserver" in above:
            found.add(int(path.parent.name))
    return found


def test_what_mails_say_is_inert_in_the_summary() -> None:
    subject = "<script>alert(1)</script> \x1b[31m \u202e red"
    line = {
        **series_line(Posted("a@x", 1, 1, subject, "<b>@x", 0, (), 1)),
        "verdict": "none",
        "kind": "crash",
        "reason": f"because {subject}",
        "cpu": 1.5,
        "report": "",
    }
    made = summarize([line], 1)
    page = as_html(made, [line], {"archive": subject})
    for text in (page, as_text(made)):
        assert not {"\x1b", "\u202e"}.intersection(text)
        assert "\\u001b" in text
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert made.crashed == 1
