# SPDX-License-Identifier: GPL-2.0-or-later
"""The expressions of #if."""

from __future__ import annotations

import pytest

from verify_series.c.conditions import Defined, Expression, constant, parse, truth
from verify_series.c.lexer import lex


def atoms(text: str, **values: bool) -> tuple[bool, list[str]]:
    """The value of an expression, and what it asked for, in this order."""
    asked: list[str] = []

    def decide(test: Defined | Expression) -> bool:
        name = test.name if isinstance(test, Defined) else test.text
        asked.append(name)
        return values.get(name, False)

    return truth(parse(lex(text)[0]), decide), asked


@pytest.mark.parametrize(
    ("text", "value", "asked"),
    [
        ("defined(A)", True, ["A"]),
        ("defined A && B", False, ["A", "B"]),
        ("IS_ENABLED(A) || B", True, ["A"]),
        ("!defined(A) || !B", True, ["A", "B"]),
        ("!!A", True, ["A"]),
        ("!(A && B)", True, ["A", "B"]),
        ("(A)", True, ["A"]),
        ("B || (A && !B)", True, ["B", "A", "B"]),
        ("BITS_PER_LONG == 64", False, ["BITS_PER_LONG == 64"]),
        ("(VERSION + 1) > 3 && A", False, ["(VERSION + 1) > 3"]),
        ("!A == B", False, ["!A == B"]),
        ("A ? B : C", False, ["A ? B : C"]),
        ("!IS_ENABLED(A)", False, ["A"]),
        ("IS_MODULE(A)", False, ["IS_MODULE(A)"]),
        ("", False, [""]),
        ("&& ||", False, ["", ""]),
    ],
)
def test_truth(text: str, value: bool, asked: list[str]) -> None:
    assert atoms(text, A=True) == (value, asked)


def test_deep_nesting_is_one_question() -> None:
    value, asked = atoms("(" * 5000 + "A" + ")" * 5000, A=True)
    assert not value
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("text", "value"),
    [("0", False), ("1", True), ("0x0UL", False), ("10", True), ("!0", True), ("A", None)],
)
def test_constant(text: str, value: bool | None) -> None:
    assert constant(parse(lex(text)[0])) is value
