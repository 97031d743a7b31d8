# SPDX-License-Identifier: GPL-2.0-or-later
"""Apply mails to a commit as ``git am`` would, without a checkout; undo them likewise.

Only the paths that the patches name are ever in the (private) index, and one fast-import makes all
commits; their ids are those that ``git am`` on a full checkout makes for the same committer.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import BinaryIO

from .diffs import read_steps, unquote
from .imported import quote_path
from .model import AppliedSeries, Patch, Series, Snapshot, UserError
from .store import Store

_COMMITTER = "verify-series <verify-series@localhost>"
_GITLINK = "160000"
_FOLDER = "040000"
#: What git says of an object that is missing or damaged (apply.c, object-file.c).
_DAMAGE = re.compile(r"failed to read .+|unable to read .+|inflate: .+|loose object .+ is corrupt")


class DoesNotApply(UserError):
    """A patch does not apply; the sentence names patch, file and hunk with git's reason.

    ``attempts`` tells which bases were tried, where several were.
    """

    attempts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mail:
    """What ``git mailinfo`` takes out of a patch's mail."""

    patch: Patch
    name: str
    address: str
    date: str
    message: bytes
    diff: bytes
    paths: tuple[str, ...]


def read_mail(store: Store, patch: Patch) -> Mail:
    """Split a mail into author, message and diff, as the first half of ``git am`` does."""
    with _memory("message") as message_file, _memory("diff") as diff_file:
        places = (f"/proc/{os.getpid()}/fd/{file.fileno()}" for file in (message_file, diff_file))
        done = store.git("mailinfo", *places, stdin=patch.mail)
        body, diff = message_file.read(), diff_file.read()
    info = dict(
        line.split(": ", 1)
        for line in done.stdout.decode("utf-8", "replace").splitlines()
        if ": " in line
    )
    if done.status or not info.get("Email") or not diff:
        raise UserError(
            f"{_called(patch)}: this mail is not a patch that git am takes"
            f" ({done.error_text or 'no diff, or no author, in it'})"
        )
    try:
        when = parsedate_to_datetime(info.get("Date", ""))
    except (ValueError, IndexError) as error:
        raise UserError(
            f"{_called(patch)}: the mail's date {info.get('Date', '')!r} cannot be read"
            " (git am refuses it too)"
        ) from error
    offset = when.strftime("%z") or "+0000"
    message = store.must("stripspace", stdin=os.fsencode(info.get("Subject", "")) + b"\n\n" + body)
    return Mail(
        patch,
        re.sub(r"[<>\n]", "", info.get("Author", "")).strip(),
        re.sub(r"[<>\s]", "", info["Email"]),
        f"{int(when.timestamp())} {offset[:5]}",
        message,
        diff,
        _paths(store, patch, diff),
    )


def _memory(name: str) -> BinaryIO:
    """A file in memory. git-mailinfo(1) does not notice when what it writes is cut off by a full
    disk, and half a diff may apply."""
    return os.fdopen(os.memfd_create(name), "rb")


def _paths(store: Store, patch: Patch, diff: bytes) -> tuple[str, ...]:
    """Every path that a diff names, old and new."""
    done = store.git("apply", "--numstat", "-z", stdin=diff)
    if done.status:
        raise _conflict(patch, diff, done.error_text)
    paths = [
        os.fsdecode(r.split(b"\t", 2)[2]) for r in done.stdout.split(b"\0") if r.count(b"\t") > 1
    ]
    moved = re.findall(rb"^(?:rename|copy) (?:from|to) (.+?)\r?$", diff, re.MULTILINE)
    paths += [unquote(os.fsdecode(p)) for p in moved]
    for path in paths:
        if ".." in path.split("/"):
            raise DoesNotApply(
                f"{_called(patch)} does not apply: {path!r} does not lie in the tree"
            )
    return tuple(dict.fromkeys(paths))


def _called(patch: Patch) -> str:
    return f"patch {patch.number} ({patch.subject})"


def _conflict(patch: Patch, diff: bytes, reason: str) -> DoesNotApply:
    """Turn git's words into a sentence that names the patch, the file and the hunk."""
    lines = [line.removeprefix("error: ") for line in reason.splitlines() if "error:" in line]
    failed = re.match(r"patch failed: (.*):(\d+)$", lines[0]) if lines else None
    if failed:
        path, line = failed[1], int(failed[2])
        said = lines[1].removeprefix(f"{path}: ") if len(lines) > 1 else "patch does not apply"
        numbers = _hunk_starts(diff, path)
        hunk = f"hunk {numbers.index(line) + 1} of {len(numbers)}" if line in numbers else "a hunk"
        return DoesNotApply(
            f"{_called(patch)} does not apply: {path}, {hunk} at line {line}: git says '{said}'"
        )
    said = lines[0] if lines else reason.strip() or "git apply failed"
    return DoesNotApply(f"{_called(patch)} does not apply: git says '{said}'")


def _hunk_starts(diff: bytes, path: str) -> list[int]:
    starts: list[int] = []
    current = ""
    for line in diff.decode("utf-8", "replace").splitlines():
        if line.startswith("--- "):
            current = line[4:].split("\t")[0].removeprefix("a/")
        elif line.startswith("+++ ") and current == "/dev/null":
            current = line[4:].split("\t")[0].removeprefix("b/")
        elif (found := re.match(r"@@ -(\d+)", line)) and current == path:
            starts.append(int(found[1]))
    return starts


@dataclass(frozen=True, slots=True)
class Edit:
    """One path and its (mode, id) before and after a patch; None where it does not exist."""

    path: str
    before: tuple[str, str] | None
    after: tuple[str, str] | None


class Index:
    """A private index that holds only the paths which patches touch, over the commit ``base``."""

    def __init__(self, store: Store, base: str, name: str) -> None:
        self._store = store
        self._base = base
        self._file = store.folder / f"index-{name}"
        self._file.unlink(missing_ok=True)
        self._loaded: set[str] = set()
        self._before: dict[str, tuple[str, str]] = {}

    def load(self, paths: Iterable[str]) -> None:
        """Bring the base's entries of ``paths`` into the index."""
        wanted = [p for p in paths if p not in self._loaded]
        self._loaded.update(wanted)
        entries = self._store.entries(self._base, wanted)
        lines = [f"{mode} {oid}\t{path}\0" for path, (mode, oid) in entries.items()]
        if lines:
            fed = os.fsencode("".join(lines))
            self._store.must("update-index", "-z", "--index-info", stdin=fed, index=self._file)
            self._before.update(entries)

    def apply(self, mail: Mail, *, reverse: bool = False) -> None:
        """Apply a diff to the index. On conflict it stays as it was and DoesNotApply is raised."""
        self.load(mail.paths)
        options = ["-R"] if reverse else []
        done = self._store.git("apply", "--cached", *options, stdin=mail.diff, index=self._file)
        if done.status:
            if damage := _DAMAGE.search(done.error_text):
                raise UserError(
                    f"{_called(mail.patch)} cannot be applied, the tree lacks content or it is"
                    f" damaged: git says '{damage[0]}' (run 'git fsck' there; a partial clone has"
                    " to fetch it first)"
                )
            raise _conflict(mail.patch, mail.diff, done.error_text)

    def edits(self) -> tuple[Edit, ...]:
        """What changed since the last call, removals first: a file may make way for a folder."""
        listed = self._store.must("ls-files", "-s", "-z", index=self._file)
        now: dict[str, tuple[str, str]] = {}
        for record in listed.split(b"\0"):
            if record:
                meta, path = record.split(b"\t", 1)
                mode, oid, _ = meta.decode().split(" ")
                now[os.fsdecode(path)] = (mode, oid)
        removed = [Edit(p, entry, None) for p, entry in self._before.items() if p not in now]
        written = [Edit(p, self._before.get(p), entry) for p, entry in now.items()]
        self._before = now
        return (*removed, *(edit for edit in written if edit.before != edit.after))


def _check_folders(store: Store, mail: Mail, base: str, made: set[str], gone: set[str]) -> None:
    """Refuse a new file below a file, or in the place of a folder: the private index, which holds
    the patches' paths alone, cannot see that. ``gone`` are the base's files that are no more.
    """
    parents = {"/".join(p.split("/")[:i]) for p in made for i in range(1, p.count("/") + 1)}
    for path, (mode, _) in store.entries(base, sorted(parents - gone), folders=True).items():
        if path in parents and mode != _FOLDER:
            raise DoesNotApply(
                f"{_called(mail.patch)} does not apply: {path} is a file in the tree"
            )
    for inside in store.entries(base, sorted(made), recurse=True).keys() - gone - made:
        path = next(p for p in made if inside.startswith(f"{p}/"))
        raise DoesNotApply(f"{_called(mail.patch)} does not apply: {path} is a folder in the tree")


def _commit(mail: Mail, mark: int, parent: str, edits: Iterable[Edit]) -> bytes:
    """One commit in the language of git-fast-import(1)."""
    lines = [
        b"commit refs/verify-series/%d" % mark,
        b"mark :%d" % mark,
        os.fsencode(f"author {mail.name} <{mail.address}> {mail.date}"),
        os.fsencode(f"committer {_COMMITTER} {mail.date}"),
        b"data %d" % len(mail.message),
        mail.message + os.fsencode(f"from {parent}"),
    ]
    for edit in edits:
        verb = "M {} {} ".format(*edit.after) if edit.after else "D "
        lines.append(verb.encode() + quote_path(edit.path))
    return b"\n".join(lines) + b"\n\n"


def _import(store: Store, stream: Sequence[bytes], name: str) -> list[str]:
    marks = store.folder / f"marks-{name}"
    store.must(
        "fast-import",
        "--quiet",
        "--force",
        f"--export-marks={marks}",
        stdin=b"".join(stream) + b"done\n",
    )
    numbered = (line.split() for line in marks.read_text().splitlines())
    return [oid for _, oid in sorted((int(mark[1:]), oid) for mark, oid in numbered)]


def apply(store: Store, base: str, series: Series, mails: Sequence[Mail]) -> AppliedSeries:
    """Make one commit a patch on ``base``, all in ``store``.

    Raises DoesNotApply for the first patch that does not apply.
    """
    index = Index(store, base, "forward")
    stream, gone = [], set[str]()
    for mark, mail in enumerate(mails, 1):
        index.apply(mail)
        edits = index.edits()
        if any(edit.after and edit.after[0] == _GITLINK for edit in edits):
            raise UserError(f"{_called(mail.patch)} changes a submodule; a kernel tree has none")
        gone |= {edit.path for edit in edits if not edit.after}
        _check_folders(store, mail, base, {e.path for e in edits if not e.before}, gone)
        stream.append(_commit(mail, mark, f":{mark - 1}" if mark > 1 else base, edits))
    commits = _import(store, stream, "forward")
    steps = read_steps(store, [mail.patch for mail in mails], commits)
    return AppliedSeries(series, Snapshot(base, store), steps)


def present(store: Store, commit: str, mails: Sequence[Mail]) -> tuple[int, str]:
    """How many of the first patches ``commit`` already has, and the commit without these.

    A patch is there if it reverse-applies. The whole series is tried first, from its end; then
    ever shorter beginnings of it. (0, commit) if not even the first patch is there. A forward
    application would prove nothing: a pure insertion applies a second time.
    """
    for count in range(len(mails), 0, -1):
        index = Index(store, commit, "reverse")
        try:
            for mail in reversed(mails[:count]):
                index.apply(mail, reverse=True)
        except DoesNotApply:
            continue
        return count, _rewound(store, commit, mails[:count], index)
    return 0, commit


def _rewound(store: Store, commit: str, mails: Sequence[Mail], index: Index) -> str:
    newest = mails[-1]
    message = f"{commit[:12]} without {len(mails)} patches that it has\n".encode()
    undone = Mail(
        newest.patch, "verify-series", "verify-series@localhost", "0 +0000", message, b"", ()
    )
    return _import(store, [_commit(undone, 1, commit, index.edits())], "reverse")[0]
