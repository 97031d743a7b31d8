# SPDX-License-Identifier: GPL-2.0-or-later
"""Many series: each alone beside a backtest over all, and how a backtest grows.

    nox -s bench -- lists             alone and backtest, on Linux 7.2
    nox -s bench -- lists grow N JOBS a list of N series (short threads under new ids)
    nox -s bench -- lists many N      a list of N series (all threads), killed in between

Alone is one process for a series, with a warm cache; both use the threads of ../shared/lore.
Seconds are of CPU, with all processes that were waited for; a backtest's are those that its lines
state, and those of the command itself.
"""

from __future__ import annotations

import json
import os
import re
import resource
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TOP = Path(__file__).parents[2]
sys.path[:0] = [str(TOP / "tests"), str(TOP / "tools")]
SHARED = Path(os.environ.get("VERIFY_SERIES_SHARED", TOP.parent / "shared"))
_SHORT = 30_000  # bytes of a thread that grow repeats

from repeat import inbox, split  # noqa: E402


def children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class Bench:
    """Runs of the command in a folder with a cache that stays."""

    def __init__(self, top: Path) -> None:
        script = SHARED / "bin" / "kernel-tree"
        found = subprocess.run([script, "7.2"], capture_output=True, text=True, check=True)
        self.tree = found.stdout.strip()
        self.top = top
        self.env = {
            **os.environ,
            "XDG_CACHE_HOME": str(top / "cache"),
            "PYTHONPATH": str(TOP / "tools"),
        }

    def argv(self, *words: str | Path) -> list[str]:
        return [sys.executable, "-m", "verify_series", *map(str, words), "--tree", self.tree, "-q"]

    def alone(self, mbox: Path) -> tuple[str, float]:
        """(verdict, CPU seconds) of one series in a process of its own."""
        before = children()
        done = subprocess.run(self.argv(mbox), env=self.env, cwd=self.top, capture_output=True)
        return {0: "pass", 1: "fail", 2: "none"}[done.returncode], children() - before

    def backtest(self, archive: Path, out: str, *options: str) -> list[dict[str, object]]:
        """The lines of a run, and what it took on standard output."""
        before, begin = children(), time.monotonic()
        argv = [*self.argv("backtest", archive), "--out", out, *options]
        subprocess.run(argv, env=self.env, cwd=self.top, capture_output=True, check=True)
        lines = self.lines(out)
        own = children() - before  # of the command, not of its workers
        cpu = sum(float(str(line["cpu"])) for line in lines)
        minutes = (time.monotonic() - begin) / 60
        per_worker: dict[object, list[int]] = {}
        for line in lines:
            per_worker.setdefault(line["worker"], []).append(int(str(line["memory"])))
        memory = [f"{some[len(some) // 10]} to {some[-1]}" for some in per_worker.values()]
        print(
            f"{out}: {len(lines)} series, {(cpu + own) / len(lines):.2f} CPU s each, "
            f"{len(lines) / minutes:.0f} a minute, memory of the workers {', '.join(memory)} MiB, "
            f"load {os.getloadavg()[0]:.1f}",
            flush=True,
        )
        return lines

    def lines(self, out: str) -> list[dict[str, object]]:
        text = (self.top / out / "results.jsonl").read_text()
        return [json.loads(line) for line in text.splitlines()]


def compare(bench: Bench) -> None:
    """Each thread alone, and all of them in one run, in turns."""
    threads = sorted((SHARED / "lore").glob("*.mbox"))
    bench.backtest(SHARED / "lore", "warms-the-cache", "--jobs", "1")
    lines = bench.backtest(SHARED / "lore", "backtest", "--jobs", "1")
    by_id = {str(line["message_id"]): line for line in lines}
    alone, together = [], []
    for mbox in threads:
        verdict, cpu = bench.alone(mbox)
        newest = _newest(mbox, by_id)
        assert newest["verdict"] == verdict, (mbox.name, verdict, newest["verdict"])
        alone.append(cpu)
        together.append(float(str(newest["cpu"])))
        print(f"{mbox.stem:32}{verdict:6}{cpu:8.2f}{together[-1]:8.2f}", flush=True)
    one, many = sum(alone) / len(alone), sum(together) / len(together)
    ratios = [b / a for a, b in zip(alone, together, strict=True)]
    print(f"mean: alone {one:.2f}, in a backtest {many:.2f} CPU s, ratio {many / one:.2f}")
    print(f"mean of the ratios {sum(ratios) / len(ratios):.2f}, load {os.getloadavg()[0]:.1f}")


def _newest(mbox: Path, by_id: dict[str, dict[str, object]]) -> dict[str, object]:
    """The line of the newest series in a file."""
    ids = set(re.findall(rb"(?im)^message-id:\s*<([^<>\s]+)>", mbox.read_bytes()))
    found = [line for one, line in by_id.items() if one.encode() in ids]
    return max(found, key=lambda line: int(str(line["revision"])))


def grow(bench: Bench, count: int, jobs: str) -> None:
    threads = [split(file.read_bytes()) for file in sorted((SHARED / "lore").glob("*.mbox"))]
    short = [thread for thread in threads if sum(map(len, thread)) < _SHORT]
    times = -(-count // len(short))
    archive = bench.top / f"short-{count}"
    if not archive.exists():
        inbox(archive, short, times)
    options = ["--jobs", jobs, "--sample", str(count)]
    bench.backtest(archive, f"grow-{count}-jobs-{jobs}", *options)


def many(bench: Bench, count: int) -> None:
    """Killed a few times on the way, and held against the single threads."""
    threads = [split(file.read_bytes()) for file in sorted((SHARED / "lore").glob("*.mbox"))]
    archive = bench.top / f"all-{count}"
    if not archive.exists():
        inbox(archive, threads, -(-count // len(threads)))
    out = f"many-{count}"
    argv = [*bench.argv("backtest", archive), "--out", out, "--jobs", "2"]
    for _ in range(3):
        going = subprocess.Popen(argv, env=bench.env, cwd=bench.top)
        time.sleep(45)
        going.send_signal(signal.SIGKILL)
        going.wait()
        print(f"killed with {len(bench.lines(out))} lines", flush=True)
    lines = bench.backtest(archive, out, "--jobs", "2")
    keys = [str(line["key"]) for line in lines]
    assert len(set(keys)) == len(keys)
    ends: dict[str, set[str]] = {}
    for line in lines:
        name = str(line["message_id"]).partition("-")[2]
        said = json.dumps([line["verdict"], line["kind"], line["findings"]])
        ends.setdefault(f"{name} v{line['revision']}", set()).add(said)
    other = [name for name, some in ends.items() if len(some) > 1]
    crashes = sum(line["kind"] == "crash" for line in lines)
    print(f"{len(ends)} threads, {len(other)} with results that differ, {crashes} crashes")


def main() -> None:
    if not (SHARED / "lore").is_dir():
        sys.exit(f"no real mails: {SHARED / 'lore'} does not exist")
    top = os.environ.get("VERIFY_SERIES_BENCH")  # a folder to go on in
    with tempfile.TemporaryDirectory() as name:
        bench = Bench(Path(top or name).resolve())
        match sys.argv[1:]:
            case ["grow", count, jobs]:
                grow(bench, int(count), jobs)
            case ["many", count]:
                many(bench, int(count))
            case _:
                compare(bench)


if __name__ == "__main__":
    main()
