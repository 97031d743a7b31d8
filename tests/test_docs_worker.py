# SPDX-License-Identifier: GPL-2.0-or-later
"""worker: what a program says on standard error while a document is read."""

from __future__ import annotations

from typing import Any

from verify_series.docs.worker import _Errors


class _Heard:
    def __init__(self) -> None:
        self.texts: list[str] = []

    def warn(self, *said: str) -> None:
        self.texts.append(said[-1])


def test_lines_without_a_place_belong_to_the_message_before() -> None:
    heard: Any = _Heard()
    text = "./toy.c:3: warning: no kernel-doc comment\n * Some words.\n\n./toy.c:9: warning: bad\n"
    assert _Errors(heard).write(text) == len(text)
    assert heard.texts == [
        "./toy.c:3: warning: no kernel-doc comment\n * Some words.",
        "./toy.c:9: warning: bad",
    ]


def test_a_message_without_a_place_is_kept() -> None:
    heard: Any = _Heard()
    _Errors(heard).write("Can't locate Toy.pm in @INC\n")
    assert heard.texts == ["Can't locate Toy.pm in @INC"]
