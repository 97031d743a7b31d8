# SPDX-License-Identifier: GPL-2.0-or-later
"""Ask a public-inbox for mails, with liblore; every way to fail becomes a :class:`Failure`.

Runs in the child process of b4_adapter.
"""

from __future__ import annotations

import contextlib
import re
import zlib
from collections.abc import Iterator

import liblore
import requests
from liblore.utils import split_and_dedupe_as_bytes

from . import __version__


class Failure(Exception):
    """Why there is no answer; ``kind`` is one of those in fetch.py's table of sentences."""

    def __init__(self, kind: str, detail: str = "") -> None:
        super().__init__(detail)
        self.kind, self.detail = kind, detail


def make_node(archive: str, seconds: float) -> liblore.LoreNode:
    """A public-inbox that is asked directly, and no other host in its place."""
    node = liblore.LoreNode(archive, request_timeout=(seconds, seconds), follow_upstream=False)
    node.set_user_agent("verify-series", __version__)
    return node


@contextlib.contextmanager
def _remote_failures() -> Iterator[None]:
    """What liblore and requests raise, as Failure."""
    try:
        yield
    except liblore.RemoteError as error:
        if error.status_code is None:
            raise Failure("unreachable", _cause(error.__cause__ or error)) from error
        kind = "not-found" if error.status_code == 404 else "refused"
        raise Failure(kind, f"HTTP status {error.status_code}") from error
    except requests.RequestException as error:
        raise Failure("unreachable", _cause(error)) from error
    except (OSError, EOFError, zlib.error) as error:  # what gzip says of a page that is not gzip
        raise Failure("refused", "what it sent is no mailbox") from error


def _cause(error: BaseException) -> str:
    """A few words for an exception of requests, which nests them and prints objects."""
    if isinstance(error, requests.Timeout):
        return "it does not answer"
    if re.search("resolve|name or service", str(error), re.IGNORECASE):
        return "its name cannot be resolved"
    found = re.search(r"\[Errno -?\d+\] ([^'\")]+)", str(error))
    return found.group(1) if found else type(error).__name__


def get_thread(node: liblore.LoreNode, message_id: str) -> list[bytes]:
    """All mails that the archive shows as the thread of a message."""
    with _remote_failures():
        return split_and_dedupe_as_bytes(node.get_mbox_by_msgid(message_id))


def search(node: liblore.LoreNode, query: str) -> list[bytes]:
    """The mails that a search finds, perhaps none; public-inbox answers 404 for none."""
    try:
        with _remote_failures():
            return split_and_dedupe_as_bytes(node.get_mbox_by_query(query))
    except Failure as failure:
        if failure.kind == "not-found":
            return []
        raise
