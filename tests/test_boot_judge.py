# SPDX-License-Identifier: GPL-2.0-or-later
"""What a machine did, against what the scenario expects of it."""

from __future__ import annotations

import pytest

import boots
from verify_series.boot import heard, judge
from verify_series.boot.plan import make_plan
from verify_series.boot.scenario import parse

SCENARIO = parse(boots.table())
PLAN = make_plan(SCENARIO, "4d2")


def _faults(report: str, choose: judge.Choose) -> list[tuple[str, str]]:
    found = judge.faults(SCENARIO, PLAN, heard.read(report, "4d2"), choose)
    return [(fault.rule, fault.message) for fault in found]


def test_as_expected() -> None:
    assert _faults(boots.WITHOUT, judge.before) == []
    assert _faults(boots.WITH, judge.after) == []


CHECK = "step 2, check /tmp/script: "
WRONG: dict[str, tuple[tuple[str, str], list[tuple[str, str]]]] = {
    "not refused": (
        (boots.CHECKED, boots.NOT_CHECKED),
        [
            ("return-code", f"{CHECK}expected EACCES, saw 0"),
            (
                "audit-record",
                f"{CHECK}expected a record with hook=CHECK path=/tmp/script, saw none",
            ),
        ],
    ),
    "another errno": (
        ("end 8 13", "end 8 1"),
        [("return-code", f"{CHECK}expected EACCES, saw EPERM")],
    ),
    "another name": (
        ("hook=CHECK", "hook=MMAP"),
        [("audit-record", f"{CHECK}expected a record with hook=CHECK, saw hook=MMAP")],
    ),
    "no such field": (
        ("hook=CHECK", "gate=CHECK"),
        [("audit-record", f"{CHECK}expected a record with hook=CHECK, saw hook=(no such field)")],
    ),
    "another type": (
        ("record 1499", "record 1400"),
        [
            (
                "audit-record",
                f"{CHECK}expected a record with hook=CHECK path=/tmp/script, saw none",
            )
        ],
    ),
    "one more": (
        ("end 8 13", "record 1499 audit(17.041:6): hook=READ\nend 7 13"),
        [
            (
                "unexpected-record",
                f"{CHECK}expected no such record, saw type=1499 audit(17.041:6): hook=READ",
            )
        ],
    ),
    "silent log": (
        ("log gate: rules are closed to init\n", "log other\n"),
        [
            (
                "kernel-log",
                "step 3, write /sys/kernel/security/gate/rules allow all: expected"
                " 'gate: rules are closed' in the kernel log, saw other",
            )
        ],
    ),
    "other text": (
        ("data deny all", "data allow all"),
        [
            (
                "text",
                "step 1, read /sys/kernel/security/gate/rules: expected to read 'deny all',"
                " saw 'allow all'",
            )
        ],
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_step_that_is_wrong(name: str) -> None:
    (old, new), expected = WRONG[name]
    assert boots.WITH.count(old) == 1
    assert _faults(boots.WITH.replace(old, new), judge.after) == expected


def test_without_the_feature_no_record_may_be_there() -> None:
    rules = [rule for rule, _ in _faults(boots.WITH, judge.before)]
    assert rules == ["return-code", "unexpected-record"]


def test_what_fits_is_paired_before_what_is_nearest() -> None:
    """The record that fits may come second."""
    report = boots.WITH.replace(
        "begin 8\n", "begin 8\nrecord 1499 audit(1.0:4): hook=OPEN path=/tmp/script\n"
    )
    assert [rule for rule, _ in _faults(report, judge.after)] == ["unexpected-record"]


def test_only_what_is_wrong_with_the_set_up_is_a_precondition() -> None:
    report = boots.WITHOUT.replace("data deny all", "data allow all")
    found = judge.faults(SCENARIO, PLAN, heard.read(report, "4d2"), judge.after)
    assert [(f.rule, f.precondition) for f in found] == [
        ("text", True),
        ("return-code", False),
        ("audit-record", False),
    ]


def test_the_table_of_what_was_tried() -> None:
    base, head = heard.read(boots.WITHOUT, "4d2"), heard.read(boots.WITH, "4d2")
    assert [str(tried) for tried in judge.table(SCENARIO, PLAN, base, head)] == [
        "read /sys/kernel/security/gate/rules: base and series 0",
        "check /tmp/script: base 0; series EACCES (CHECK)",
        "write /sys/kernel/security/gate/rules allow all: base and series EPERM",
    ]
