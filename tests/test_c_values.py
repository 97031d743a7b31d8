# SPDX-License-Identifier: GPL-2.0-or-later
"""Integer constant expressions."""

from __future__ import annotations

import pytest

from verify_series.c import Unreadable
from verify_series.c.lexer import lex
from verify_series.c.values import Unknown, evaluate


def value_of(name: str) -> int:
    if name == "SEVEN":
        return 7
    raise Unknown(name)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0x1F", 31),
        ("017", 15),
        ("10UL", 10),
        ("-1", -1),
        ("~0U", -1),
        ("!3", 0),
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("1 << 3 | 1", 9),
        ("10 - 2 - 3", 5),
        ("-7 / 2", -3),
        ("-7 % 2", -1),
        ("1 ? 2 : 3 + 4", 2),
        ("0 ? 2 : 3 + 4", 7),
        ("2 > 1 && 3 != 3", 0),
        ("SEVEN & ~(1 << 1)", 5),
        ("(u32)SEVEN", 7),
        ("(unsigned long)(1UL << 4)", 16),
        ("'A' + 1", 66),
        (r"'\n'", 10),
        (r"'\x41'", 65),
        (r"'\\'", 92),
        (r"'\101'", 65),
    ],
)
def test_value(text: str, value: int) -> None:
    assert evaluate(lex(text)[0], value_of) == value


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "cannot work out "),
        ("1 +", "cannot work out 1 +"),
        ("1 2", "cannot work out 1 2"),
        ("(1", "cannot work out (1"),
        ("1 / 0", "1 / 0 divides by 0"),
        ("1 << 500", "1 << 500 shifts by 500"),
        ("1 << 127 << 1", "1 << 127 << 1 is wider than any integer"),
        ("1.5", "1.5 is no integer"),
        ("9" * 5000, "9" * 40 + " is no integer"),
        ("'ab'", "'ab' is no single character"),
        ('"a"', 'cannot work out "a"'),
        ("EIGHT", "EIGHT"),
        ("sizeof(int)", "sizeof()"),
        ("(" * 100 + "1" + ")" * 100, "(" * 57 + "... nests too deep"),
    ],
)
def test_what_is_no_constant(text: str, message: str) -> None:
    with pytest.raises(Unreadable) as caught:
        evaluate(lex(text)[0], value_of)
    assert str(caught.value) == message
