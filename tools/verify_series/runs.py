# SPDX-License-Identifier: GPL-2.0-or-later
"""Earlier runs, kept as JSON below the cache folder, each with its mails.

They are called by date and subject, as in ``20260105-101500-ipe-answer-interpreters``. Like all of
the cache they may be deleted at any time; only the newest are kept.
"""

from __future__ import annotations

import datetime
import itertools
import re
from collections.abc import Mapping
from pathlib import Path

from . import cache
from .model import Report, UserError
from .names_given import one_of
from .report.jsonfile import keep as as_json
from .report.reading import read

_MOST = 100
_LATEST = "latest"


def _folder() -> Path:
    return cache.root() / "results"


def keep(report: Report) -> str:
    """Keep a report and give the name of the run. Raises OSError where it cannot be written."""
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    now = datetime.datetime.now().astimezone().strftime("%Y%m%d-%H%M%S")
    subject = report.series.subject if report.series else report.source
    words = re.sub(r"[^a-z0-9]+", "-", subject.lower()).strip("-")[:40].rstrip("-")
    path = _new(folder, "-".join(filter(None, (now, words))))
    try:
        path.write_text(as_json(report), "ascii")
    except BaseException:  # half a run is none
        path.unlink(missing_ok=True)
        raise
    for old in list(known())[:-_MOST]:
        (folder / f"{old}.json").unlink(missing_ok=True)
    return path.stem


def _new(folder: Path, stem: str) -> Path:
    """An empty file that no other run has."""
    for number in itertools.count(1):
        path = folder / f"{stem if number == 1 else f'{stem}-{number}'}.json"
        try:
            path.touch(exist_ok=False)
        except FileExistsError:
            continue
        break
    return path


def known() -> Mapping[str, Path]:
    """Name to file of every run that is kept, the oldest first."""
    return {path.stem: path for path in sorted(_folder().glob("*.json"), key=_age)}


def _age(path: Path) -> tuple[str, int]:
    """Its second, and then when it was written."""
    return path.stem[:15], path.stat().st_mtime_ns


def load(word: str) -> tuple[Report, ...]:
    """The reports of a run: by its name or a part that only one run has, ``latest``, or a file.

    Raises UserError, with the nearest name, where there is no such run or the file is none.
    """
    path = Path(word)
    if not path.is_file():
        path = _named(word)
    try:
        return read(path.read_bytes(), word)
    except OSError as error:
        raise UserError(f"{path} cannot be read ({error.strerror}): give another run") from error


def _named(word: str) -> Path:
    runs = known()
    if not runs:
        raise UserError(f"there is no run {word}, none is kept yet (verify a series first)")
    if word == _LATEST:
        return list(runs.values())[-1]
    found = [name for name in runs if word in name]
    if word in found or not found:
        return runs[one_of(word, runs, "run")]
    if len(found) > 1:
        raise UserError(f"{word} is in the names of {len(found)} runs: {', '.join(found)}")
    return runs[found[0]]
