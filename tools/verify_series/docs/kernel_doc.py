# SPDX-License-Identifier: GPL-2.0-or-later
"""The kernel-doc comments of touched sources, whether a document shows them or not.

``make W=1`` has them read for every .c file that it compiles (scripts/Makefile.build,
``cmd_checkdoc``), and ``kernel-doc -none FILE`` for any file. No document shows most of them, so
``make htmldocs`` does not complain; what is found here alone is a warning. The program is the
base's own, in Perl before Linux 6.16 and in Python since then, and runs on no more than the
sources whose comments, or what stands below them, a patch changes.
"""

from __future__ import annotations

import hashlib
import re
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from .. import sandbox
from ..carry import classify
from ..kept import Kept
from ..model import AppliedSeries, CheckError, Finding, Severity, Snapshot
from ..run import RunError, clean_environment, run
from . import kit, shown
from .edits import Edit
from .warnings import finding, unique

RULE = "kernel-doc-w1"

#: The program, in trees new and old.
_PROGRAMS = ("tools/docs/kernel-doc", "scripts/kernel-doc.py", "scripts/kernel-doc")
_LIBRARIES = ("tools/lib/python", "scripts/lib")

_SECONDS = 120
_MARK = b"/**"
_MESSAGE = re.compile(
    r"(?:(?P<level>Warning|Error|Info): )?(?P<state>\d+)/(?P<text>(?P<path>.+?):\d+:? .*)"
)
_CRASH = re.compile(r"Traceback|Can't locate \S+ in @INC|syntax error at")

Texts = Mapping[tuple[int, str], bytes]


def concerned(edits: Iterable[Edit]) -> list[str]:
    """The paths of sources whose kernel-doc some patch changes; not those of tools/, which no
    build has read."""
    paths = {
        edit.path
        for edit in edits
        if edit.path.endswith((".c", ".h"))
        and not edit.path.startswith("tools/")
        and _MARK in (edit.after or b"")
        and (edit.before is None or not shown.same_text(edit.before, edit.after or b""))
    }
    return sorted(paths)


def findings(
    applied: AppliedSeries, edits: Sequence[Edit], cache: Path, said: Iterable[Finding]
) -> tuple[set[str], tuple[Finding, ...]]:
    """The paths of the sources that were read, and what kernel-doc says of them on the base and
    after each patch, without what a document said already.

    Raises CheckError where the program fails.
    """
    paths = set(concerned(edits))
    tool = _tool(applied.base) if paths else None
    if tool is None:
        return set(), ()
    texts = _texts(applied, edits, paths)
    answers = _run(applied.base, tool, texts, cache)
    states: list[list[Finding]] = [[] for _ in applied.snapshots]
    for (state, _), messages in answers.items():
        states[state] += [made for message in messages if (made := _finding(message))]
    told = {(f.path, f.line, f.key) for f in said}
    found = classify(applied, [unique(state) for state in states])
    return paths, tuple(f for f in found if (f.path, f.line, f.key) not in told)


def _finding(message: str) -> Finding | None:
    made = finding("", "", "kerneldoc", message, tree="\0")  # no folder in front of paths
    return replace(made, rule=RULE, severity=Severity.WARNING) if made else None


def _texts(applied: AppliedSeries, edits: Sequence[Edit], paths: set[str]) -> Texts:
    """The sources in each state: by the state's number and the path there."""
    wanted = set(paths)  # under every name that they have in the course of the series
    for edit in reversed(edits):
        if edit.old and edit.path in wanted:
            wanted.add(edit.old)
    for edit in edits:
        if edit.old in wanted:
            wanted.add(edit.path)
    now = applied.base.read_many(sorted(wanted))
    texts = {(0, path): text for path, text in now.items()}
    for state in range(1, len(applied.snapshots)):
        here = [edit for edit in edits if edit.state == state and edit.path in wanted]
        for edit in here:
            now.pop(edit.old or "", None)
        now |= {edit.path: edit.after for edit in here if edit.after is not None}
        texts |= {(state, path): text for path, text in now.items()}
    return {place: text for place, text in texts.items() if _MARK in text}


def _tool(base: Snapshot) -> tuple[str, str] | None:
    """The path of the base's program, and a key of all that it is made of."""
    programs = base.read_many(_PROGRAMS)
    path = next((path for path in _PROGRAMS if path in programs), None)
    if path is None:
        return None
    digest = hashlib.sha256(programs[path])
    if _is_python(programs[path]):
        digest.update(repr(sorted(base.object_ids(_LIBRARIES).items())).encode())
        digest.update(sys.version.encode())
    return path, digest.hexdigest()


def _is_python(program: bytes) -> bool:
    return b"python" in program.split(b"\n", 1)[0]


def _run(
    base: Snapshot, tool: tuple[str, str], texts: Texts, cache: Path
) -> dict[tuple[int, str], list[str]]:
    """The messages about each text. One process reads all that is not in the cache."""
    program, key = tool
    kept = Kept(cache / "kernel-doc")
    keys = {
        (state, path): f"{key} {path} {hashlib.sha256(text).hexdigest()}"
        for (state, path), text in texts.items()
    }
    answers = {name: kept.load(name) for name in set(keys.values())}
    fresh = {keys[place]: place for place in texts if answers[keys[place]] is None}
    if fresh:
        read = _read(base, program, {place: texts[place] for place in fresh.values()}, cache)
        for name, place in fresh.items():
            answers[name] = read.get(place, [])
            kept.save(name, answers[name])
    return {place: answers[name] or [] for place, name in keys.items()}


def _read(
    base: Snapshot, program: str, texts: Texts, cache: Path
) -> dict[tuple[int, str], list[str]]:
    """Run kernel-doc; gives the messages ``path:line text`` about each source."""
    folder, _ = kit.make(base, cache)
    place = folder / program
    python = _is_python(place.read_bytes())
    command = [sys.executable, "-I", str(place)] if python else ["perl", str(place)]
    with tempfile.TemporaryDirectory(prefix="verify-series-kernel-doc-") as name:
        private = Path(name).resolve()
        names = [f"{state}/{path}" for state, path in sorted(texts)]
        for source, text in zip(names, (texts[p] for p in sorted(texts)), strict=True):
            (private / source).parent.mkdir(parents=True, exist_ok=True)
            (private / source).write_bytes(text)
        # In Perl, lines of a second file are counted wrongly: it gets a process of its own.
        batches = [names] if python else [[one] for one in names]
        said = [_output([*command, "-none", *batch], private, folder) for batch in batches]
    return _messages("\n".join(said))


def _output(argv: list[str], private: Path, kit: Path) -> str:
    command = sandbox.shelter("perl").wrap(
        argv,
        cwd=private,
        readable=[*sandbox.interpreter(), kit, private],
        limits=sandbox.Limits(_SECONDS),
    )
    try:
        done = run(command, cwd=private, env=clean_environment(private), timeout=_SECONDS)
    except RunError as error:
        raise CheckError(f"kernel-doc of the base: {error}") from error
    if done.status or _CRASH.search(done.error_text):
        lines = done.error_text.splitlines() or [f"it ended with status {done.status}"]
        raise CheckError(f"kernel-doc of the base failed: {lines[-1]}")
    return done.error_text


def _messages(text: str) -> dict[tuple[int, str], list[str]]:
    """What the program wrote; a line that names no place goes on with the message above it."""
    found: dict[tuple[int, str], list[str]] = {}
    current: list[str] = []
    for line in text.splitlines():
        if match := _MESSAGE.match(line):
            place = int(match["state"]), match["path"]
            current = [] if match["level"] == "Info" else found.setdefault(place, [])
            current.append(match["text"])
        elif current:
            current[-1] += f"\n{line}"
    return found
