# SPDX-License-Identifier: GPL-2.0-or-later
"""An enum drawn beside its table of names, with what moved."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ...model import Finding, NameRow, NameTable

_AROUND = 3  # rows as before that are shown beside those that changed
_FEW = 40  # rows of a table that is shown whole


@dataclass(frozen=True, slots=True)
class Row:
    """A row to show: ``kind`` is same, shifted, new or wrong, ``said`` what moved or was found.

    A row of kind fold stands for ``index`` rows that are as before.
    """

    kind: str
    index: int
    enumerators: str = ""
    name: str | None = None
    said: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Drawn:
    """A table to show: ``changed`` and ``wrong`` count rows, ``gone`` are enumerators that the
    series takes away."""

    table: NameTable
    rows: tuple[Row, ...]
    gone: tuple[str, ...]
    changed: int
    wrong: int


def draw(table: NameTable, findings: Iterable[Finding]) -> Drawn:
    """Hold the rows after the series beside those before it; ``findings`` are the new ones."""
    found: dict[int, list[str]] = {}
    for finding in findings:
        if finding.path == table.table_file and finding.line:
            found.setdefault(finding.line, []).append(finding.message)
    before = _Before(table.before)
    rows = [before.beside(row, found.get(row.line, ())) for row in table.after]
    now = {name for row in table.after for name in _who(row)}
    gone = tuple(name for name in before.rows if name not in now)
    changed = sum(row.kind != "same" for row in rows)
    wrong = sum(row.kind == "wrong" for row in rows)
    return Drawn(table, tuple(_folded(rows)), gone, changed, wrong)


def _who(row: NameRow) -> list[str]:
    return row.enumerators.split(", ") if row.enumerators else []


class _Before:
    """The rows before the series, by enumerator and by string."""

    def __init__(self, rows: Iterable[NameRow]) -> None:
        self.rows: dict[str, NameRow] = {}
        self.named: dict[str, NameRow] = {}
        for row in rows:
            self.rows.update(dict.fromkeys(_who(row), row))
            if row.name is not None:
                self.named.setdefault(row.name, row)

    def beside(self, row: NameRow, found: Sequence[str]) -> Row:
        """A row after the series, with what moved; ``found`` is what was found on its line."""
        old = next((self.rows[name] for name in _who(row) if name in self.rows), None)
        owner = self.named.get(row.name) if row.name is not None else None
        strange = owner is not None and owner is not old
        said = [*found]
        kind = "same"
        if old is None and row.enumerators:
            kind = "new"
            said += ["new"] if self.rows else []
        if old and old.index != row.index:
            kind = "shifted"
            said.append(f"was at index {old.index}")
        if old and old.name != row.name:
            kind = "wrong" if row.name is None else "shifted"
            said.append("had no name" if old.name is None else f'was "{old.name}"')
        if owner and strange:
            whose = owner.enumerators or "no enumerator"
            said.append(f'"{row.name}" was the name of {whose}')
        if found or strange:
            kind = "wrong"
        return Row(kind, row.index, row.enumerators, row.name, tuple(said))


def _folded(rows: Sequence[Row]) -> Iterator[Row]:
    """Of a long table, what changed and a few rows around it."""
    if len(rows) <= _FEW:
        yield from rows
        return
    near: set[int] = set()
    for number, row in enumerate(rows):
        if row.kind in ("new", "wrong"):
            near.update(range(number - _AROUND, number + _AROUND + 1))
    hidden = 0
    for number, row in enumerate(rows):
        if number in near:
            if hidden:
                yield Row("fold", hidden)
            hidden = 0
            yield row
        else:
            hidden += 1
    if hidden:
        yield Row("fold", hidden)
