# SPDX-License-Identifier: GPL-2.0-or-later
"""An archive followed: each series verified once, when it is complete, whatever happens."""

from __future__ import annotations

import base64
import contextlib
import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ends import until
from fake_archive import Archive, closed_port, fake_archive
from mails import mail, reply
from public_inbox import MISSING, add, public_inbox
from repos import Repo, fingerprint
from verify_series.archive import Failure
from verify_series.lists.change import Came
from verify_series.lists.inbox import Inbox
from verify_series.lists.index import Index
from verify_series.lists.mboxes import Files
from verify_series.model import UserError
from verify_series.watch import feed_child
from verify_series.watch.deliver import Command
from verify_series.watch.follow import Feed, follow, is_old
from verify_series.watch.news import Rules, take_in
from verify_series.watch.state import State
from verify_series.watch.trouble import Trouble
from watching import Desk, Rig, kill, linux, maildir, metrics, posting, put

TOP = Path(__file__).parents[1]
COVER = "{0}-v{1}-0@example.org v{1}"


def key(name: str, revision: int = 1) -> str:
    return COVER.format(name, revision)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A watch in this process, whose crew is done at once."""
    return Desk(tmp_path)


def test_out_of_order_and_incomplete(desk: Desk) -> None:
    cover, first, second = posting("one")
    assert desk.look(second) == {"one-v1-2@example.org v1": "waiting"}
    assert desk.look(cover) == {key("one"): "waiting"}
    told = metrics(desk.folder / "metrics.prom")
    assert told['verify_series_watch_series{state="waiting"}'] == 1
    assert desk.look(first) == {key("one"): "verified"}
    assert desk.look(reply("one-v1-1@example.org", "Acked-by: Ben <b@x>\n", "r@x"), *posting("one"))
    assert desk.hands.done == [key("one")]


def test_cover_letter_comes_last(desk: Desk) -> None:
    cover, *patches = posting("one")
    assert desk.look(*patches) == {"one-v1-1@example.org v1": "ready"}  # it waits for the letter
    assert desk.look() == {"one-v1-1@example.org v1": "ready"}
    assert desk.look(cover) == {key("one"): "verified"}
    assert desk.hands.done == [key("one")]


def test_cover_letter_that_comes_too_late_changes_nothing(desk: Desk) -> None:
    cover, *patches = posting("one")
    desk.settle = 0
    assert desk.look(*patches) == {"one-v1-1@example.org v1": "verified"}
    assert desk.look(cover) == {key("one"): "verified"}
    assert desk.hands.done == ["one-v1-1@example.org v1"]


def test_cover_letter_that_comes_while_it_is_verified(desk: Desk) -> None:
    cover, *patches = posting("one")
    desk.hands.refuses = "not now"
    assert desk.look(*patches) == {"one-v1-1@example.org v1": "ready"}
    with contextlib.closing(State(desk.state_file)) as state:
        [row] = state.in_state("ready")
        with state.change():
            state.move(row.id, "running", tries=1)
        put(desk.box, [cover], "late")
        with contextlib.closing(Index(desk.folder / "index.sqlite")) as index:
            index.update(Files(desk.box), lambda text: None)
            take_in(state, index, Rules(0, 1000, 0), desk.said.append)
        [now] = state.in_state("running")
    assert (now.id, now.key) == (row.id, key("one"))


def test_incomplete_after_patience_and_complete_after_all(desk: Desk) -> None:
    mails = posting("one")
    desk.look(*mails[:2])
    desk.patience = -1
    assert desk.look() == {key("one"): "incomplete"}
    assert desk.said == [
        "<one-v1-0@example.org> v1 'ipe: one' stays incomplete, patch 2 did not come"
    ]
    assert desk.look(*mails[2:]) == {key("one"): "verified"}


def test_newer_revision_supersedes_what_is_not_verified(desk: Desk) -> None:
    states = desk.look(*posting("one"), *posting("one", 2), *posting("two"))
    assert states == {key("one"): "superseded", key("one", 2): "verified", key("two"): "verified"}
    assert "is superseded by <one-v2-0@example.org> before it is verified" in desk.said[0]
    states = desk.look(*posting("two", 2)[:2], *posting("two", 3))
    assert states[key("two")] == "verified"
    assert states[key("two", 2)] == "superseded"
    assert states[key("two", 3)] == "verified"
    assert sorted(desk.hands.done) == sorted([key("one", 2), key("two"), key("two", 3)])


def test_an_incomplete_revision_supersedes_nothing(desk: Desk) -> None:
    states = desk.look(*posting("one"), *posting("one", 2)[:2])
    assert states == {key("one"): "verified", key("one", 2): "waiting"}


def test_what_was_there_before_is_not_verified(desk: Desk) -> None:
    desk.since = 1780000000  # in May 2026
    states = desk.look(*posting("one"), *posting("two")[:2])
    assert states == {key("one"): "earlier", key("two"): "waiting"}
    late = [*posting("two")[2:], *posting("one", 2), *posting("old")]
    assert desk.look(*late, reply("one-v1-0@example.org", "Nice.\n", "r@x")) == {
        key("one"): "earlier",
        key("one", 2): "verified",
        key("two"): "verified",
        key("old"): "verified",  # its clock is wrong, but it came after
    }


def test_lost_index_verifies_nothing_twice(desk: Desk) -> None:
    desk.look(*posting("one"))
    for file in desk.folder.glob("index.*"):
        file.unlink()
    assert desk.look(*posting("two")) == {key("one"): "verified", key("two"): "verified"}
    assert desk.hands.done == [key("one"), key("two")]


def test_a_maildir_whose_mails_get_other_names(desk: Desk) -> None:
    desk.look(*posting("one"))
    for file in (desk.box / "new").iterdir():
        file.rename(desk.box / "cur" / f"{file.name}:2,S")
    assert desk.look(*posting("two")) == {key("one"): "verified", key("two"): "verified"}
    assert desk.hands.done == [key("one"), key("two")]


def test_a_deleted_mail_is_waited_for_again(desk: Desk) -> None:
    desk.hands.refuses = "no tree here"
    desk.look(*posting("one"))
    next(desk.box.rglob("*-2")).unlink()
    assert desk.look(posting("two")[0]) == {key("one"): "waiting", key("two"): "waiting"}


def test_a_series_that_ends_its_worker_is_given_up(desk: Desk) -> None:
    desk.hands.loses = {key("one")}
    states = desk.look(*posting("one"), *posting("two"))
    assert states == {key("one"): "given-up", key("two"): "verified"}
    assert desk.hands.done.count(key("one")) == 5
    assert desk.hands.done.count(key("two")) == 1
    [(name, reason)] = desk.ask("SELECT name, reason FROM series WHERE state = 'given-up'")
    assert reason == "its worker died (killed, or out of memory?), 5 times"
    assert reason in (desk.folder / "reports" / f"{name}.txt").read_text().replace("\n    ", " ")
    desk.hands.loses = set()
    assert desk.look() == states  # it is not retried for ever


def test_several_at_once(desk: Desk) -> None:
    desk.hands.hands = 3
    names = [f"s{number}" for number in range(7)]
    states = desk.look(*(mail for name in names for mail in posting(name)))
    assert set(states.values()) == {"verified"} and len(states) == 7
    assert desk.hands.most == 3
    assert sorted(desk.hands.done) == sorted(map(key, names))


def test_what_was_cut_off_is_verified_on_its_own(desk: Desk) -> None:
    desk.hands.hands = 3
    desk.hands.refuses = "not now"
    desk.look(*(mail for name in ("a", "b", "c") for mail in posting(name)))
    desk.ask("UPDATE series SET state = 'running', tries = 1")
    desk.hands.refuses = ""
    assert set(desk.look().values()) == {"verified"}
    assert desk.hands.most == 1


def test_killed_while_it_verifies(desk: Desk) -> None:
    for tries in range(1, 5):
        desk.look(*(posting("one") if tries == 1 else ()))
        desk.ask(f"UPDATE series SET state = 'running', tries = {tries}")
    assert desk.look() == {key("one"): "verified"}
    desk.ask("UPDATE series SET state = 'running', tries = 5")
    assert desk.look() == {key("one"): "given-up"}
    assert len(desk.hands.done) == 5


def test_a_fault_of_this_machine_costs_no_series(desk: Desk) -> None:
    desk.hands.refuses = "no kernel tree at this commit"
    for _ in range(9):
        assert desk.look(*posting("one")) == {key("one"): "ready"}
        assert not desk.well
    desk.hands.refuses = ""
    assert desk.look() == {key("one"): "verified"}
    assert desk.well


def command(code: str, seconds: float = 60) -> Command:
    return Command((sys.executable, "-c", code), seconds)


def delivery(desk: Desk) -> tuple[str, ...]:
    [row] = desk.ask("SELECT delivery, attempts FROM series")
    return row


def test_the_command_fails_and_is_run_again(desk: Desk) -> None:
    desk.command = command("import sys; sys.exit('no, \x1b[2J')")
    desk.look(*posting("one"))
    said = "the command failed, status 1: no, \\u001b[2J (attempt 1); it is run again"
    assert desk.said[-1].endswith(said)
    assert delivery(desk) == ("due", 1)
    for _ in range(4):
        desk.look()  # it is not due yet
        desk.ask("UPDATE series SET due = 0")
        desk.look()
    assert desk.said[-1].endswith("(attempt 5); given up")
    assert delivery(desk) == ("undelivered", 5)
    desk.ask("UPDATE series SET due = 0")
    desk.look()
    assert delivery(desk) == ("undelivered", 5)


def test_the_command_hangs(desk: Desk) -> None:
    desk.command = command("import time; time.sleep(1000)", 0.3)
    desk.look(*posting("one"))
    assert "did not end within 0.3 s (attempt 1); it is run again" in desk.said[-1]


def test_a_missing_command_is_noted(desk: Desk) -> None:
    desk.command = Command(("no-such-command",), 60)
    desk.look(*posting("one"))
    assert "the command failed, cannot start no-such-command" in desk.said[-1]


def test_killed_while_the_command_runs(desk: Desk) -> None:
    desk.look(*posting("one"))
    desk.ask("UPDATE series SET delivery = 'delivering', attempts = 1")
    desk.command = command(
        f"import os; open('{desk.folder}/noted', 'a').write(os.environ['VERIFY_SERIES_ATTEMPT'])"
    )
    desk.look()
    assert "cut off, perhaps after it did its work (attempt 1)" in desk.said[-1]
    assert delivery(desk) == ("delivered", 2)
    assert (desk.folder / "noted").read_text() == "2"


def test_the_command_never_runs_without_the_option(desk: Desk) -> None:
    desk.look(*posting("one"))
    assert delivery(desk) == ("", 0)


def test_a_state_of_another_version(desk: Desk) -> None:
    desk.look()
    desk.ask("PRAGMA user_version = 99")
    with pytest.raises(UserError, match="is of another version"):
        desk.look()
    desk.state_file.write_bytes(b"no database\n" * 500)
    with pytest.raises(UserError, match="cannot be used: file is not a database"):
        desk.look()


def test_trouble_is_told_once_and_tried_less_and_less(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    clock = [0.0]
    monkeypatch.setattr("verify_series.watch.trouble.time.monotonic", lambda: clock[0])
    trouble = Trouble("it", 60, said.append)
    waits = []
    for _ in range(9):
        trouble.failed("no")
        waits.append(trouble.next - clock[0])
        assert not trouble.due
        clock[0] = trouble.next
        assert trouble.due
    assert all(0.8 * 60 * 2**n <= wait <= 1.2 * 60 * 2**n for n, wait in enumerate(waits[:4]))
    assert max(waits) <= 1.2 * 900
    trouble.failed("another reason")
    trouble.well()
    assert len(said) == 3 and said[2] == "it: well again after 10 failure(s)"


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    """A watch of a maildir."""
    return Rig(tmp_path, str(maildir(tmp_path / "box")), linux(tmp_path / "linux").folder)


def box(rig: Rig) -> Path:
    return Path(rig.archive)


def test_complete_series_are_verified_once(rig: Rig) -> None:
    put(box(rig), [*posting("one"), *posting("two", broken=True)], "a")
    before = fingerprint(box(rig))
    said = rig.once()
    assert rig.rows() == {
        key("one"): ("verified", "pass", "delivered"),
        key("two"): ("verified", "fail", "delivered"),
    }
    assert "<two-v1-0@example.org> v1 'ipe: two': fail, " in said
    lines = [line.split("\t") for line in rig.noted.read_text().splitlines()]
    for name, attempt, report, verdict, message_id in lines:
        assert (attempt, verdict) in (("1", "pass"), ("1", "fail"))
        assert Path(report) == rig.out / "reports" / f"{name}.txt"
        assert "exit 1: 2 new findings" in Path(report).read_text() or verdict == "pass"
        assert message_id in ("<one-v1-0@example.org>", "<two-v1-0@example.org>")
        for suffix in ("json", "html"):
            assert Path(report).with_suffix(f".{suffix}").exists()
    told = metrics(rig.out / "metrics.prom")
    assert told['verify_series_watch_verdicts_total{verdict="fail"}'] == 1
    assert told["verify_series_watch_mails_total"] == 6
    assert told["verify_series_watch_last_success_timestamp_seconds"] > 0
    assert told["verify_series_watch_verify_seconds_total"] > 0
    require_format(rig.out / "metrics.prom")
    noted = rig.deliveries()
    assert set(noted.values()) == {1} and len(noted) == 2
    put(box(rig), [reply("one-v1-1@example.org", "Reviewed-by: Ben <b@x>\n", "r@x")], "reply")
    (box(rig) / "new" / "a-0").rename(box(rig) / "cur" / "a-0:2,S")  # as a mail reader does
    put(box(rig), posting("one")[:2], "again")  # as it comes by another list
    rig.once()
    assert rig.deliveries() == noted
    gone = set(before) - set(fingerprint(box(rig)))
    assert gone == {"new/a-0"}


def require_format(file: Path) -> None:
    """Prometheus' text format: a HELP and a TYPE line a metric, before its samples."""
    text = file.read_text()
    names = [line.split()[2] for line in text.splitlines() if line.startswith("# TYPE ")]
    assert len(names) == len(set(names)) == text.count("# HELP ")
    assert all(one.partition("{")[0] in names for one in metrics(file))
    if promtool := shutil.which("promtool"):
        subprocess.run([promtool, "check", "metrics"], input=text, text=True, check=True)


def test_nothing_of_a_mail_is_obeyed(rig: Rig) -> None:
    evil = "--help;touch${IFS}pwned\x1b[31m/../../etc@x"
    patch = posting("one")[1].replace(b"<one-v1-1@example.org>", f"<{evil}>".encode())
    patch = patch.replace(
        b"[PATCH 1/2] ipe", b"[PATCH] $(touch pwned) \x1b]0;pwned\x07\xe2\x80\xae"
    )
    put(box(rig), [patch], "a")
    said = rig.once("--settle", "0")
    assert list(rig.deliveries().values()) == [1]
    [line] = rig.noted.read_text().splitlines()
    assert line.endswith("\t<--help;touch${IFS}pwned\\u001b[31m/../../etc@x>")
    assert "\x1b" not in said and "\u202e" not in said
    assert {p.parent for p in rig.out.rglob("*.txt")} == {rig.out / "reports"}
    assert not list(rig.folder.rglob("pwned"))


def test_another_watch_has_the_folder(rig: Rig, tmp_path: Path) -> None:
    with rig.start() as process:
        until(lambda: (rig.out / "metrics.prom").exists())
        assert "another watch uses " in rig.once(code=2)
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 0
    assert said.splitlines()[-1] == "verify-series: ended by a signal; the state is kept"
    (tmp_path / "other").mkdir()
    rig.archive = str(tmp_path / "other")
    assert "is the watch of " in rig.once(code=2)


def test_no_such_archive(rig: Rig) -> None:
    rig.archive = "/not/there/list"
    assert "no such archive: /not/there/list" in rig.once(code=2)


def arrivals() -> tuple[list[bytes], dict[str, str]]:
    """Mails in the order in which they come, and the states that the series end in."""
    one, two, three = posting("one"), posting("two", broken=True), posting("three")
    four, last = posting("four"), posting("four", 2)
    coming = [
        mail("Hello", "A list.\n", "hello@x"),
        *(one[2], one[0], two[1], reply("one-v1-1@example.org", "Soon?\n", "r1@x"), one[1]),
        *(two[2], four[0], four[1], two[0], three[1], three[0]),
        *(reply("one-v1-0@example.org", "Acked-by: Ben <b@x>\n", "r2@x"), last[2], last[1]),
        *(last[0], four[2], three[2]),
    ]
    states = {key("one"): "verified", key("two"): "verified", key("three"): "verified"}
    return coming, states | {key("four"): "superseded", key("four", 2): "verified"}


def deliveries_by_id(rig: Rig) -> set[str]:
    lines = [line.split("\t") for line in rig.noted.read_text().splitlines()]
    ids = {line[4].strip("<>") for line in lines}
    return {f"{one} v{one.split('-v')[1][0]}" for one in ids}


def test_ready_and_watchdog_are_told(rig: Rig, tmp_path: Path) -> None:
    import socket

    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind(str(tmp_path / "notify"))
        heard.settimeout(60)
        rig.extra["NOTIFY_SOCKET"] = str(tmp_path / "notify")
        rig.once()
        told = [heard.recv(100) for _ in range(3)]
    assert told == [b"READY=1", b"WATCHDOG=1", b"WATCHDOG=1"]


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd-analyze")
def test_the_unit_of_the_manual(tmp_path: Path) -> None:
    source = (TOP / "Documentation" / "verify-series-watch@.service").read_text()
    assert "WatchdogSec=" in source
    unit = tmp_path / "verify-series-watch@.service"
    program = shutil.which("true")
    unit.write_text(source.replace("/usr/local/bin/verify-series", str(program)))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(unit)], capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_a_full_disk_loses_nothing(small: Path) -> None:
    desk = Desk(small)
    desk.hands.refuses = "not now"
    desk.look(*posting("one"))
    with contextlib.suppress(OSError), (small / "filler").open("wb") as filler:
        while True:
            filler.write(bytes(4096))
            filler.flush()
    assert shutil.disk_usage(small).free < 4096
    desk.hands.refuses = ""
    with contextlib.suppress(UserError):  # SQLite may not even open
        desk.look()
        assert not desk.well
    (small / "filler").unlink(missing_ok=True)
    assert desk.look() == {key("one"): "verified"}
    assert (small / "reports").exists() and desk.well


def test_rewritten_history_verifies_nothing_twice(desk: Desk, repo: Repo) -> None:
    desk.source = lambda: Inbox([repo.folder / ".git"])
    for one in posting("one"):
        repo.commit({"m": one})
    assert desk.look() == {key("one"): "verified"}
    repo.git("checkout", "-q", "--orphan", "anew")
    for one in [*posting("one"), *posting("two")]:
        repo.commit({"m": one})
    assert desk.look() == {key("one"): "verified", key("two"): "verified"}
    assert desk.hands.done == [key("one"), key("two")]


def test_only_what_came_lately_is_read(repo: Repo, tmp_path: Path) -> None:
    dates = ("2026-01-05T10:00:00+0000", "2026-01-09T10:00:00+0000")
    for date, one in zip(dates, posting("one"), strict=False):
        (repo.folder / "m").write_bytes(one)
        repo.git("add", "m")
        repo.git("commit", "-q", "-m", "m", GIT_COMMITTER_DATE=date)
    noon = 1767960000.0  # 2026-01-09T12:00
    archive = follow(str(repo.folder), tmp_path, tmp_path, noon, 86400, lambda text: None)
    came = [change.data for change in archive.changes({}) if isinstance(change, Came)]
    archive.close()
    assert came == [posting("one")[1]]


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("404", "not-found"),
        ("429", "busy"),
        ("500", "busy"),
        ("hangs_up", "unreachable"),
        ("elsewhere", "elsewhere"),
        ("circle", "unreachable"),
        ("endless", "refused"),
        ("html", "refused"),
        ("nothing", "refused"),
        ("half a gzip", "refused"),
    ],
)
def test_a_feed_that_fails(fault: str, kind: str) -> None:
    with fake_archive(Archive(fault=fault)) as archive, pytest.raises(Failure) as error:
        feed_child.look(archive.url, 0, set())
    assert error.value.kind == kind


def test_a_feed_with_entities_is_refused() -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY a "aaaa">]><feed>&a;</feed>'
    with (
        fake_archive(Archive(fault="feed", feed=bomb)) as archive,
        pytest.raises(Failure, match="what it sent is no feed"),
    ):
        feed_child.look(archive.url, 0, set())


def test_a_feed_that_cannot_be_had_is_one_sentence(rig: Rig) -> None:
    rig.archive = f"http://127.0.0.1:{closed_port()}/list"
    said = rig.once(code=2)
    assert said.splitlines() == [
        f"verify-series: the archive: the feed of {rig.archive} cannot be fetched (Connection "
        "refused); it is tried again, later and later"
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--run", "'"], "--run ': No closing quotation"),
        (["--run", " "], "--run names no command"),
        (["--since", "soon"], "'soon' is no date"),
        (["--patience", "0"], "'0' is no number from 1"),
        (["--tree", "/not/there"], "no such tree: /not/there"),
    ],
)
def test_bad_input(rig: Rig, words: list[str], said: str) -> None:
    told = rig.once(*words, code=2)
    assert said in told and len(told.splitlines()) == 1


@pytest.mark.skipif(bool(MISSING), reason=MISSING)
@pytest.mark.parametrize(("source", "kills"), [("git", 3), ("feed", 1)])
def test_killed_on_a_real_public_inbox(tmp_path: Path, source: str, kills: int) -> None:
    """Mails come out of order, replies among them, while the watch is killed."""
    (tmp_path / "inbox").mkdir()
    coming, expected = arrivals()
    with public_inbox(coming[:1], tmp_path / "inbox") as url:
        inbox = tmp_path / "inbox" / "list"
        where = str(inbox) if source == "git" else url
        rig = Rig(tmp_path, where, linux(tmp_path / "linux").folder)
        before = fingerprint(rig.tree)
        steps = [coming[1:6], coming[6:12], coming[12:]] if kills > 1 else [coming[1:]]
        points: list[Callable[[], object]] = [
            lambda: "running" in rig.states().values(),
            lambda: any(row[2] == "delivering" for row in rig.rows().values()),
            lambda: sum(rig.deliveries().values()) >= 2,
        ]
        for step, point in zip(steps, points[:kills], strict=True):
            with rig.start() as process:
                for some in (step[:2], step[2:]):
                    add(inbox, some, "full" if source == "feed" else "")
                until(point)
                kill(process)
        with rig.start() as process:
            until(lambda: set(expected.items()) <= set(rig.states().items()) and rig.settled())
            process.send_signal(signal.SIGTERM)
            _, said = process.communicate(timeout=60)
        assert process.returncode == 0, said
        assert rig.states() == expected
        assert fingerprint(rig.tree) == before
    verified = [name for name, state in expected.items() if state == "verified"]
    assert sorted(deliveries_by_id(rig)) == sorted(verified)
    times = rig.deliveries()  # more than once only where a kill met the command
    assert sum(times.values()) <= len(verified) + kills
    assert len(list(rig.out.glob("reports/*.json"))) == len(verified)


def test_how_far_the_feed_is_asked_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[float] = []
    told: dict[str, object] = {"mails": [], "reached": 2e9}  # somebody's clock is wrong
    clock = [1.8e9]

    def child(url: str, question: bytes) -> dict[str, object]:
        asked.append(json.loads(question)["after"])
        return told

    monkeypatch.setattr("verify_series.watch.follow._child", child)
    monkeypatch.setattr("verify_series.watch.follow.time.time", lambda: clock[0])
    feed = Feed("http://example.org/list", tmp_path / "mails.sqlite", 1.7e9)
    for reached in (2e9, 2e9, 1.7e9, 2e9, 2e9):
        told["reached"] = reached
        feed.ask()
        clock[0] += 3000
    feed.close()
    hour, day = 3600, 86400
    assert asked == [
        1.7e9 - hour,  # where the watch began
        1.8e9 - hour,  # as far as now
        1.8e9 + 3000 - day,  # an hour later: a day back, which did not come to its end
        1.8e9 + 3000 - day,
        1.8e9 + 9000 - hour,
    ]


def test_which_mails_of_a_thread_are_old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = posting("one")[:2]  # of January 2026
    late = b"Received: by lists.example.org; Sun, 17 Jan 2027 01:00:00 +0000\n" + new
    mails = [base64.b64encode(mail).decode() for mail in (old, late, late)]
    told = {"mails": mails, "reached": 0.0}
    monkeypatch.setattr("verify_series.watch.follow._child", lambda url, question: told)
    feed = Feed("http://example.org/list", tmp_path / "mails.sqlite", 1.8e9)
    feed.ask()
    *came, end = feed.changes({})
    places = [change.place for change in came if isinstance(change, Came)]
    assert [is_old(place) for place in places] == [True, False]
    assert list(feed.read(places)) == [old, late]
    assert list(feed.changes({"feed": "2"})) == [end]
    feed.close()
