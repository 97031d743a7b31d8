# SPDX-License-Identifier: GPL-2.0-or-later
"""JUnit, Markdown, annotations and Patchwork checks, each read by what it is for, or like it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt

from reports import NASTY, NEW, hostile, report
from verify_series.model import Report, Status, Verdict
from verify_series.report import github, gitlab, junit, markdown, patchwork
from verify_series.report.formats import FORMATS, load
from verify_series.report.inert import printable

SKIPPED = [("ipe", "it needs a kernel tree")]
GONE = replace(report(Verdict.NONE, "the archive is away"), series=None, outcomes=())


@pytest.mark.parametrize("name", [name for name in FORMATS if name != "reply"])
def test_every_format_takes_every_report(name: str) -> None:
    for reports in ([], [report()], [GONE], [report(), GONE]):
        text = load(name).render(reports, SKIPPED, Verdict.FAIL)
        assert text == "" or text.endswith("\n")


def suites(*reports: Report) -> list[junit.ET.Element]:
    junitparser = pytest.importorskip("junitparser")
    text = junit.render(reports, SKIPPED, Verdict.FAIL)
    top = junitparser.JUnitXml.fromstring(text.encode())
    for suite in top:
        suite_tests, errors, failures = suite.tests, suite.errors, suite.failures
        suite.update_statistics()  # junitparser counts by itself
        assert (suite.tests, suite.errors, suite.failures) == (suite_tests, errors, failures)
    return list(junit.ET.fromstring(text))


def test_junit_has_a_case_a_check() -> None:
    first, last = suites(report())
    assert first.get("name") == "[PATCH v2 0/2] ipe: answer interpreters that ask about a script"
    cases = {str(case.get("name")): case for case in first}
    assert list(cases) == ["apply", "ipe: hooks", "lsm-hook", "docs", "checkpatch"]
    failure = cases["ipe: hooks"].find("failure")
    assert failure is not None
    assert failure.text == f"patch 1: {NEW}"
    skip = cases["lsm-hook"].find("skipped")
    assert skip is not None
    assert skip.get("message") == "untouched"
    assert cases["docs"].find("failure") is None
    assert [case.get("name") for case in last] == ["ipe"]


def test_junit_without_a_verdict() -> None:
    suite = suites(GONE)[0]
    assert suite.get("errors") == "1"
    broken = report(Verdict.NONE)
    outcomes = [replace(o, status=Status.ERROR, reason="no perl") for o in broken.outcomes]
    suite = suites(replace(broken, outcomes=tuple(outcomes)))[0]
    assert (suite.get("tests"), suite.get("errors")) == ("5", "5")


@pytest.mark.parametrize("nasty", NASTY)
def test_junit_is_inert(nasty: str) -> None:
    suite = suites(hostile(nasty))[0]
    assert {e.tag for e in suite.iter()} <= {
        *("testsuite", "testcase", "failure", "error", "skipped", "system-out"),
    }
    for element in suite.iter():
        for text in (element.text or "").split("\n"):
            assert text.isprintable()
        assert all(value.isprintable() for value in element.attrib.values())
    assert suite.get("name") == printable(nasty)


class Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.coded: list[str] = []
        self.plain: list[str] = []
        self._depth = 0
        self.feed(MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(text))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        assert not attrs or tag in ("th", "td"), (tag, attrs)
        if tag == "code":
            self._depth += 1
            self.coded.append("")

    def handle_endtag(self, tag: str) -> None:
        self._depth -= tag == "code"

    def handle_data(self, data: str) -> None:
        if self._depth:
            self.coded[-1] += data
        else:
            self.plain.append(data)


_TAGS = {"h2", "h3", "p", "code", "table", "thead", "tbody", "tr", "th", "td", "ul", "li", "strong"}


def test_markdown() -> None:
    page = Page(markdown.render([report()], SKIPPED, Verdict.FAIL))
    assert page.tags <= _TAGS
    assert NEW.message in page.coded
    assert "security/ipe/audit.c:19" in page.coded
    assert {"✅", "❌", "⚠️", "–"} <= {text.strip() for text in page.plain}
    whole = "".join(page.plain)
    for part in ("FAIL: ", "newer revision: v3", "exit 1: 1 new finding", "Fixed by the series"):
        assert part in whole, part


@pytest.mark.parametrize("nasty", NASTY)
def test_markdown_is_inert(nasty: str) -> None:
    page = Page(markdown.render([hostile(nasty)], [(nasty, nasty)], Verdict.FAIL))
    assert page.tags <= _TAGS
    assert printable(nasty) in page.coded
    assert not any(word in "".join(page.plain) for word in ("alert", "owned", "evil", "@all"))


#: The runner of GitHub Actions: "::name key=value,...::data", with % escapes.
_COMMAND = re.compile(r"::(error|warning|notice) ((?:[a-z]+=[^,:]*,?)+)::([^\r\n]*)")


def annotations(*reports: Report) -> list[tuple[str, dict[str, str], str]]:
    found = []
    for line in github.render(reports, SKIPPED, Verdict.FAIL).splitlines():
        match = _COMMAND.fullmatch(line)
        assert match, line
        assert line.isprintable()
        values = dict(pair.split("=", 1) for pair in match[2].split(","))
        assert values.keys() <= {"file", "line", "title"}
        found.append((match[1], values, match[3]))
    return found


def test_github() -> None:
    first, second = annotations(report())
    assert first == (
        "error",
        {"file": "security/ipe/audit.c", "line": "19", "title": "name-table/moved"},
        f"patch 1: {NEW.message}",
    )
    assert second[0] == "warning"
    assert annotations(GONE) == [("error", {"title": "verify-series"}, "the archive is away")]


@pytest.mark.parametrize("nasty", NASTY)
def test_github_is_inert(nasty: str) -> None:
    assert len(annotations(hostile(nasty))) == 2


def test_gitlab() -> None:
    twice = replace(report(), outcomes=report().outcomes * 2)
    entries = json.loads(gitlab.render([twice], SKIPPED, Verdict.FAIL))
    assert entries[0] == {
        "description": f"patch 1: {NEW.message}",
        "check_name": "name-table/moved",
        "fingerprint": entries[0]["fingerprint"],
        "severity": "major",
        "location": {"path": "security/ipe/audit.c", "lines": {"begin": 19}},
    }
    assert len({entry["fingerprint"] for entry in entries}) == len(entries) == 4


@pytest.mark.parametrize("nasty", NASTY)
def test_gitlab_is_inert(nasty: str) -> None:
    text = gitlab.render([hostile(nasty)], SKIPPED, Verdict.FAIL)
    assert text.isascii()
    for entry in json.loads(text):
        assert entry["description"].isprintable()
        assert entry["location"]["path"].isprintable()


@pytest.mark.parametrize("nasty", ["", *NASTY])
def test_patchwork(nasty: str) -> None:
    text = patchwork.render([hostile(nasty) if nasty else report()], SKIPPED, Verdict.FAIL)
    assert text.isascii()
    first, second = json.loads(text)
    assert {c["context"]: c["state"] for c in first["checks"]} == {
        "verify-series-apply": "success",
        "verify-series-name-table": "fail",
        "verify-series-docs": "success",
        "verify-series-checkpatch": "success",
    }
    assert {c["context"]: c["state"] for c in second["checks"]}["verify-series-checkpatch"] == (
        "warning"
    )
    for check in (*first["checks"], *second["checks"]):
        assert re.fullmatch(r"[-a-zA-Z0-9_]{1,255}", check["context"])
        assert check["description"].isprintable()
        assert len(check["description"]) <= 200


def test_patchwork_says_what_could_not_be_checked() -> None:
    broken = report(Verdict.NONE)
    outcomes = [replace(o, status=Status.ERROR, reason="no perl") for o in broken.outcomes[:1]]
    [first, _] = json.loads(
        patchwork.render([replace(broken, outcomes=tuple(outcomes))], [], Verdict.NONE)
    )
    assert first["checks"] == [
        {
            "state": "warning",
            "context": "verify-series-apply",
            "description": "could not be checked: no perl",
        }
    ]
