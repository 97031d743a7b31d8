# SPDX-License-Identifier: GPL-2.0-or-later
"""The folder in which the results of a run are kept while they come, so that it can go on later.

    run.json        what the run is about; another run is refused
    series.jsonl    the series that were chosen, in their order
    results.jsonl   a line for each series that is done
    reports/        the report on each

A line is written when the reports of its series are there. One that was cut off (the process was
killed, the disk was full) is taken away, and its series is done again.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ..model import UserError
from .folder import held
from .series import Posted
from .work import Result

FORMAT = 1  # of the files


class Results:
    """The folder of a run; :func:`opened` gives it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lines = folder / "results.jsonl"
        self._chosen = folder / "series.jsonl"
        self.done = self._repair()

    @property
    def planned(self) -> bool:
        """Whether the series are chosen already."""
        return self._chosen.exists()

    def plan(self, series: Iterable[Posted]) -> None:
        """Keep which series are to be done, in this order."""
        write_whole(self._chosen, "".join(f"{json.dumps(asdict(one))}\n" for one in series))

    def todo(self) -> Iterator[Posted]:
        """The series that are not done."""
        for one in self.chosen():
            if one.key not in self.done:
                yield one

    def chosen(self) -> Iterator[Posted]:
        """All that are to be done."""
        with self._chosen.open() as lines:
            for line in lines:
                fields = json.loads(line)
                tuples = {name: tuple(fields[name]) for name in ("lists", "missing")}
                yield Posted(**fields | tuples)

    def add(self, result: Result) -> None:
        """Keep a result, on disk before this returns; one that is known already is not kept
        again."""
        key = result.line["key"]
        if key in self.done:
            return
        reports = self.folder / "reports"
        reports.mkdir(exist_ok=True)
        name = report_name(key)
        for format, text in result.reports.items():
            (reports / f"{name}.{format}").write_text(text, "utf-8")
        line = {**result.line, "report": f"reports/{name}" if result.reports else ""}
        with self._lines.open("ab") as file:
            file.write(f"{json.dumps(line)}\n".encode("ascii"))
            file.flush()
            os.fsync(file.fileno())
        self.done.add(key)

    def lines(self) -> Iterator[dict[str, Any]]:
        """Every line, as it was written."""
        if self._lines.exists():
            with self._lines.open("rb") as file:
                for line in file:
                    yield json.loads(line)

    def write(self, name: str, text: str) -> None:
        """Write a file of the summary."""
        write_whole(self.folder / name, text)

    def _repair(self) -> set[str]:
        """The keys of what is done; cuts off a last line that is not whole."""
        done: set[str] = set()
        if not self._lines.exists():
            return done
        whole = 0
        with self._lines.open("rb+") as file:
            lines = iter(file)
            for line in lines:
                key = _key(line)
                if key is None:
                    if next(lines, None) is not None:
                        raise UserError(f"{self._lines} is damaged: give --out another folder")
                    break
                done.add(key)
                whole += len(line)
            file.truncate(whole)
        return done


@contextmanager
def opened(folder: Path, about: dict[str, Any]) -> Iterator[Results]:
    """The folder of a run, made if need be, and ours alone.

    ``about`` is all that decides what the results are. Raises UserError where the folder belongs
    to another run, to one that goes on now, or cannot be written.
    """
    with held(folder, f"another run writes to {folder} (wait, or give another --out)"):
        _require_same(folder, {"format": FORMAT, **about})
        yield Results(folder)


def _require_same(folder: Path, about: dict[str, Any]) -> None:
    file = folder / "run.json"
    if not file.exists():
        if (folder / "results.jsonl").exists():
            raise UserError(f"{folder} has results but no run.json: give --out another folder")
        write_whole(file, json.dumps(about, indent=2) + "\n")
        return
    try:
        known = json.loads(file.read_bytes())
    except ValueError as error:
        raise UserError(f"{file} is damaged: give --out another folder") from error
    other = [name for name in {**known, **about} if known.get(name) != about.get(name)]
    if other:
        name = other[0]
        raise UserError(
            f"{folder} holds a run with another {name} ({known.get(name)}, now "
            f"{about.get(name)}): give --out another folder"
        )


def report_name(key: str) -> str:
    """The name of a series' report files: readable, and no other series has it."""
    words = re.sub(r"[^A-Za-z0-9.]+", "-", key).strip("-.")[:60]
    return f"{words}-{hashlib.sha256(key.encode()).hexdigest()[:8]}"


def _key(line: bytes) -> str | None:
    """The key of a whole line."""
    try:
        return str(json.loads(line)["key"]) if line.endswith(b"\n") else None
    except (ValueError, KeyError, TypeError):
        return None


def write_whole(file: Path, text: str) -> None:
    """Write a file whole or not at all."""
    new = file.with_name(f".{file.name}.new")
    with new.open("w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    new.replace(file)
