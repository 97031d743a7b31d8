# SPDX-License-Identifier: GPL-2.0-or-later
"""backtest with Dask workers: the same results as on one machine, also when a worker dies."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from ends import environment, until
from lists import EXPECTED, Rig, mails, slow
from repos import Repo
from verify_series import __version__
from verify_series.lists.cluster import _ready
from verify_series.lists.work import NoTree, Options, find_tree

pytest.importorskip("distributed", reason="Dask distributed is not installed")
pytestmark = pytest.mark.skipif(not shutil.which("perl"), reason="perl is not installed")

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts programs of Dask, which end with the test; what they say is read up to a word."""
    with ExitStack() as stack:

        def started(
            module: str, *options: str, until: str, inside: str = "", **extra: str
        ) -> subprocess.Popen[str]:
            prefix = ["ip", "netns", "exec", inside] if inside else []
            argv = [*prefix, sys.executable, "-m", module, *options]
            process = subprocess.Popen(
                argv,
                env=environment(DASK_DISTRIBUTED__WORKER__DAEMON="False", **extra),
                cwd=tmp_path,
                stderr=subprocess.PIPE,
                text=True,
                start_new_session=True,
            )
            stack.callback(_end, process)
            assert process.stderr
            said = ""
            while not re.search(until, said):
                line = process.stderr.readline()
                assert line, said
                said += line
            process.said = said  # type: ignore[attr-defined]
            threading.Thread(target=process.stderr.read, daemon=True).start()
            return process

        yield started


def _end(process: subprocess.Popen[str]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def scheduler(start: Start, host: str = "127.0.0.1", inside: str = "") -> str:
    options = ["--host", host, "--port", "0", "--no-dashboard", "--no-show"]
    made = start(
        "distributed.cli.dask_scheduler", *options, until=r"at:\s+tcp://\S+", inside=inside
    )
    found = re.search(r"tcp://\S+", made.said)  # type: ignore[attr-defined]
    assert found
    return found[0]


def worker(
    start: Start, address: str, tree: Path, inside: str = "", folder: str = ""
) -> subprocess.Popen[str]:
    """One worker, without a nanny that would start another in its place; its cache is its own."""
    options = ["--nthreads", "1", "--no-nanny", "--no-dashboard"]
    options += ["--local-directory", f"dask-{uuid.uuid4().hex[:6]}"]
    cache = {"XDG_CACHE_HOME": folder} if folder else {}
    return start(
        "distributed.cli.dask_worker",
        address,
        *options,
        until=r"Registered to",
        inside=inside,
        KERNEL_TREE=str(tree),
        **cache,
    )


def clone(repo: Repo, to: Path) -> Path:
    """The same commit in another place, as on another machine."""
    subprocess.run(["git", "clone", "-q", str(repo.folder), str(to)], check=True)
    return to


def test_same_results(tmp_path: Path, start: Start) -> None:
    rig = Rig(tmp_path, mails())
    rig.run("--jobs", "1")
    (rig.folder / "out").rename(rig.folder / "alone")
    address = scheduler(start)
    worker(start, address, clone(rig.repo, tmp_path / "a"), folder=str(tmp_path / "cache"))
    rig.run("--scheduler", address)
    assert rig.ends() == EXPECTED
    assert rig.told() == rig.told("alone")


def test_the_tree_is_found_by_its_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = Repo(tmp_path / "one"), Repo(tmp_path / "other")
    commit = one.commit({"a": "1"})
    other.commit({"a": "2"})
    options = Options(commit, (str(tmp_path / "nowhere"), str(other.folder)))
    monkeypatch.setenv("KERNEL_TREE", f"{other.folder}:{tmp_path / 'b'}")
    with pytest.raises(NoTree, match=f"has no kernel tree at commit {commit[:12]}, looked for in"):
        find_tree(options)
    assert _ready(options, __version__).endswith("(set KERNEL_TREE there to its folder)")
    assert "not 0.0" in _ready(options, "0.0")
    clone(one, tmp_path / "b")
    assert find_tree(options) == tmp_path / "b"
    assert _ready(options, __version__) == ""


def test_a_tree_that_moved_on_is_another_one(tmp_path: Path) -> None:
    """The folder itself does not change when a commit changes a file below it."""
    repo = Repo(tmp_path / "tree")
    options = Options(repo.commit({"lib/a": "1"}), (str(repo.folder),))
    kept = repo.folder.stat()
    assert find_tree(options) == repo.folder
    repo.commit({"lib/a": "2"})
    os.utime(repo.folder, ns=(kept.st_atime_ns, kept.st_mtime_ns))
    with pytest.raises(NoTree):
        find_tree(options)


def test_no_scheduler(tmp_path: Path) -> None:
    said = Rig(tmp_path, mails()).run("--scheduler", "tcp://127.0.0.1:1", code=2)
    assert "no Dask scheduler answers at tcp://127.0.0.1:1" in said


@pytest.mark.skipif(os.getuid() == 0, reason="root tries this on machines apart, below")
def test_a_killed_worker_loses_nothing(tmp_path: Path, start: Start) -> None:
    rig = Rig(tmp_path, slow(6))
    address = scheduler(start)
    first = worker(start, address, rig.repo.folder)
    worker(start, address, rig.repo.folder)
    going = rig.start("--scheduler", address, "-q")
    results = rig.folder / "out" / "results.jsonl"
    until(lambda: results.exists() and results.read_bytes().count(b"\n") >= 1)
    _end(first)
    assert going.wait() == 0, going.stderr and going.stderr.read()
    assert rig.ends() == {f"slow{n}@x": ("pass", "") for n in range(6)}
    assert len({line["worker"] for line in rig.lines()}) == 2


@pytest.fixture
def machines() -> Iterator[list[str]]:
    """Two network namespaces on a bridge of a third: 10.77.0.1 is the first, and so on."""
    if os.getuid() or not shutil.which("ip"):
        pytest.skip("only root can make network namespaces, by ip(8)")
    word = uuid.uuid4().hex[:5]
    names = [f"vs{word}{n}" for n in range(3)]
    hub = f"vs{word}h"
    with ExitStack() as stack:
        if subprocess.run(["ip", "netns", "add", hub], capture_output=True).returncode:
            pytest.skip("network namespaces cannot be made here")
        stack.callback(subprocess.run, ["ip", "netns", "del", hub])

        def must(*argv: str, inside: str = hub) -> None:
            subprocess.run(["ip", "-n", inside, *argv], check=True, capture_output=True)

        try:
            must("link", "add", "bridge", "type", "bridge")
        except subprocess.CalledProcessError:
            pytest.skip("a bridge cannot be made here")
        must("link", "set", "bridge", "up")
        for number, name in enumerate(names, 1):
            subprocess.run(["ip", "netns", "add", name], check=True)
            stack.callback(subprocess.run, ["ip", "netns", "del", name])
            port = f"port{number}"
            must("link", "add", port, "type", "veth", "peer", "name", "eth", "netns", name)
            must("link", "set", port, "master", "bridge", "up")
            must("addr", "add", f"10.77.0.{number}/24", "dev", "eth", inside=name)
            must("link", "set", "eth", "up", inside=name)
            must("link", "set", "lo", "up", inside=name)
        yield names


def test_machines_apart_and_one_dies(tmp_path: Path, start: Start, machines: list[str]) -> None:
    rig = Rig(tmp_path, [*mails(), *slow(4)])
    rig.run("--jobs", "2")
    (rig.folder / "out").rename(rig.folder / "alone")
    address = scheduler(start, "10.77.0.1", machines[0])
    dying, _ = [
        worker(start, address, rig.repo.folder, name, str(tmp_path / name)) for name in machines[1:]
    ]
    argv = ["ip", "netns", "exec", machines[0], *rig.argv("--scheduler", address, "-q")]
    going = subprocess.Popen(argv, env=environment(), cwd=tmp_path, stderr=subprocess.PIPE)
    results = rig.folder / "out" / "results.jsonl"
    until(lambda: results.exists() and results.read_bytes().count(b"\n") >= 2)
    _end(dying)
    errors = going.communicate()[1]
    assert going.returncode == 0, errors
    assert rig.told() == rig.told("alone")
