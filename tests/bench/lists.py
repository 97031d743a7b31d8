# SPDX-License-Identifier: GPL-2.0-or-later
"""Many series: each alone beside a backtest over all, and how a backtest grows.

    nox -s bench -- lists             alone and backtest, on Linux 7.2
    nox -s bench -- lists grow N JOBS a list of N series (short threads under new ids)
    nox -s bench -- lists many N      a list of N series (all threads): killed, undisturbed, by Dask

Alone is one process for a series, with a warm cache, in turns with what it is held against, the
better of two; all use the threads of ../shared/lore. Seconds are of CPU, with all processes that
were waited for; a backtest's are those that its lines state, and those of the command itself.
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
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

TOP = Path(__file__).parents[2]
sys.path[:0] = [str(TOP / "tests"), str(TOP / "tools")]
SHARED = Path(os.environ.get("VERIFY_SERIES_SHARED", TOP.parent / "shared"))
_SHORT = 30_000  # bytes of a thread that grow repeats
_KILLS = 3
_UNTIL_KILLED = 45  # seconds

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
        known = len(self.lines(out))
        before, begin = children(), time.monotonic()
        argv = [*self.argv("backtest", archive), "--out", out, *options]
        subprocess.run(argv, env=self.env, cwd=self.top, capture_output=True, check=True)
        lines = self.lines(out)[known:]
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
        return self.lines(out)

    def lines(self, out: str) -> list[dict[str, object]]:
        file = self.top / out / "results.jsonl"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    @contextmanager
    def cluster(self, workers: int) -> Iterator[str]:
        """The address of a Dask scheduler with workers on this machine."""
        with ExitStack() as stack:

            def start(name: str, *words: str, until: str) -> str:
                argv = [sys.executable, "-m", f"distributed.cli.dask_{name}", *words]
                argv.append("--no-dashboard")
                env = {**self.env, "KERNEL_TREE": self.tree}
                process = subprocess.Popen(
                    argv, env=env, cwd=self.top, stderr=subprocess.PIPE, text=True
                )
                stack.callback(process.wait)
                stack.callback(process.terminate)
                assert process.stderr
                for line in process.stderr:
                    if found := re.search(until, line):
                        threading.Thread(target=process.stderr.read, daemon=True).start()
                        return found[0]
                sys.exit(f"dask {name} ended")

            address = start("scheduler", "--port", "0", "--no-show", until=r"tcp://\S+")
            for number in range(workers):
                own = ["--nthreads", "1", "--no-nanny", "--local-directory", f"dask-{number}"]
                start("worker", address, *own, until="Registered to")
            yield address


def compare(bench: Bench) -> None:
    """Each thread alone, and all of them in one run, in turns."""
    threads = sorted((SHARED / "lore").glob("*.mbox"))
    bench.backtest(SHARED / "lore", "warms-the-cache", "--jobs", "1")
    together: dict[str, list[float]] = {}
    alone: dict[str, list[float]] = {}
    for turn in "12":
        lines = bench.backtest(SHARED / "lore", f"backtest-{turn}", "--jobs", "1")
        by_id = {str(line["message_id"]): line for line in lines}
        for mbox in threads:
            verdict, cpu = bench.alone(mbox)
            newest = _newest(mbox, by_id)
            assert newest["verdict"] == verdict, (mbox.name, verdict, newest["verdict"])
            alone.setdefault(mbox.stem, []).append(cpu)
            together.setdefault(mbox.stem, []).append(float(str(newest["cpu"])))
    _ratios({n: min(some) for n, some in alone.items()}, {n: min(s) for n, s in together.items()})


def _ratios(alone: dict[str, float], together: dict[str, float]) -> None:
    for name in sorted(alone):
        a, b = alone[name], together[name]
        print(f"{name:32}{a:8.2f}{b:8.2f}{b / a:8.2f}")
    one, many = sum(alone.values()) / len(alone), sum(together.values()) / len(together)
    ratios = [together[name] / alone[name] for name in alone]
    print(f"mean: alone {one:.2f}, in a backtest {many:.2f} CPU s, ratio {many / one:.2f}")
    print(f"mean of the ratios {sum(ratios) / len(ratios):.2f}, load {os.getloadavg()[0]:.1f}")


def _newest(mbox: Path, by_id: dict[str, dict[str, object]]) -> dict[str, object]:
    """The line of the newest series in a file."""
    ids = _ids(mbox)
    found = [line for one, line in by_id.items() if one in ids]
    return max(found, key=lambda line: int(str(line["revision"])))


def _ids(mbox: Path) -> set[str]:
    found = re.findall(rb"(?im)^message-id:\s*<([^<>\s]+)>", mbox.read_bytes())
    return {one.decode("ascii", "replace") for one in found}


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
    """Killed a few times on the way, and held against undisturbed runs and single threads."""
    files = sorted((SHARED / "lore").glob("*.mbox"))
    threads = [split(file.read_bytes()) for file in files]
    archive = bench.top / f"all-{count}"
    if not archive.exists():
        inbox(archive, threads, -(-count // len(threads)))
    bench.backtest(SHARED / "lore", "warms-the-cache", "--jobs", "1")
    first = {mbox.stem: bench.alone(mbox)[1] for mbox in files}
    lines = bench.backtest(archive, "jobs-1", "--jobs", "1")
    alone = {mbox.stem: min(first[mbox.stem], bench.alone(mbox)[1]) for mbox in files}
    together = {}
    for mbox in files:
        ids = _ids(mbox)
        repeats = [line for line in lines if str(line["message_id"]).partition("-")[2] in ids]
        newest = max(int(str(line["revision"])) for line in repeats)
        spent = [float(str(line["cpu"])) for line in repeats if line["revision"] == newest]
        together[mbox.stem] = sum(spent) / len(spent)
    _ratios(alone, together)
    argv = [*bench.argv("backtest", archive), "--out", "killed", "--jobs", "2"]
    for _ in range(_KILLS):
        going = subprocess.Popen(argv, env=bench.env, cwd=bench.top)
        time.sleep(_UNTIL_KILLED)
        going.send_signal(signal.SIGKILL)
        going.wait()
        print(f"killed with {len(bench.lines('killed'))} lines", flush=True)
    runs = {"jobs-1": lines, "killed": bench.backtest(archive, "killed", "--jobs", "2")}
    with bench.cluster(2) as address:
        runs["dask"] = bench.backtest(archive, "dask", "--scheduler", address)
    told = {name: _told(some) for name, some in runs.items()}
    for name, some in runs.items():
        differ = [key for key in told["jobs-1"] if told["jobs-1"][key] != told[name].get(key)]
        crashes = sum(line["kind"] == "crash" for line in some)
        print(
            f"{name}: {len(some)} lines, {len(told[name])} series, {crashes} crashes, "
            f"{len(differ)} results differ from those of one job {differ[:3]}"
        )
    ends: dict[str, set[str]] = {}
    for key, said in told["jobs-1"].items():
        ends.setdefault(key.partition("-")[2], set()).add(re.sub(r"\bn\d+-", "", said))
    other = [name for name, some in ends.items() if len(some) > 1]
    print(f"{len(ends)} series in the threads, {len(other)} whose repeats differ {other[:3]}")


def _told(lines: list[dict[str, object]]) -> dict[str, str]:
    """All that is said of each series, but how long it took."""
    parts = ("verdict", "kind", "reason", "base", "findings")
    told = {}
    for line in lines:
        outcomes = line.get("outcomes") or []
        assert isinstance(outcomes, list)
        checks = [{k: v for k, v in one.items() if k != "seconds"} for one in outcomes]
        told[str(line["key"])] = json.dumps([*(line.get(part) for part in parts), checks])
    return told


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
