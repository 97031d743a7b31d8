# SPDX-License-Identifier: GPL-2.0-or-later
"""Real kernel trees and real mails, where ../shared (or VERIFY_SERIES_SHARED) has them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from mails import read_mails
from public_inbox import MISSING, public_inbox
from repos import without

TOP = Path(__file__).parents[2]
SHARED = Path(os.environ.get("VERIFY_SERIES_SHARED", TOP.parent / "shared"))
LORE = SHARED / "lore"
SCHEMA = json.loads((TOP / "Documentation" / "report.schema.json").read_text("utf-8"))
IPE_V3 = "20251105232615.720861-1-yanzhuhuang@linux.microsoft.com"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if not (SHARED / "bin" / "kernel-tree").exists():
        reason = f"no real trees and mails: {SHARED} does not exist"
        for item in items:
            item.add_marker(pytest.mark.skip(reason=reason))


_ENVIRONMENT = dict(os.environ)  # as it is before any test has a home of its own


def kernel(version: str) -> Path:
    argv = [SHARED / "bin" / "kernel-tree", version]
    done = subprocess.run(argv, env=_ENVIRONMENT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"no kernel {version}: {done.stderr.strip().splitlines()[-1]}")
    return Path(done.stdout.strip().splitlines()[-1])


@pytest.fixture(scope="session")
def linux_7_2() -> Path:
    return kernel("7.2")


@pytest.fixture(scope="session")
def linux_6_12() -> Path:
    return kernel("6.12")


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cache for the session, as a user has one."""
    return tmp_path_factory.mktemp("cache")


def write_mbox(path: Path, mails: list[bytes]) -> Path:
    quoted = [re.sub(rb"(?m)^(>*From )", rb">\1", mail) for mail in mails]
    head = b"From mboxrd@z Thu Jan  1 00:00:00 1970\n"
    path.write_bytes(b"".join(head + mail.rstrip(b"\n") + b"\n\n" for mail in quoted))
    return path


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """All of the mails, served by a real public-inbox."""
    if MISSING:
        pytest.skip(MISSING)
    mails = {mail: None for mbox in sorted(LORE.glob("*.mbox")) for mail in read_mails(mbox)}
    with public_inbox(list(mails), tmp_path_factory.mktemp("inbox")) as url:
        yield url


@pytest.fixture(scope="session")
def before_v3(linux_7_2: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """7.2 without the IPE series: a repository over the same objects, its HEAD one commit on."""
    folder = tmp_path_factory.mktemp("trees") / "before-v3.git"
    return without(linux_7_2, read_mails(LORE / "ipe-script-enforcement-v3.mbox"), folder)


@dataclass(frozen=True)
class Result:
    """What a run said. ``findings`` are the new ones: (checker, rule, path, line, patch)."""

    code: int
    out: str
    err: str
    report: dict[str, Any]

    @property
    def statuses(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for outcome in self.report["outcomes"]:
            found.setdefault(outcome["checker"], set()).add(outcome["status"])
        return found

    @property
    def findings(self) -> list[tuple[str, str, str, int, int]]:
        return [
            (o["checker"], f["rule"], f["path"], f["line"], f["patch"])
            for o in self.report["outcomes"]
            for f in o["findings"]
            if f["state"] == "new" and f["severity"] in self.report["gates"]
        ]


def verify(*args: str | Path, cache: Path, cwd: Path) -> Result:
    """Run the command in a process of its own."""
    out = cwd / "report.json"
    done = subprocess.run(
        [sys.executable, "-m", "verify_series", *map(str, args), "--json", str(out)],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(TOP / "tools"), "XDG_CACHE_HOME": str(cache)},
        capture_output=True,
        text=True,
        check=False,
    )
    report = json.loads(out.read_text()) if out.exists() else {}
    if report:
        jsonschema.validate(report, SCHEMA)
    return Result(done.returncode, done.stdout, done.stderr, report)
