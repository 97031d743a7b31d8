# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs that are kept, and found again by name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reports import NASTY, hostile, report
from verify_series import runs
from verify_series.model import UserError, Verdict


def test_a_run_comes_back_by_name_part_or_file(hermetic: Path) -> None:
    first, second = runs.keep(report(Verdict.PASS)), runs.keep(report())
    assert first != second
    assert list(runs.known()) == [first, second]
    assert first.endswith("-patch-v2-0-2-ipe-answer-interpreters-tha")
    assert runs.load(first)[0].verdict is Verdict.PASS
    assert runs.load("latest")[0].verdict is Verdict.FAIL
    assert runs.load(second[2:])[0].series == report().series
    assert runs.load(str(runs.known()[first]))[0].verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("ipe", "ipe is in the names of 2 runs: "),
        ("nothing", "there is no run 'nothing' (known: "),
    ],
)
def test_a_name_that_is_none(word: str, said: str) -> None:
    runs.keep(report())
    runs.keep(report())
    with pytest.raises(UserError) as caught:
        runs.load(word)
    assert said in str(caught.value)


def test_the_nearest_name() -> None:
    name = runs.keep(report())
    with pytest.raises(UserError, match=f"did you mean {name}"):
        runs.load(name.replace("answer", "anwser"))


def test_without_any() -> None:
    with pytest.raises(UserError, match="none is kept yet"):
        runs.load("latest")


def test_only_the_newest_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "_MOST", 2)
    names = [runs.keep(report()) for _ in range(4)]
    assert list(runs.known()) == names[2:]


def test_a_damaged_run() -> None:
    name = runs.keep(report())
    runs.known()[name].write_text(json.dumps({"format": 1}))
    with pytest.raises(UserError, match="is no report"):
        runs.load(name)


@pytest.mark.parametrize("nasty", NASTY)
def test_a_name_is_a_plain_word(nasty: str) -> None:
    name = runs.keep(hostile(nasty))
    assert name.isascii()
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
