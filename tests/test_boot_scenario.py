# SPDX-License-Identifier: GPL-2.0-or-later
"""Scenarios as profiles declare them, and what they become for init."""

from __future__ import annotations

from typing import Any

import pytest

import boots
from snapshots import apply
from verify_series.boot.plan import make_plan
from verify_series.boot.scenario import File, parse
from verify_series.model import UserError


def test_a_scenario() -> None:
    scenario = parse(boots.table())
    assert (scenario.name, scenario.lsm) == ("gates are closed", "gate")
    assert scenario.feature == ("security/gate/hooks.c", "gate_check")
    assert scenario.record_types == {1499}
    assert File("/tmp/script", content="#!/init\n", executable=True) in scenario.files
    read, check, write = scenario.steps
    assert read.before == read.after
    assert read.after.text == "deny all"
    assert read.precondition
    assert (check.before.result, check.before.records) == ("0", ())
    assert check.after.records == ({"hook": "CHECK", "path": "/tmp/script"},)
    assert write.words == ("write", "/sys/kernel/security/gate/rules", "allow all")
    assert write.after.records is None
    assert write.after.log == ("gate: rules are closed",)


def test_an_errno_with_two_names() -> None:
    table = {**boots.table(), "step": [_step(both={"result": "EWOULDBLOCK"})], "feature": {}}
    assert parse(table).steps[0].after.result == "EAGAIN"


def test_the_feature_is_a_whole_word_of_a_file() -> None:
    scenario = parse(boots.table())
    path = "security/gate/hooks.c"
    series = apply({path: "int gate_checker;\n"}, {path: "int gate_check(void);\n"}, {})
    assert [scenario.has_feature(s) for s in series.snapshots] == [False, True, False]


def test_steps_for_init() -> None:
    plan = make_plan(parse(boots.table()), "4d2")
    assert plan.text.split("\n") == [
        "4d2",
        "mount\tproc\t/proc",
        "mount\tsysfs\t/sys",
        "mount\tsecurityfs\t/sys/kernel/security",
        "mount\ttmpfs\t/tmp",
        "copy\t/copies/0\t/tmp/script\t755",
        "read\t/sys/kernel/security/lsm",
        "read\t/sys/kernel/security/gate/rules",
        "check\t/tmp/script",
        "write\t/sys/kernel/security/gate/rules\tallow all",
        "",
    ]
    assert plan.number(0) == 7


def test_a_file_that_is_empty_is_compared_as_well() -> None:
    same = _step(do="read /x", both={"result": "0", "same-as": "rules"})
    table = {**boots.table(), "step": [same], "feature": {}, "build-files": {"rules": "\n"}}
    assert parse(table).steps[0].after.text == ""


def _step(**changes: Any) -> dict[str, Any]:
    return {"do": "open /x", "both": {"result": "0"}, **changes}


MISTAKES: dict[str, tuple[dict[str, Any], str]] = {
    "unknown key": ({"stepp": []}, "unknown key 'stepp' (did you mean step?)"),
    "no name": ({"name": ""}, "name must be a text that is not empty"),
    "no step": ({"step": []}, "there is no [[boot.step]]: nothing would be tried"),
    "type of a record": (
        {"record-types": ["AVC"]},
        "record-types must be numbers in quotes, such as \"1400\", not 'AVC'",
    ),
    "port": (
        {"step": [_step(do="ioperm eighty")]},
        "step 1: do = 'ioperm eighty': 'eighty' is no port, such as 0x80",
    ),
    "port that is too high": (
        {"step": [_step(do="ioperm 0x10000")]},
        "step 1: do = 'ioperm 0x10000': '0x10000' is no port, such as 0x80",
    ),
    "build file": (
        {"config": 'CONFIG_A="@b@"\n', "build-files": {"rules": "x"}},
        "config speaks of @b@, which is not in build-files",
    ),
    "name of a build file": (
        {"build-files": {"../rules": "x"}},
        "build-files: '../rules' is no plain name",
    ),
    "mount point": ({"mounts": {"ram": "ramfs"}}, "mounts: 'ram' is no absolute path"),
    "feature": ({"feature": {"file": "a.c"}}, "word is missing"),
    "no feature": (
        {"feature": {}},
        "before and after need a feature: which word in which file makes it one",
    ),
    "feature of no use": (
        {"step": [_step()]},
        "with a feature, some step must differ between before and after",
    ),
    "our own file": (
        {"file": [{"path": "/init", "program": True}]},
        "file 1: /init is verify-series' own",
    ),
    "file without content": (
        {"file": [{"path": "/x"}]},
        "file 1: give one of content, program and device",
    ),
    "device": (
        {"file": [{"path": "/x", "device": "c 1 1"}]},
        'file 1: device must be the numbers of a character device, such as "1 1"',
    ),
    "device elsewhere": (
        {"file": [{"path": "/tmp/x", "device": "1 1"}]},
        "file 1: a device can be in the initramfs only, not at /tmp/x",
    ),
    "action": (
        {"step": [_step(do="run /x")]},
        "step 1: do = 'run /x': there is no such action (there are: check, execute,",
    ),
    "arguments": ({"step": [_step(do="write /x")]}, "step 1: do = 'write /x': write write PATH"),
    "quotes": ({"step": [_step(do="open '/x")]}, 'step 1: do = "open \'/x": No closing quotation'),
    "relative path": ({"step": [_step(do="open x/../y")]}, "step 1: do = 'open x/../y': 'x/../y'"),
    "lines": ({"step": [_step(do="write /x 'a\nb'")]}, "TEXT must be a text in one line"),
    "both and after": (
        {"step": [_step(after={"result": "0"})]},
        "step 1: give either both, or before and after",
    ),
    "before alone": (
        {"step": [{"do": "open /x", "before": {"result": "0"}}]},
        "step 1: before and after need each other",
    ),
    "precondition": (
        {
            "step": [
                {
                    "do": "open /x",
                    "precondition": True,
                    "before": {"result": "0"},
                    "after": {"result": "EPERM"},
                }
            ]
        },
        "step 1: a precondition is the same before and after: give both",
    ),
    "type of a key": (
        {"step": [_step(precondition="yes")]},
        "step 1: precondition must be true or false",
    ),
    "result": (
        {"step": [_step(both={"result": "EDENIED"})]},
        'step 1: result = \'EDENIED\': give "0" or a name such as "EACCES"',
    ),
    "text": (
        {"step": [_step(both={"result": "0", "text": "x"})]},
        'step 1: text and same-as belong to a read with result = "0"',
    ),
    "same as": (
        {"step": [_step(do="read /x", both={"result": "0", "same-as": "x"})]},
        "step 1: same-as = 'x' is not in build-files",
    ),
    "records": (
        {"record-types": [], "step": [_step(both={"result": "0", "records": []})]},
        "step 1: records need record-types: the numbers of the audit records that count",
    ),
    "field": (
        {"step": [_step(both={"result": "0", "records": [{"pid": 1}]})]},
        "step 1: a record is a table of fields, each a text",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake(name: str) -> None:
    changes, message = MISTAKES[name]
    with pytest.raises(UserError) as caught:
        parse({**boots.table(), **changes})
    assert message in str(caught.value)
