# SPDX-License-Identifier: GPL-2.0-or-later
"""The manual, verified with our own docs check as a series that brings all of it."""

from __future__ import annotations

import snapshots
from test_cli import TOP
from verify_series.checkers import docs
from verify_series.model import Document, Severity

MANUAL = TOP / "Documentation"


def manual() -> dict[str, bytes]:
    files = (path for path in MANUAL.rglob("*") if path.is_file() and "_build" not in path.parts)
    return {str(path.relative_to(TOP)): path.read_bytes() for path in files}


def test_the_manual_passes_its_own_check() -> None:
    after = manual()
    base = {
        "Documentation/conf.py": after["Documentation/conf.py"],
        "Documentation/index.rst": b"Manual\n======\n",
    }
    examined = docs.run(snapshots.apply(base, after), docs.parse({}))
    documents = {path for path in after if path.endswith(".rst")}
    # Paths of the kernel's documentation, which the manual speaks of, are not there: warnings.
    assert {f.rule for f in examined.findings} <= {"path-missing"}
    assert not [f for f in examined.findings if f.severity is Severity.ERROR]
    assert examined.count == len(documents)
    assert {e.path for e in examined.exhibits if isinstance(e, Document)} == documents


def test_a_fault_in_the_manual_is_found() -> None:
    before = manual()
    usage = before["Documentation/usage.rst"] + b"\nSee :doc:`nowhere`.\n"
    after = {**before, "Documentation/usage.rst": usage}
    [finding] = docs.run(snapshots.apply(before, after), docs.parse({})).findings
    assert finding.rule == "unknown-document"
