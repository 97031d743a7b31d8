# SPDX-License-Identifier: GPL-2.0-or-later
"""Every way to get a small table wrong is found, and no right one is blamed."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import pytest

from verify_series.c.tables import Entry
from verify_series.checkers.alignment import Alignment, Slot, align

NAMES = ("A", "B", "C", "D", "E")


def slots(names: Sequence[str], *, strict: bool, free: Sequence[str] = ()) -> list[Slot]:
    return [
        Slot(i, (f"X_{name}",), i, None if name in free else frozenset((name,)), strict)
        for i, name in enumerate(names)
    ]


def entries(names: Sequence[str | None], designated: bool = False) -> list[Entry]:
    return [Entry(i, name, i, designated) for i, name in enumerate(names)]


def outline(alignment: Alignment) -> dict[str, list[object]]:
    found: dict[str, list[object]] = {
        "wrong": [(slot.index, entry.text) for slot, entry in alignment.wrong],
        "moved": [(run.first.text, run.slot.index, run.count) for run in alignment.moved],
        "missing": [slot.index for slot in alignment.missing],
        "extra": [entry.index for entry in alignment.extra],
        "again": [entry.index for entry in alignment.again],
    }
    return {key: value for key, value in found.items() if value}


def faults(alignment: Alignment) -> int:
    return sum(len(value) for value in outline(alignment).values())


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize("designated", [True, False])
def test_right_tables(strict: bool, designated: bool) -> None:
    for length in range(6):
        names = NAMES[:length]
        alignment = align(slots(names, strict=strict), entries(names, designated))
        assert not faults(alignment)
        assert len(alignment.good) == length


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize("designated", [True, False])
def test_every_wrong_order_is_found(strict: bool, designated: bool) -> None:
    for order in itertools.permutations(NAMES):
        found = faults(align(slots(NAMES, strict=strict), entries(order, designated)))
        assert (found > 0) == (order != NAMES), order


@pytest.mark.parametrize("index", range(5))
def test_one_name_missing_is_one_fault(index: int) -> None:
    left = [name for i, name in enumerate(NAMES) if i != index]
    alignment = align(slots(NAMES, strict=True), entries(left))
    assert outline(alignment) == {"missing": [index]}


@pytest.mark.parametrize("index", range(6))
def test_one_name_too_much_is_one_fault(index: int) -> None:
    more = [*NAMES[:index], "Z", *NAMES[index:]]
    assert outline(align(slots(NAMES, strict=True), entries(more))) == {"extra": [index]}


@pytest.mark.parametrize(("index", "name"), list(itertools.product(range(6), NAMES)))
def test_a_name_that_stands_twice_is_one_fault(index: int, name: str) -> None:
    more = [*NAMES[:index], name, *NAMES[index:]]
    alignment = align(slots(NAMES, strict=True), entries(more))
    assert faults(alignment) == len(alignment.extra) == 1


@pytest.mark.parametrize(("index", "name"), list(itertools.product(range(5), [*NAMES, "Z", None])))
def test_a_name_in_the_place_of_another_is_one_fault(index: int, name: str | None) -> None:
    if name == NAMES[index]:
        return
    changed = [*NAMES[:index], name, *NAMES[index + 1 :]]
    assert outline(align(slots(NAMES, strict=True), entries(changed))) == {"wrong": [(index, name)]}


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("BACDE", [("B", 1, 1), ("A", 0, 1)]),
        ("BCDEA", [("B", 1, 4), ("A", 0, 1)]),
        ("EABCD", [("E", 4, 1), ("A", 0, 4)]),
        ("ABEDC", [("E", 4, 1), ("C", 2, 1)]),
        ("BADCE", [("B", 1, 1), ("A", 0, 1), ("D", 3, 1), ("C", 2, 1)]),
    ],
)
def test_names_that_moved(order: str, expected: list[object]) -> None:
    alignment = align(slots(NAMES, strict=True), entries(list(order)))
    assert outline(alignment) == {"moved": expected}


def test_two_faults_are_two() -> None:
    alignment = align(slots(NAMES, strict=True), entries(["A", "C", "E", "D"]))
    assert outline(alignment) == {"missing": [1], "moved": [("E", 4, 1), ("D", 3, 1)]}
    alignment = align(slots(NAMES, strict=True), entries(["Z", "A", "B", "C", "E"]))
    assert outline(alignment) == {"extra": [0], "missing": [3]}


@pytest.mark.parametrize("place", range(5))
def test_new_names_without_a_rule(place: int) -> None:
    """One enumerator of five is new; its name, of which nothing is known, may stand anywhere."""
    for index in range(5):
        old = [name for i, name in enumerate(NAMES) if i != index]
        names = [*old[:place], "new", *old[place:]]
        table = slots(NAMES, strict=False, free=[NAMES[index]])
        assert (faults(align(table, entries(names))) > 0) == (index != place)


def test_indexes_without_an_enumerator() -> None:
    table = [Slot(0), *slots(NAMES, strict=True)[1:]]
    assert not faults(align(table, entries([None, "B", "C", "D", "E"])))
    assert not faults(align(table, entries(["any", "B", "C", "D", "E"])))
    assert outline(align(table, entries(["B", "C", "D", "E"]))) == {"moved": [("B", 1, 4)]}


def test_a_name_is_for_an_enumerator_and_null_for_a_gap() -> None:
    table = slots(NAMES[:2], strict=False, free=["A"])
    assert outline(align(table, entries([None, "new", "B"]))) == {"extra": [0]}
    gap = [Slot(0), *slots(NAMES, strict=True)[1:2]]
    assert outline(align(gap, entries(["any", None, "B"]))) == {"extra": [0]}


def test_designated_entries() -> None:
    table = slots(NAMES, strict=True)
    hole = [entry for entry in entries(NAMES, True) if entry.index != 2]
    assert outline(align(table, hole)) == {"missing": [2]}
    twice = [*entries(NAMES, True), Entry(2, "Z", 9, True)]
    assert outline(align(table, twice)) == {"again": [2]}
    beyond = [*entries(NAMES, True), Entry(7, "Z", 9, True)]
    assert outline(align(table, beyond)) == {"extra": [7]}
    filler = [Entry(i, "?", 0, True, True) for i in range(5)]
    assert outline(align(table, [*filler, *hole])) == {"missing": [2]}
    assert not faults(align(table, [*filler, *entries(NAMES, True)]))


def test_large_tables_are_compared_index_by_index() -> None:
    names = [f"N{i}" for i in range(1200)]
    table = slots(names, strict=True)
    assert not faults(align(table, entries(names)))
    assert outline(align(table, entries(names[1:]))) == {
        "missing": [0],
        "moved": [("N1", 1, 1199)],
    }
