# SPDX-License-Identifier: GPL-2.0-or-later
"""Types that are the same, and values that surely do not fit."""

from __future__ import annotations

import pytest

from verify_series.c.enums import split
from verify_series.c.functions import Prototype, prototype
from verify_series.c.lexer import lex
from verify_series.c.types import misfit, same


def typed(parameters: str) -> Prototype:
    return prototype(lex("int")[0], split(lex(parameters)[0]))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("u32 a", "unsigned int a", True),
        ("__u64 *a", "unsigned long long *a", True),
        ("umode_t a", "unsigned short a", True),
        ("u32 a", "u64 a", False),
        ("size_t a", "unsigned long a", False),  # not on 32 bits
        ("const u8 *a", "u8 *a", False),
        ("int a, int b", "int a", False),
    ],
)
def test_same(one: str, other: str, expected: bool) -> None:
    assert same(typed(one), typed(other)) is expected


def test_another_result_is_another_type() -> None:
    assert not same(Prototype("int", ()), Prototype("void", ()))


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("struct inode *", "struct file *"),
        ("struct file *", "struct file **"),
        ("struct file *", "unsigned long"),
        ("u32", "u32 *"),
        ("u32 *", "u64 *"),
        ("struct cred", "struct file"),
        ("const struct file *", "struct file *"),
        ("const void *", "char *"),
    ],
)
def test_misfit(given: str, wanted: str) -> None:
    assert misfit(given, wanted)


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("int", "unsigned long"),
        ("umode_t", "int"),
        ("struct file *", "const struct file *"),
        ("void *", "struct file *"),
        ("struct file *", "void *"),
        ("struct lsm_ctx __user *", "struct lsm_ctx *"),  # for sparse
        ("aa_label_t *", "struct label *"),  # a typedef may be anything
        ("kernel_cap_t *", "cap_t *"),
        ("handle_t", "struct handle *"),
        ("kuid_t", "struct uid"),
        ("void ( * ) ( int )", "struct file *"),
        ("enum e", "int"),
        ("...", "int"),
    ],
)
def test_what_may_fit(given: str, wanted: str) -> None:
    assert not misfit(given, wanted)


def test_qualifiers_may_be_left_out() -> None:
    assert not misfit("const struct file *", "struct file *", qualifiers=False)
