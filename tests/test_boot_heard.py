# SPDX-License-Identifier: GPL-2.0-or-later
"""Init's report, whole and broken."""

from __future__ import annotations

import pytest

import boots
from verify_series.boot.heard import read, require_complete
from verify_series.boot.plan import make_plan
from verify_series.boot.scenario import parse
from verify_series.model import CheckError

PLAN = make_plan(parse(boots.table()), "4d2")


def test_a_report() -> None:
    heard = read(boots.WITH, "4d2")
    require_complete(heard, PLAN)
    assert heard.last == 9
    assert heard.done[7].text == "deny all\n"
    assert heard.done[8].result == 13
    (record,) = heard.done[8].records
    assert record.type == 1499
    assert record.fields["hook"] == "CHECK"
    assert record.fields["path"] == "/tmp/script"
    assert record.fields["rule"] == "deny all"
    assert heard.done[9].log == ["gate: rules are closed to init"]


BROKEN: dict[str, tuple[str, str]] = {
    "empty": ("", "truncated: init's report breaks off before its last line"),
    "no last line": (
        boots.WITH.replace("done 4d2\n", ""),
        "truncated: init's report breaks off before its last line",
    ),
    "the nonce of another run": (
        boots.WITH.replace("done 4d2", "done 4d3"),
        "truncated: init's report breaks off before its last line",
    ),
    "half of the last line": (
        boots.WITH[:-2],
        "truncated: init's report breaks off before its last line",
    ),
    "a step is not there": (
        boots.WITH.replace(boots.READ, ""),
        "truncated: init's report says nothing of: read /sys/kernel/security/gate/rules",
    ),
    "a step has no end": (
        boots.WITH.replace("end 9 1\n", ""),
        "truncated: init's report says nothing of: write /sys/kernel/security/gate/rules allow all",
    ),
    "lost records": (
        boots.WITH.replace("lost 0", "lost 3"),
        "lost records: the kernel dropped 3 audit records",
    ),
    "no word of lost records": (
        boots.WITH.replace("lost 0\n", ""),
        "lost records: the audit subsystem did not answer",
    ),
    "no audit": (
        boots.WITH.replace("begin 1\n", "unaudited 93\nbegin 1\n").replace("lost 0\n", ""),
        "lost records: the audit subsystem did not answer (EPROTONOSUPPORT)",
    ),
    "a mount failed": (
        boots.WITH.replace("end 4 0\n", "end 4 19\n"),
        "set-up: mount tmpfs /tmp failed: No such device",
    ),
    "the module was not started": (
        boots.WITH.replace("capability,gate", "capability,gateway"),
        "set-up: the kernel did not start gate, only capability,gateway",
    ),
    "no steps": ("unreadable 2\n", "init could not read its steps (ENOENT)"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_report(name: str) -> None:
    report, message = BROKEN[name]
    with pytest.raises(CheckError) as caught:
        require_complete(read(report, "4d2"), PLAN)
    assert str(caught.value) == message
