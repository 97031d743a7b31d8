# SPDX-License-Identifier: GPL-2.0-or-later
"""Real threads come into a public-inbox while a watch follows its feed, and is killed three times.

The mails of ../shared/lore come one by one over some minutes, out of order within a window, each
with the Received header that a list's host writes. The watch verifies on Linux 7.2; it is killed
(SIGKILL) while it verifies, while it delivers, and at a random moment. In the end every complete
series must have been verified once, or be superseded by one that was; its verdict is that of a
``backtest`` of the whole inbox. Ends with status 1 where something does not hold.
"""

from __future__ import annotations

import argparse
import email.utils
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from ends import environment
from faults import SHARED
from mails import read_mails
from public_inbox import add, public_inbox
from watching import Rig, kill, metrics

_WINDOW = 12  # mails that come in any order
_NO_SERIES = {"waiting", "incomplete", "superseded"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=5, help="in which the mails come")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default="", help="threads whose file name matches this")
    given = parser.parse_args()
    dice = random.Random(given.seed)
    mails = _shuffled(_mails(given.only), dice)
    tree = _tree()
    with tempfile.TemporaryDirectory(prefix="verify-series-watch-") as name:
        folder = Path(name)
        os.environ["XDG_CACHE_HOME"] = f"{folder}/cache"
        (folder / "inbox").mkdir()
        with public_inbox([_received(mails[0])], folder / "inbox") as url:
            inbox = folder / "inbox" / "list"
            rig = Rig(folder, url, tree, words=("--interval", "2", "--settle", "20"))
            begin = time.monotonic()
            kills, said = _follow(rig, inbox, mails[1:], given.minutes * 60, dice)
            lasted = time.monotonic() - begin
            wrong = [*_judge(rig, kills), *_compare(rig, inbox)]
        _print(rig, len(mails), kills, lasted)
    for line in wrong:
        print(f"WRONG: {line}")
    if wrong:
        print(said)
    sys.exit(bool(wrong))


def _mails(only: str) -> list[bytes]:
    """All mails, each id once, by date."""
    found: dict[bytes, bytes] = {}
    for file in sorted((SHARED / "lore").glob("*.mbox")):
        if not re.search(only, file.name):
            continue
        for mail in read_mails(file):
            one = re.search(rb"(?im)^message-id:\s*(<[^>]+>)", mail)
            assert one
            found.setdefault(one[1], mail)
    return sorted(found.values(), key=_date)


def _date(mail: bytes) -> float:
    found = re.search(rb"(?im)^date:\s*(.*)$", mail)
    return email.utils.parsedate_to_datetime(found[1].decode()).timestamp() if found else 0.0


def _shuffled(mails: list[bytes], dice: random.Random) -> list[bytes]:
    """Each mail at most a window away from its place."""
    keyed = [(number + dice.uniform(0, _WINDOW), mail) for number, mail in enumerate(mails)]
    return [mail for _, mail in sorted(keyed, key=lambda one: one[0])]


def _received(mail: bytes) -> bytes:
    """As a list's host has it, which puts its own Received header on top."""
    stamp = email.utils.formatdate().encode()
    return b"Received: from example.org by lists.example.org; %s\n%s" % (stamp, mail)


def _tree() -> Path:
    script = SHARED / "bin" / "kernel-tree"
    found = subprocess.run([script, "7.2"], capture_output=True, text=True, check=True).stdout
    return Path(found.strip().splitlines()[-1])


class _Killer:
    """Runs the watch, and kills it at three points, each after so many mails."""

    def __init__(self, rig: Rig, after: list[int]) -> None:
        self._rig, self._after = rig, after
        self._points: list[Callable[[], object]] = [
            lambda: "running" in rig.states().values(),
            lambda: any(row[2] == "delivering" for row in rig.rows().values()),
            lambda: True,
        ]
        self.process = rig.start()
        self.kills, self.said = 0, ""

    def wait(self, seconds: float, come: int) -> None:
        """So many mails have come; wait, and kill if the point is reached."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            left = self.kills < len(self._points)
            if left and come >= self._after[self.kills] and self._points[self.kills]():
                self.said += kill(self.process)
                self.kills += 1
                self.process = self._rig.start()
            time.sleep(0.02)

    def end(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.said += self.process.communicate(timeout=60)[1]


def _follow(
    rig: Rig, inbox: Path, mails: list[bytes], seconds: float, dice: random.Random
) -> tuple[int, str]:
    """Let the mails come, and kill; how often, and the log."""
    some = len(mails) // 8
    killer = _Killer(rig, [some, 3 * some, dice.randrange(5 * some, 7 * some)])
    for number, mail in enumerate(mails):
        begin = time.monotonic()
        add(inbox, [_received(mail)])
        left = seconds / len(mails) * dice.uniform(0.2, 1.8) - (time.monotonic() - begin)
        killer.wait(max(left, 0.05), number)
    end = time.monotonic() + 1200
    while time.monotonic() < end and not (_told(rig) > len(mails) and rig.settled()):
        killer.wait(1, len(mails))
    killer.wait(25, len(mails))  # longer than --settle
    while time.monotonic() < end and not rig.settled():
        killer.wait(1, len(mails))
    killer.end()
    return killer.kills, killer.said


def _told(rig: Rig) -> float:
    file = rig.out / "metrics.prom"
    return metrics(file)["verify_series_watch_mails_total"] if file.exists() else 0


def _judge(rig: Rig, kills: int) -> Iterator[str]:
    """What does not hold of the watch alone."""
    rows, times = rig.rows(), rig.deliveries()
    for key, (state, verdict, delivery) in rows.items():
        if state == "verified" and (not verdict or delivery != "delivered"):
            yield f"{key} is {state}, {verdict}, {delivery}"
        if state not in {"verified", *_NO_SERIES}:
            yield f"{key} is {state}"
    verified = sum(state == "verified" for state, _, _ in rows.values())
    reports = list(rig.out.glob("reports/*.txt"))
    if not len(reports) == len(times) == verified:
        yield f"{verified} series, {len(reports)} reports, {len(times)} delivered"
    if sum(times.values()) > verified + kills:
        yield f"{sum(times.values())} runs of the command for {verified} series"


def _compare(rig: Rig, inbox: Path) -> Iterator[str]:
    """What is another way in a backtest of the whole inbox."""
    out = rig.folder / "backtest"
    argv = [sys.executable, "-m", "verify_series", "backtest", str(inbox), "--tree", str(rig.tree)]
    done = subprocess.run(
        [*argv, "--out", str(out), "--jobs", "1", "-q"],
        env=environment(),
        stdout=subprocess.DEVNULL,
    )
    if done.returncode:
        yield f"the backtest ended with {done.returncode}"
    lines = [json.loads(line) for line in (out / "results.jsonl").read_text().splitlines()]
    rows = rig.rows()
    for line in lines:
        state, verdict, _ = rows.pop(line["key"], ("unknown", "", ""))
        if state == "verified" and verdict != line["verdict"]:
            yield f"{line['key']}: {verdict}, and {line['verdict']} in a backtest"
        if state == "superseded" and rows.get(_key(line, lines), ("verified",))[0] != "verified":
            yield f"{line['key']} is superseded by what was not verified"
        if state in ("waiting", "incomplete", "unknown") and not line["missing"]:
            yield f"{line['key']} is complete, and {state}"
    for key in rows:
        yield f"{key} is unknown to a backtest"


def _key(line: dict[str, str], lines: list[dict[str, str]]) -> str:
    newer = [one["key"] for one in lines if one["message_id"] == line["superseded"]]
    return newer[0] if newer else ""


def _print(rig: Rig, mails: int, kills: int, lasted: float) -> None:
    rows = list(rig.rows().values())
    told = metrics(rig.out / "metrics.prom")
    cpu = told["verify_series_watch_cpu_seconds_total"]
    verdicts = Counter(verdict for state, verdict, _ in rows if state == "verified")
    states = Counter(state for state, _, _ in rows)
    for name, value in (
        ("mails, out of order", mails),
        ("minutes", f"{lasted / 60:.1f}"),
        ("killed", kills),
        ("series that were complete", sum(states.values()) - states["waiting"]),
        ("verified", states["verified"]),
        ("of them pass, fail, none", ", ".join(str(verdicts[v]) for v in ("pass", "fail", "none"))),
        ("superseded before they were", states["superseded"]),
        ("waiting for patches", states["waiting"]),
        ("reports delivered", len(rig.deliveries())),
        ("runs of the command", sum(rig.deliveries().values())),
        ("CPU seconds a series", f"{cpu / max(states['verified'], 1):.1f}"),
    ):
        print(f"{name:<30}{value}")


if __name__ == "__main__":
    main()
