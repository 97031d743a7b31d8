# SPDX-License-Identifier: GPL-2.0-or-later
"""kernel-doc of a function: which comment it is, and what it leaves out."""

from __future__ import annotations

import pytest

from verify_series.lsm.kernel_doc import comment, lacking

DOC = "/**\n * f() - Do it\n * @a: how\n *\n * Return: 0.\n */\n"


@pytest.mark.parametrize(
    ("text", "line", "found"),
    [
        (f"{DOC}int f(int a)", 7, True),
        (f"{DOC}\nint f(int a)", 8, True),  # kernel-doc passes over the empty line
        (f"{DOC}static const struct file *\nf(int a)", 8, True),
        (f"{DOC}int g(void);\nint f(int a)", 8, False),
        (f"{DOC}EXPORT_SYMBOL(g);\nint f(int a)", 8, False),
        ("/*\n * f() - Do it\n */\nint f(int a)", 4, False),
        ("int f(int a)", 1, False),
        ("*/ int f(int a)", 1, False),
    ],
)
def test_comment(text: str, line: int, found: bool) -> None:
    assert (comment(text, "f", line) is not None) is found


@pytest.mark.parametrize(
    ("said", "lacks"),
    [
        (DOC, []),
        (DOC.replace("f() - ", "f - "), []),
        (DOC.replace("f() - ", "f(): "), []),
        (DOC.replace(" * Return: 0.", " * Returns 0 on success."), []),
        (DOC.replace("f()", "g()"), ["a line 'f() - ...'"]),
        (DOC.replace("f() - Do it", "f() -"), ["a line 'f() - ...'"]),
        (DOC.replace("@a", "@b"), ["@a"]),
        (DOC.replace("Return: 0.", ""), ["what it returns"]),
    ],
)
def test_lacking(said: str, lacks: list[str]) -> None:
    assert lacking(said, "f", ["a"], returns=True) == lacks


def test_nothing_is_returned_by_void() -> None:
    assert lacking(DOC.replace("Return: 0.", ""), "f", ["a"], returns=False) == []
