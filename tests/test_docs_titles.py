# SPDX-License-Identifier: GPL-2.0-or-later
"""The title of a document, read from its text."""

from __future__ import annotations

import pytest

from verify_series.docs.titles import title


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Toys\n====\n\nText.\n", "Toys"),
        ("====\nToys\n====\n", "Toys"),
        ("======\n Toys\n======\n", "Toys"),
        (
            ".. SPDX-License-Identifier: GPL-2.0\n\n.. _toys:\n\nToys  and more\n-----\n",
            "Toys and more",
        ),
        (":Author: Ada\n\n****\nToys\n****\n\nMore\n====\n", "Toys"),
        ("No title\n", ""),
        ("", ""),
    ],
)
def test_title(text: str, expected: str) -> None:
    assert title(text.encode()) == expected
