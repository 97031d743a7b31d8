# SPDX-License-Identifier: GPL-2.0-or-later
"""A crew of Dask workers, on as many machines as the user started them on.

The scheduler does again what a worker had that died (distributed's "Resilience"); only the
answers differ in form. A worker is used if it has the kernel tree and the same version of us.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future
from contextlib import contextmanager
from typing import Any

from .. import __version__
from ..model import UserError
from .engine import Lost, Task
from .work import NoTree, Options, Result, find_tree, judge

_SECONDS = 10.0  # to reach the scheduler
_PATIENCE = 60.0  # seconds without a worker

Say = Callable[[str], None]


class Cluster:
    """The workers of a scheduler."""

    def __init__(self, client: Any, options: Options, say: Say) -> None:
        self._client, self._options, self._say = client, options, say
        self._known: dict[str, bool] = {}  # address to whether it is of use
        self._seen = time.monotonic()
        self._executor = client.get_executor(pure=False, allow_other_workers=False)

    def size(self) -> int:
        return len(self._workers()) or 1

    def submit(self, task: Task) -> Future[Result]:
        while not (workers := self._workers()):
            self.look()
            time.sleep(0.2)
        future = self._executor.submit(judge, *task, self._options, workers=workers)
        return _translated(future)

    def look(self) -> None:
        if self._workers():
            self._seen = time.monotonic()
        elif time.monotonic() - self._seen > _PATIENCE or self._known:
            raise UserError(
                "no worker is left that could go on (start some with KERNEL_TREE set to a kernel "
                f"tree at commit {self._options.commit[:12]}, and run this again)"
            )

    def _workers(self) -> list[str]:
        """The addresses of those that are there and of use; new ones are asked first."""
        there = list(self._client.scheduler_info(n_workers=-1)["workers"])
        fresh = [address for address in there if address not in self._known]
        if fresh:
            answers = self._client.run(_ready, self._options, __version__, workers=fresh)
            for address in fresh:
                reason = answers.get(address, "it is gone")
                self._known[address] = not reason
                if reason:
                    self._say(f"{address} is not used: {reason}")
        return [address for address in there if self._known[address]]


@contextmanager
def cluster(address: str, options: Options, say: Say) -> Iterator[Cluster]:
    """The crew of the scheduler at an address such as ``tcp://host:8786``."""
    try:
        from distributed import Client
    except ImportError as error:
        raise UserError(
            "--scheduler needs Dask distributed (pip install 'verify-series[dask]')"
        ) from error
    try:
        client = Client(address, timeout=_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise UserError(
            f"no Dask scheduler answers at {address} (start 'dask scheduler')"
        ) from error
    try:
        yield Cluster(client, options, say)
    finally:
        client.close(timeout=_SECONDS)


def _ready(options: Options, version: str) -> str:
    """On a worker: why it cannot be used; empty where it can."""
    if version != __version__:
        return f"it has verify-series {__version__}, not {version}"
    try:
        find_tree(options)
    except NoTree as error:
        return str(error)
    return ""


def _translated(future: Future[Result]) -> Future[Result]:
    """The same future with Lost in the place of what distributed says."""
    from distributed import KilledWorker

    told: Future[Result] = Future()
    told.set_running_or_notify_cancel()

    def tell(done: Future[Result]) -> None:
        try:
            told.set_result(done.result())
        except (KilledWorker, CancelledError):
            told.set_exception(Lost())
        except Exception as error:
            told.set_exception(error)

    future.add_done_callback(tell)
    return told
