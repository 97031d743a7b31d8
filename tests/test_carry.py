# SPDX-License-Identifier: GPL-2.0-or-later
"""Which findings are new, which are old, and where old ones are now."""

from __future__ import annotations

import pytest

from verify_series.carry import carry_line, classify
from verify_series.model import (
    AppliedSeries,
    Change,
    Finding,
    Hunk,
    Patch,
    Series,
    Severity,
    Snapshot,
    State,
    Step,
)


class NoObjects:
    """Stands for a store that is never asked."""


@pytest.mark.parametrize(
    ("line", "hunk", "expected"),
    [
        (5, Hunk(7, 0, 8, 2), 5),  # two lines behind line 7
        (7, Hunk(7, 0, 8, 2), 7),
        (8, Hunk(7, 0, 8, 2), 10),
        (1, Hunk(0, 0, 1, 3), 4),  # three lines at the top
        (4, Hunk(4, 2, 3, 0), None),  # lines 4 and 5 removed
        (5, Hunk(4, 2, 3, 0), None),
        (6, Hunk(4, 2, 3, 0), 4),
        (4, Hunk(4, 1, 4, 1), None),  # replaced
    ],
)
def test_carry_line(line: int, hunk: Hunk, expected: int | None) -> None:
    assert carry_line(line, [hunk]) == expected


def test_carry_line_adds_up_hunks() -> None:
    assert carry_line(20, [Hunk(2, 0, 3, 1), Hunk(9, 3, 11, 1)]) == 19


def finding(line: int, message: str = "wrong", path: str = "a.c") -> Finding:
    return Finding("docs", "rule", Severity.ERROR, path, line, message)


def applied(*hunks: dict[str, tuple[str, tuple[Hunk, ...]]]) -> AppliedSeries:
    snapshot = Snapshot("0" * 40, NoObjects())  # type: ignore[arg-type]
    steps = []
    for number, moved in enumerate(hunks, 1):
        patch = Patch(number, "x@example.org", "subject", "Ada", b"")
        changes = tuple(Change(old, new) for new, (old, _) in moved.items())
        steps.append(Step(patch, snapshot, changes, moved))
    series = Series("x@example.org", "s", "Ada", 1, len(steps), tuple(s.patch for s in steps))
    return AppliedSeries(series, snapshot, tuple(steps))


def summary(found: tuple[Finding, ...]) -> list[tuple[str, int | None, str, int]]:
    return sorted((str(f.state), f.patch, f.path, f.line) for f in found)


def test_an_old_finding_moves_with_its_line() -> None:
    series = applied({"a.c": ("a.c", (Hunk(1, 0, 2, 10),))})
    assert summary(classify(series, [[finding(5)], [finding(15)]])) == [
        ("existing", None, "a.c", 15)
    ]


def test_an_old_finding_moves_with_a_rename() -> None:
    series = applied({"b.c": ("a.c", ())})
    states = [[finding(5)], [finding(5, path="b.c")]]
    assert summary(classify(series, states)) == [("existing", None, "b.c", 5)]


def test_the_same_message_twice_is_one_new() -> None:
    series = applied({"a.c": ("a.c", (Hunk(9, 0, 10, 1),))})
    states = [[finding(5)], [finding(5), finding(10)]]
    assert summary(classify(series, states)) == [
        ("existing", None, "a.c", 5),
        ("new", 1, "a.c", 10),
    ]


def test_an_edited_line_keeps_its_old_finding() -> None:
    series = applied({"a.c": ("a.c", (Hunk(5, 1, 5, 1),))})
    assert summary(classify(series, [[finding(5)], [finding(5)]])) == [("existing", None, "a.c", 5)]


def test_a_fixed_finding_keeps_its_place_in_the_base() -> None:
    series = applied({"a.c": ("a.c", (Hunk(5, 1, 4, 0),))})
    assert summary(classify(series, [[finding(5)], []])) == [("fixed", 1, "a.c", 5)]


@pytest.mark.parametrize(
    ("hunk", "base", "after", "fixed"),
    [
        (Hunk(5, 1, 4, 0), (5, 9), 8, 5),  # the line of one goes, that of the other one moves
        (Hunk(5, 1, 4, 0), (5, 1), 1, 5),
        (Hunk(5, 1, 4, 0), (5, 0), 0, 5),  # one is about the whole file
        (Hunk(0, 0, 1, 3), (5, 0), 0, 5),
        (Hunk(0, 0, 1, 3), (5, 9), 12, 5),
    ],
)
def test_of_two_alike_the_one_in_its_place_stays(
    hunk: Hunk, base: tuple[int, int], after: int, fixed: int
) -> None:
    series = applied({"a.c": ("a.c", (hunk,))})
    assert summary(classify(series, [list(map(finding, base)), [finding(after)]])) == [
        ("existing", None, "a.c", after),
        ("fixed", 1, "a.c", fixed),
    ]


def test_a_fault_that_a_later_patch_repairs_is_new_at_its_patch() -> None:
    series = applied({}, {})
    assert summary(classify(series, [[], [finding(3)], []])) == [("new", 1, "a.c", 3)]


def test_a_new_finding_is_told_once_by_the_first_patch() -> None:
    series = applied({}, {"a.c": ("a.c", (Hunk(1, 0, 2, 4),))})
    assert summary(classify(series, [[], [finding(3)], [finding(7)]])) == [("new", 1, "a.c", 3)]


def test_identity_stands_for_a_message_with_moving_numbers() -> None:
    series = applied({"a.c": ("a.c", (Hunk(1, 0, 2, 1),))})
    before = Finding("c", "r", Severity.ERROR, "a.c", 5, "see b.h:7", identity="see b.h")
    after = Finding("c", "r", Severity.ERROR, "a.c", 6, "see b.h:8", identity="see b.h")
    assert summary(classify(series, [[before], [after]])) == [("existing", None, "a.c", 6)]


def test_another_severity_is_another_finding() -> None:
    worse = finding(5)
    mild = Finding("docs", "rule", Severity.WARNING, "a.c", 5, "wrong")
    assert [f.state for f in classify(applied({}), [[mild], [worse]])] == [State.NEW, State.FIXED]


def test_every_state_is_asked_for() -> None:
    with pytest.raises(ValueError, match="1 states for 1 patches"):
        classify(applied({}), [[]])
