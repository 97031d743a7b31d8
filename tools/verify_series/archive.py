# SPDX-License-Identifier: GPL-2.0-or-later
"""Ask a public-inbox for mails, with liblore; every way to fail becomes a :class:`Failure`.

Runs in the child process of b4_adapter.
"""

from __future__ import annotations

import contextlib
import re
import urllib.parse
import zlib
from collections.abc import Iterator
from typing import Any

import liblore
import requests
import requests.adapters
from liblore.utils import split_and_dedupe_as_bytes

from . import __version__

_MOST_BYTES = 64 << 20  # of an answer, as it comes and unpacked


class Failure(Exception):
    """Why there is no answer; ``kind`` is one of those in fetch.py's table of sentences."""

    def __init__(self, kind: str, detail: str = "") -> None:
        super().__init__(detail)
        self.kind, self.detail = kind, detail


class _Bounded(requests.adapters.HTTPAdapter):
    """Asks one host only, and takes no more of an answer than a thread can have."""

    def __init__(self, archive: str) -> None:
        super().__init__()
        self._asked = urllib.parse.urlsplit(archive)

    def send(
        self, request: requests.PreparedRequest, stream: bool = False, *args: Any, **kwargs: Any
    ) -> requests.Response:
        place = urllib.parse.urlsplit(request.url or "")
        downgraded = (self._asked.scheme, place.scheme) == ("https", "http")
        if str(place.hostname) != str(self._asked.hostname) or downgraded:
            raise Failure("elsewhere", f"{place.scheme}://{place.netloc}")
        response = super().send(request, True, *args, **kwargs)
        body = bytearray()
        for chunk in response.iter_content(1 << 20):
            body += chunk
            if len(body) > _MOST_BYTES:
                raise Failure("refused", "it sends without end")
        _require_little(bytes(body))
        response._content = bytes(body)  # where requests keeps what was read
        return response


def _require_little(packed: bytes) -> None:
    """Raise Failure where what gzip packed is too much to unpack; liblore does so at once."""
    left = _MOST_BYTES
    while packed.startswith(b"\x1f\x8b"):
        member = zlib.decompressobj(wbits=31)  # a gzip file can have several
        left -= len(member.decompress(packed, left + 1))
        if left < 0:
            raise Failure("refused", "what it sent is too much, unpacked")
        packed = member.unused_data


def make_node(archive: str, seconds: float) -> liblore.LoreNode:
    """A public-inbox that is asked directly, and no other host in its place."""
    node = liblore.LoreNode(archive, request_timeout=(seconds, seconds), follow_upstream=False)
    node.set_requests_session(make_session(archive))
    return node


def make_session(archive: str) -> requests.Session:
    """A session that asks this archive only, and takes no more of an answer than is sane."""
    session = requests.Session()
    session.headers["User-Agent"] = f"verify-series/{__version__}"
    for scheme in ("http://", "https://"):
        session.mount(scheme, _Bounded(archive))
    return session


@contextlib.contextmanager
def _remote_failures() -> Iterator[None]:
    """What liblore and requests raise, as Failure."""
    try:
        yield
    except liblore.RemoteError as error:
        if error.status_code is None:
            raise Failure("unreachable", _cause(error.__cause__ or error)) from error
        raise _refusal(error.status_code) from error
    except requests.RequestException as error:
        raise Failure("unreachable", _cause(error)) from error
    except (OSError, EOFError, zlib.error) as error:  # what gzip says of a page that is not gzip
        raise Failure("refused", "what it sent is no mailbox") from error


def _refusal(status: int) -> Failure:
    kind = {404: "not-found", 429: "busy"}.get(status, "refused")
    return Failure("busy" if status >= 500 else kind, f"HTTP status {status}")


def get(session: requests.Session, url: str, seconds: float) -> bytes:
    """What is at a URL of the archive of the session."""
    with _remote_failures():
        response = session.get(url, timeout=(seconds, seconds))
        if response.status_code != 200:
            raise _refusal(response.status_code)
        return response.content


def _cause(error: BaseException) -> str:
    """A few words for an exception of requests, which nests them and prints objects."""
    if isinstance(error, requests.Timeout) or "Read timed out" in str(error):
        return "it does not answer"
    if re.search("resolve|name or service", str(error), re.IGNORECASE):
        return "its name cannot be resolved"
    if isinstance(error, requests.TooManyRedirects):
        return "it redirects in a circle"
    broken = isinstance(error, requests.exceptions.ChunkedEncodingError)
    if broken or "RemoteDisconnected" in str(error):
        return "it broke off"
    if isinstance(error, requests.exceptions.SSLError):
        found = re.search(r"certificate verify failed: ([\w -]+)", str(error))
        return f"TLS, {found[1]}" if found else "it does not speak TLS"
    if "BadStatusLine" in str(error):
        return "it does not speak HTTP"
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
