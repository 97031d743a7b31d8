# SPDX-License-Identifier: GPL-2.0-or-later
"""The JSON report against the schema of the manual, and back."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reports import MILD, NASTY, NEW, SERIES, hostile, report
from verify_series.model import Report, UserError, Verdict
from verify_series.report import jsonfile, text
from verify_series.report.reading import read

jsonschema = pytest.importorskip("jsonschema")
SCHEMA = json.loads(
    (Path(__file__).parent.parent / "Documentation" / "report.schema.json").read_text("utf-8")
)


def rendered(*reports: Report, skipped: tuple[tuple[str, str], ...] = ()) -> Any:
    written = jsonfile.render(reports, skipped, Verdict.FAIL)
    assert written.isascii()
    content = json.loads(written)
    jsonschema.Draft202012Validator(SCHEMA).validate(content)
    return content


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_what_scripts_need() -> None:
    content = rendered(report())
    assert (content["verdict"], content["exit_code"]) == ("fail", 1)
    assert content["series"]["message_id"] == "20260105.0@example.org"
    assert content["base"]["rewound"] == 2
    assert [o["checker"] for o in content["outcomes"]] == [
        "apply",
        "name-table",
        "lsm-hook",
        "docs",
        "checkpatch",
    ]
    table = content["outcomes"][1]
    assert {"check", "status", "examined", "seconds", "command"} <= table.keys()
    assert table["findings"] == [
        {
            "rule": "moved",
            "severity": "error",
            "path": "security/ipe/audit.c",
            "line": 19,
            "message": NEW.message,
            "identity": NEW.message,
            "patch": 1,
            "state": "new",
        }
    ]


def test_several_series() -> None:
    content = rendered(report(), skipped=(("ipe", "it needs a tree"),))
    assert [r["verdict"] for r in content["reports"]] == ["fail"]
    assert content["skipped"] == [{"name": "ipe", "reason": "it needs a tree"}]


def test_without_a_series() -> None:
    gone = replace(report(Verdict.NONE, "why"), series=None, base=None, outcomes=())
    assert rendered(gone)["series"] is None
    assert read(jsonfile.render([gone], [], Verdict.NONE), "x") == (gone,)


@pytest.mark.parametrize("nasty", NASTY)
def test_hostile_words_come_back_as_they_were(nasty: str) -> None:
    made = hostile(nasty)
    rendered(made)
    assert comparable(read(jsonfile.keep(made), "x")[0]) == comparable(made)


def comparable(made: Report) -> Report:
    """With the identity of findings written out, as it is in the file."""
    outcomes = tuple(
        replace(o, findings=tuple(replace(f, identity=f.key) for f in o.findings))
        for o in made.outcomes
    )
    return replace(made, outcomes=outcomes)


def test_a_kept_report_has_its_mails_and_keeps_the_schema() -> None:
    patches = tuple(replace(p, mail=b"From: x\n\xff\x00") for p in SERIES.patches)
    made = replace(report(), series=replace(SERIES, patches=patches))
    kept = jsonfile.keep(made)
    jsonschema.Draft202012Validator(SCHEMA).validate(json.loads(kept))
    assert read(kept, "x")[0].series == made.series


def test_what_a_kept_report_shows_is_what_the_run_showed() -> None:
    """0.03496 s is 0.03 in text; kept as 0.035 it would be 0.04."""
    made = report()
    made = replace(made, outcomes=tuple(replace(o, seconds=0.03496) for o in made.outcomes))
    assert "0.03 s" in text.render(made)
    back = read(jsonfile.keep(made), "x")[0]
    assert text.render(back) == text.render(made)


def test_reading_several() -> None:
    both = (report(), report(Verdict.PASS))
    back = read(jsonfile.render(both, [("a", "b")], Verdict.FAIL), "x")
    assert [r.verdict for r in back] == [Verdict.FAIL, Verdict.PASS]
    assert back[0].outcomes[-1].findings[0].message == MILD.message


@pytest.mark.parametrize("bad", ["", "[]", "{}", '"text"', '{"format": 1}', "\x00", "[1, 2]"])
def test_what_is_no_report(bad: str) -> None:
    with pytest.raises(UserError, match=r"x\.json is no report"):
        read(bad, "x.json")


def test_another_format() -> None:
    with pytest.raises(UserError, match="has format 7, which this verify-series does not read"):
        read('{"format": 7}', "x.json")
