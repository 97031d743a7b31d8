# SPDX-License-Identifier: GPL-2.0-or-later
"""The profiles of checks/, and the example of its README."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from snapshots import apply
from verify_series.boot import scenario
from verify_series.checkers import load, name_table
from verify_series.profile import read_profile

CHECKS = Path(__file__).parents[1] / "checks"


@pytest.mark.parametrize("path", sorted(CHECKS.glob("*.toml")), ids=lambda path: path.stem)
def test_profiles_can_be_read(path: Path) -> None:
    profile = read_profile(path)
    assert profile.checks
    assert len({check.name for check in profile.checks}) == len(profile.checks)
    for check in profile.checks:
        assert profile.concerns([getattr(check.spec, "table_file", profile.paths[0])])


def test_ipe() -> None:
    profile = read_profile(CHECKS / "ipe.toml")
    assert [(check.checker, check.name) for check in profile.checks] == [
        ("name-table", "ipe: audit_hook_names"),
        ("name-table", "ipe: audit_op_names"),
        ("name-table", "ipe: audit_prop_names"),
        ("lsm-hook", "ipe: security/ipe"),
        ("build", "ipe: build"),
        ("boot", "ipe: scripts are checked"),
    ]


def test_the_example_of_the_readme() -> None:
    text = (CHECKS / "README.md").read_text("utf-8")
    entry = tomllib.loads(text.split("```toml\n")[1].split("```")[0])["name-table"][0]
    header = "enum gate_hook { GATE_HOOK_OPEN, __GATE_HOOK_MAX };\n"
    table = 'const char *gate_hook_names[__GATE_HOOK_MAX] = { "OPEN" };\n'
    base = {entry["enum-file"]: header, entry["table-file"]: table}
    series = apply(base, {**base, entry["table-file"]: f"\n{table}"})
    examined = name_table.run(series, name_table.parse(entry))
    assert (examined.count, examined.findings) == (1, ())


@pytest.mark.parametrize("name", ["name-table", "lsm-hook"])
def test_every_key_and_rule_is_explained(name: str) -> None:
    text = (CHECKS / "README.md").read_text("utf-8")
    section = text.split(f"## `[[{name}]]`")[1].split("\n## ")[0]
    checker = load(name)
    for field in checker.Spec.__dataclass_fields__:  # type: ignore[attr-defined]
        assert f"`{field.replace('_', '-')}`" in section
    samples = CHECKS.parent / "tests" / "samples" / name
    rules = {
        finding["rule"]
        for path in samples.glob("*/sample.toml")
        for finding in tomllib.loads(path.read_text("utf-8")).get("findings", [])
    }
    for rule in rules:
        assert f"``{rule}``" in (checker.__doc__ or "")


def test_every_key_of_boot_is_explained() -> None:
    section = (CHECKS / "README.md").read_text("utf-8").split("## `[[boot]]`")[1].split("\n## ")[0]
    tables = (scenario._Table, scenario._StepTable, scenario._ExpectedTable, scenario.File)
    keys = {field.replace("_", "-") for table in tables for field in table.__dataclass_fields__}
    missing = keys - set(re.findall(r"[\w-]+", section))
    assert (missing, set(scenario.ACTIONS) - set(re.findall(r"\w+", section))) == (set(), set())
