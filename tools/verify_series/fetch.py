# SPDX-License-Identifier: GPL-2.0-or-later
"""Fetch a patch series with b4: all n of n patches in order, or one sentence why not.

b4 runs in a child process (b4_adapter.py) with a temporary HOME. What came from an archive is
kept below the cache folder, so that the same request needs neither the network nor b4 the next
time. Mails from files are read without any network.
"""

from __future__ import annotations

import base64
import datetime
import hashlib
import importlib.util
import json
import os
import re
import urllib.parse
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .b4_child import ask
from .kept import Kept
from .model import Attestation, Letter, Patch, Series, UserError
from .run import RunError

if TYPE_CHECKING:
    from .b4_adapter import Answer, LetterData, PatchData

LORE = "https://lore.kernel.org/all"
#: A URL on one of these hosts is only another way to write a message-id that lore has.
_LORE_HOSTS = (
    "lore.kernel.org",
    "lkml.kernel.org",
    "msgid.link",
    "patch.msgid.link",
    "patchwork.kernel.org",
)
_MOST_BYTES = 64 << 20
_LOCAL_SECONDS = 60.0
_PICK = re.compile(r"<(?P<below>\d+)|-(?P<back>\d+)|(?P<one>\d+)(?P<to>-(?P<end>\d*))?")
_FORMAT = 1  # of what is kept; another number makes older threads be fetched again

#: The child's kinds of failure as sentences: what is wrong, and what to do.
_SENTENCES = {
    "not-found": "{what} does not exist ({detail}): check the message-id, or name another "
    "archive with --archive",
    "unreachable": "{what} cannot be fetched ({detail}): check the network, or give an mbox file",
    "refused": "{what} cannot be fetched, the archive does not answer like a public-inbox "
    "({detail}): check --archive",
    "busy": "{what} cannot be fetched now ({detail}): try again later, or give an mbox file",
    "elsewhere": "{what} is not there, the archive sends us to {detail}: name that with --archive "
    "if you trust it",
    "empty": "{what} is empty: give an mbox, a maildir or a mail with a patch",
    "not-a-mail": "{what} cannot be read, {detail} does not begin with the header of a mail: give "
    "an mbox whose text lines that begin with 'From ' are escaped, a maildir or a mail",
    "unreadable": "{what} cannot be read by b4 ({detail}): give an mbox of the series alone",
    "no-patches": "{what} holds no patch, only {detail} without a diff in plain text: give the "
    "message-id of the series",
    "mixed": "{what} holds two series of the same version ({detail}): give an mbox with the mails "
    "of one of them",
    "cut-off": "{what} is not whole ({detail}): get the mail again",
    "several-diffs": "{what} cannot be taken whole ({detail} diffs in parts of their own, of which "
    "b4 takes one): apply it by hand, and verify the commits",
    "control-characters": "{what} is refused by b4, {detail} holds Unicode control characters "
    "that make text look different from what it is: read that patch before anything else",
}


@dataclass(frozen=True, slots=True)
class Request:
    """Which series to fetch.

    ``source`` is a message-id, the URL of a message, the path of an mbox, a maildir or a mail, or
    ``-`` for standard input. ``archive`` is the URL of another public-inbox than lore's.
    ``revision`` is a number, or None for the newest in the thread. ``pick`` names patches as
    ``b4 am --cherry-pick`` does: ``1,3-5``, ``2-``, ``-1`` (the last), ``<3``.
    ``expected`` is the number of patches that a manifest promises. ``refresh`` asks the archive
    again although the thread is kept. ``within`` is the message-id of the one series that is meant
    where the source is a file that holds more.
    """

    source: str
    archive: str | None = None
    revision: int | None = None
    pick: str | None = None
    expected: int | None = None
    refresh: bool = False
    within: str = ""


@dataclass(frozen=True, slots=True)
class _Message:
    """A message in an archive."""

    archive: str
    message_id: str

    def __str__(self) -> str:
        return f"<{self.message_id}> in {self.archive}"


def fetch(
    request: Request,
    *,
    cwd: Path,
    cache: Path,
    stdin: bytes | None = None,
    timeout: float = 4.0,
    resolver: str | None = None,
) -> Series:
    """The series that ``request`` names.

    ``cwd`` is what relative paths mean, ``cache`` the folder below which threads are kept,
    ``stdin`` what the source ``-`` stands for. ``timeout`` is how many seconds the archive may be
    silent; a whole fetch takes at most ten times that. ``resolver`` is ``host:port`` of a name
    server to ask for DKIM keys instead of the system's. Raises UserError for everything that
    keeps the series from being complete.
    """
    place = _locate(request, cwd)
    if isinstance(place, _Message):
        return _from_archive(request, place, Kept(cache / "threads"), timeout, resolver)
    what = request.source if place else "standard input"
    files = _read(place) if place else [stdin or b""]
    question = _files(files) | {"revision": request.revision, "message_id": request.within}
    answer = _ask(question, what, _LOCAL_SECONDS)
    return _series(request, answer, what, "no archive is asked about a local file")


def _locate(request: Request, cwd: Path) -> Path | _Message | None:
    """Where the series is: a path, a message in an archive, or None for standard input."""
    text = request.source.strip()
    if text == "-":
        return None
    archive = (request.archive or LORE).rstrip("/")
    if not _url(archive).path:
        archive += "/all"
    if re.match(r"https?://", text):
        return _from_url(text, archive if request.archive else None)
    path = cwd / text
    if text and os.path.exists(path):  # noqa: PTH110 - no error for a name that is too long
        return path
    if re.match(r"(\.{0,2}|~)/", text):
        raise UserError(f"{text} does not exist: give the path of an mbox, a maildir or a mail")
    if not re.fullmatch(r"<?[^\s<>]+@[^\s<>]+>?", text):
        raise UserError(
            f"'{text}' is neither a file nor a message-id, which has an @ in it: give one of "
            "them, or the URL of a message"
        )
    return _Message(archive, text.strip("<>"))


def _url(text: str) -> urllib.parse.SplitResult:
    try:
        parts = urllib.parse.urlsplit(text)
        if parts.scheme in ("http", "https") and parts.hostname:
            return parts
    except ValueError:  # square brackets that hold no IPv6 address
        pass
    raise UserError(f"{text} is no URL: give one such as {LORE}")


def _from_url(url: str, archive: str | None) -> _Message:
    """A message by its URL on a public-inbox: ARCHIVE/MESSAGE-ID/, with or without T/#u."""
    parts = _url(url)
    folders = [urllib.parse.unquote(p) for p in parts.path.split("/") if p]
    at = next((i for i, folder in enumerate(folders) if "@" in folder), None)
    if at is None:
        raise UserError(f"{url} names no message: give a URL that has a message-id in its path")
    own = f"{parts.scheme}://{parts.netloc}/{'/'.join(folders[:at]) or 'all'}"
    return _Message(archive or (LORE if parts.hostname in _LORE_HOSTS else own), folders[at])


def _files(files: list[bytes]) -> dict[str, Any]:
    return {"files": [base64.b64encode(file).decode() for file in files]}


def _read(path: Path) -> list[bytes]:
    """The content of a file, or of every file of a maildir."""
    try:
        if not path.is_dir():
            if path.stat().st_size > _MOST_BYTES:
                raise UserError(f"{path} is too large for one series: give an mbox of its mails")
            return [path.read_bytes()]
        if not (path / "cur").is_dir() or not (path / "new").is_dir():
            raise UserError(f"{path} is a folder, but no maildir (cur, new, tmp): give an mbox")
        names = sorted(name for sub in ("cur", "new") for name in (path / sub).iterdir())
        return [name.read_bytes() for name in names if name.is_file()]
    except OSError as error:
        raise UserError(f"{path} cannot be read ({error.strerror}): give another file") from error


def _from_archive(
    request: Request, place: _Message, store: Kept, timeout: float, resolver: str | None
) -> Series:
    """From the kept thread where there is one, else from the archive; that thread is then kept.

    A thread is kept only once a complete series came out of it: a missing patch may just be late.
    """
    key = f"{_FORMAT}\n{place.archive}\n{place.message_id}"
    question: dict[str, Any] = {"revision": request.revision}
    kept = None if request.refresh else store.load(key)
    if kept:
        answer, date = kept["answer"], kept["date"]
        made = answer["series"]["revision"]
        newest = answer["revisions"][-1]
        wanted = newest if request.revision is None else request.revision
        if made != wanted or kept["reader"] != _reader():
            again = _ask(question | {"files": answer["mails"]}, str(place), _LOCAL_SECONDS)
            answer |= {name: again[name] for name in ("revisions", "series")}
        return _series(request, answer, f"{place.archive}, kept since {date}", f"as of {date}")

    question |= {"archive": place.archive, "message_id": place.message_id}
    question |= {"timeout": timeout, "resolver": resolver}
    answer = _ask(question, str(place), 10 * timeout)
    date = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC")
    series = _series(request, answer, place.archive, f"as of {date}")
    try:
        store.save(key, {"date": date, "reader": _reader(), "answer": answer})
    except OSError as error:
        note = f"the thread could not be kept in {store.folder} ({error.strerror})"
        series = replace(series, notes=(*series.notes, note))
    return series


def _reader() -> str:
    """Identifies the code that makes an answer out of mails: ours, b4's and liblore's."""
    digest = hashlib.sha256()
    for name in ("b4_adapter.py", "cut_off.py"):
        digest.update(Path(__file__).with_name(name).read_bytes())
    for name in ("b4", "liblore"):
        spec = importlib.util.find_spec(name)  # which does not import it
        if spec is None or spec.origin is None:
            raise UserError(f"{name} is not installed here: install verify-series again")
        digest.update(Path(spec.origin).read_bytes())
    return digest.hexdigest()


def _ask(question: dict[str, Any], what: str, seconds: float) -> Answer:
    """Put a question to b4_adapter; its failures become sentences about ``what``."""
    try:
        child = ask(question, seconds)
    except RunError as error:
        raise UserError(
            f"{what} is not there after {seconds:g} s: try again, or give an mbox of the series"
            " alone"
        ) from error
    if child.status:
        last = child.error_text.rpartition("\n")[2] or f"exit status {child.status}"
        raise UserError(_SENTENCES["unreadable"].format(what=what, detail=_plain(last)))
    answer: Answer = json.loads(child.stdout)
    if "error" in answer:
        detail = _plain(answer["detail"])
        raise UserError(_SENTENCES[answer["error"]].format(what=what, detail=detail))
    return answer


def _series(request: Request, answer: Answer, source: str, as_of: str) -> Series:
    """The series asked for out of what b4 understood; raises UserError if it is not whole."""
    data, newer = answer["series"], answer["newer"]
    if data is None:
        wanted = f"v{request.revision}"
        known = f" <{newer['message_id']}>" if newer["revision"] == request.revision else ""
        raise UserError(
            f"the thread from {source} holds {_versions(answer)}, not {wanted}: choose with -v, "
            f"or give the message-id of {wanted}{known}"
        )
    revision, total = data["revision"], len(data["patches"])
    name = f"v{revision} of '{_plain(data['subject'])}'"
    if request.expected not in (None, total):
        raise UserError(
            f"{name} has {total} patch(es), {request.expected} were expected: correct the number, "
            "or choose another revision with -v"
        )
    numbers = (
        pick_numbers(request.pick, total) if request.pick is not None else [*range(1, total + 1)]
    )
    patches = [patch for n in numbers if (patch := data["patches"][n - 1])]
    if len(patches) != len(numbers):
        missing = ", ".join(str(n) for n in numbers if not data["patches"][n - 1])
        raise UserError(
            f"{name} is incomplete, {source} lacks patch {missing} of {total}: wait for the rest, "
            "name another archive with --archive, or pick the patches that are there with -P"
        )
    notes = [*data["notes"]]
    if request.revision is None and len(answer["revisions"]) > 1:
        notes.append(f"the thread holds {_versions(answer)}; v{revision} is the newest")
    newest = max(answer["revisions"][-1], newer["revision"] or 0)
    if newest > revision:
        state = f"v{newest}"
        detail = f"<{newer['message_id']}>" if newest == newer["revision"] else "in the same thread"
    else:
        state = "unknown" if newer["revision"] is None else "none"
        detail = newer["failure"]
    return Series(
        message_id=data["message_id"],
        subject=_plain(data["subject"]),
        author=_plain(data["author"]),
        revision=revision,
        expected=total,
        patches=tuple(_patch(patch, answer) for patch in patches),
        base_commit=data["base_commit"],
        newer=state,
        newer_detail=_plain(", ".join(filter(None, (detail, as_of)))),
        source=source,
        notes=tuple(_plain(note) for note in notes),
        letter=_letter(data["letter"]),
    )


def _letter(data: LetterData) -> Letter:
    return Letter(
        message_id=data["message_id"],
        subject=_plain(data["subject"]),
        author=_plain(data["author"]),
        date=_plain(data["date"]),
        recipients=tuple(_plain(one) for one in data["recipients"]),
        references=tuple(data["references"]),
    )


def _versions(answer: Answer) -> str:
    return " and ".join(f"v{n}" for n in answer["revisions"])


def _patch(data: PatchData, answer: Answer) -> Patch:
    value, detail = answer["attestation"][data["message_id"]]
    return Patch(
        number=data["number"],
        message_id=data["message_id"],
        subject=_plain(data["subject"]),
        author=_plain(data["author"]),
        mail=base64.b64decode(data["mail"]),
        attestation=Attestation(value),
        attestation_detail=_plain(detail),
        trailers=tuple(_plain(trailer) for trailer in data["trailers"]),
    )


def _plain(text: str) -> str:
    """One line without control characters: a mail must not steer the reader's terminal."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def pick_numbers(pick: str, total: int) -> list[int]:
    """The patches, from 1 to ``total``, that ``pick`` means; in order, each once.

    The forms are those of ``b4 am --cherry-pick`` that count patches (b4's parse_int_range). What
    lies outside of the series is a UserError here, where b4 leaves it out without a word.
    """
    chosen: set[int] = set()
    for part in pick.replace(" ", "").split(","):
        form = _PICK.fullmatch(part)
        if not form:
            raise UserError(f"'{pick}' picks no patches by number: write it as in 1,3-5 or 2-")
        first = int(form["one"] or 1)
        last = first
        if form["below"]:
            last = int(form["below"]) - 1
        elif form["back"]:
            first = last = total + 1 - int(form["back"])
        elif form["to"]:
            last = int(form["end"] or total)
        if not 1 <= first <= last <= total:
            raise UserError(f"'{part}' picks patches that are not there: the series has {total}")
        chosen.update(range(first, last + 1))
    return sorted(chosen)
