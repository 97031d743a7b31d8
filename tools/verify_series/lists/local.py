# SPDX-License-Identifier: GPL-2.0-or-later
"""A crew of processes on this machine.

They come from a fork server that has imported all of us once. Each worker's data, and that of
every program it starts, is bounded by RLIMIT_DATA (setrlimit(2)), which does not count the packs
that git maps. A worker ends when we do, also when we are killed.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from types import FrameType

from .engine import Lost, Task
from .work import Options, Result, judge

_MODULES = ["verify_series.lists.warm"]
_GRACE = 5.0  # seconds in which a worker may tidy up

_busy = False


class Local:
    """``jobs`` processes; ``memory`` in bytes for each, 0 for no bound."""

    def __init__(self, jobs: int, options: Options, memory: int) -> None:
        self._jobs, self._options, self._memory = jobs, options, memory
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(_MODULES)
        self._pool = self._make()

    def size(self) -> int:
        return self._jobs

    def submit(self, task: Task) -> Future[Result]:
        try:
            future = self._pool.submit(_do, *task, self._options)
        except BrokenProcessPool:
            self._pool.shutdown(wait=True)
            self._pool = self._make()
            future = self._pool.submit(_do, *task, self._options)
        return _translated(future)

    def look(self) -> None:
        """A process that ends is told by its futures."""

    def close(self) -> None:
        """End the workers, in the middle of their work if need be."""
        processes = list((self._pool._processes or {}).values())
        self._pool.shutdown(wait=False, cancel_futures=True)
        for process in processes:
            process.terminate()
        end = time.monotonic() + _GRACE
        for process in processes:
            process.join(max(end - time.monotonic(), 0))
            process.kill()

    def _make(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(self._jobs, self._context, _begin, (self._memory,))


@contextmanager
def local(jobs: int, options: Options, memory: int) -> Iterator[Local]:
    """A crew that is gone after the block."""
    crew = Local(jobs, options, memory)
    try:
        yield crew
    finally:
        crew.close()


def _translated(future: Future[Result]) -> Future[Result]:
    """The same future with Lost in the place of what the pool says."""
    told: Future[Result] = Future()
    told.set_running_or_notify_cancel()

    def tell(done: Future[Result]) -> None:
        error = None if done.cancelled() else done.exception()
        if done.cancelled() or isinstance(error, BrokenProcessPool):
            told.set_exception(Lost())
        elif error:
            told.set_exception(error)
        else:
            told.set_result(done.result())

    future.add_done_callback(tell)
    return told


def _begin(memory: int) -> None:
    """A worker's first words."""
    for name in [n for n in os.environ if n.startswith("GIT_")]:
        del os.environ[name]
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # ^C goes to all of us: our parent ends us
    signal.signal(signal.SIGTERM, _stop)
    if memory:
        resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    threading.Thread(target=_follow, daemon=True).start()


def _do(*args: object) -> Result:
    global _busy
    _busy = True
    try:
        return judge(*args)  # type: ignore[arg-type]
    finally:
        _busy = False


def _stop(number: int, frame: FrameType | None) -> None:
    """Tidy up what is being done, or just go."""
    if not _busy:
        os._exit(0)
    raise KeyboardInterrupt


def _follow() -> None:
    """End with the process that started us."""
    parent = multiprocessing.parent_process()
    if parent:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(_GRACE)
        os._exit(1)
