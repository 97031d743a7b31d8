# SPDX-License-Identifier: GPL-2.0-or-later
"""Which tests hold a rule of a checker, and which of them break when the checker is spoiled."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import tomllib
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree

import snapshots
from verify_series.rules import rules

TESTS = Path(__file__).parent

#: Rules of ``audit`` alone, which no series is held to.
AUDIT = {"name-table": {"fallback", "intended"}}

#: The checkers that run other programs have no samples: rule to the test with its seeded fault.
SEEDED: Mapping[str, Mapping[str, str]] = {
    # All of checkpatch's types are one rule here: they are the script's own.
    "checkpatch": {"*": "test_checkpatch.py::test_findings_belong_to_their_patch"},
    "build": {
        "error": "test_build.py::test_an_error",
        "warning": "test_build.py::test_a_warning_that_no_option_turns_on",
        "output": "test_build.py::test_what_the_build_prints",
        "*": "test_build.py::test_new_and_old_warnings",
        "compiled-name": "test_build.py::test_a_name_in_the_wrong_place_as_compiled",
    },
    "boot": {
        "return-code": "test_boot.py::test_a_fault[return-code]",
        "audit-record": "test_boot.py::test_a_fault[audit-record]",
        "unexpected-record": "test_boot.py::test_a_fault[unexpected-record]",
        "kernel-log": "test_boot.py::test_a_fault[kernel-log]",
        "text": "test_boot.py::test_a_fault[text]",
        "feature-gone": "test_boot.py::test_a_series_that_takes_it_away",
    },
}


def seeded(checker: str) -> dict[str, set[str]]:
    """Rule to the tests that state a new finding of it; empty for a rule that has none."""
    found: dict[str, set[str]] = {r: set() for r in rules(checker).keys() - AUDIT.get(checker, ())}
    for rule, test in SEEDED.get(checker, {}).items():
        found[rule].add(test)
    for path in sorted(snapshots.SAMPLES.glob(f"{checker}/fail-*/sample.toml")):
        test = f"test_samples.py::test_sample[{checker}/{path.parent.name}]"
        for finding in tomllib.loads(path.read_text("utf-8")).get("findings", ()):
            if finding["state"] == "new":
                found.setdefault(finding["rule"], set()).add(test)
    return found


def broken(checker: str, what: str, tests: set[str]) -> tuple[set[str], set[str]]:
    """Those of ``tests`` that fail while ``what`` of the checker is spoiled, and the skipped."""
    argv = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "spoiled"]
    with tempfile.NamedTemporaryFile(suffix=".xml") as report:
        argv += [f"--spoil={checker}:{what}", f"--junitxml={report.name}", *sorted(tests)]
        done = subprocess.run(argv, cwd=TESTS, capture_output=True, text=True)
        if done.returncode not in (0, 1):
            raise RuntimeError(f"{done.stdout}\n{done.stderr}")
        ended = defaultdict(set)
        for case in ElementTree.parse(report.name).iter("testcase"):
            module = case.get("classname", "").rpartition(".")[2]
            for child in case:
                ended[child.tag].add(f"{module}.py::{case.get('name')}")
    return ended["failure"] | ended["error"], ended["skipped"]
