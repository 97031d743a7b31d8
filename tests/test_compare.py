# SPDX-License-Identifier: GPL-2.0-or-later
"""Findings of two runs: gone, new, still there, and what cannot be compared."""

from __future__ import annotations

from dataclasses import replace

from reports import MILD, NEW, report
from verify_series.compare import compare
from verify_series.model import Finding, Report, Status


def with_findings(*findings: Finding) -> Report:
    made = report()
    return replace(made, outcomes=(replace(made.outcomes[1], findings=findings),))


def test_gone_new_and_still_there_wherever_the_line_went() -> None:
    moved = replace(NEW, line=77, patch=2)
    added = replace(NEW, message="another", line=1)
    compared = compare(with_findings(NEW, MILD), with_findings(moved, added))
    assert compared.gone == (MILD,)
    assert compared.new == (added,)
    assert compared.still == (moved,)
    assert (compared.only_old, compared.only_new) == ((), ())


def test_each_of_equal_findings_counts() -> None:
    twice = with_findings(NEW, replace(NEW, line=3))
    assert len(compare(twice, with_findings(NEW)).gone) == 1
    assert len(compare(with_findings(NEW), twice).new) == 1
    assert len(compare(twice, twice).still) == 2


def test_existing_ones_are_not_compared() -> None:
    compared = compare(report(), report())
    assert {finding.message for finding in compared.still} == {NEW.message, MILD.message}


def test_what_ran_once_is_neither_gone_nor_new() -> None:
    whole = report()
    part = replace(whole, outcomes=whole.outcomes[2:])
    compared = compare(whole, part)
    assert (compared.gone, compared.only_old) == ((), ("apply", "ipe: hooks"))
    assert compare(part, whole).only_new == ("apply", "ipe: hooks")
    failed = replace(
        whole, outcomes=tuple(replace(o, status=Status.ERROR, findings=()) for o in whole.outcomes)
    )
    compared = compare(whole, failed)
    assert (compared.gone, compared.new, len(compared.only_old)) == ((), (), 5)
