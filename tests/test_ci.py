# SPDX-License-Identifier: GPL-2.0-or-later
"""The configurations of Documentation/ci: valid, and their commands do what they are for."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
import yaml

from repos import Repo
from test_cli import SAMPLE, TOP, split

CI = TOP / "Documentation" / "ci"


def commit(repo: Repo, name: str, tmp_path: Path) -> None:
    """The patches of one of the sample's mboxes."""
    for mail in split(SAMPLE / name)[1:]:
        (tmp_path / "mail").write_text(mail)
        repo.git("am", "-q", str(tmp_path / "mail"))


@pytest.fixture
def work(repo: Repo, tmp_path: Path) -> Repo:
    """The miniature tree, and the broken sample as commits of the branch topic."""
    tree = SAMPLE / "tree"
    files = {str(p.relative_to(tree)): p.read_text() for p in tree.rglob("*") if p.is_file()}
    repo.commit(files, "miniature")
    repo.git("branch", "base")
    repo.git("checkout", "-q", "-b", "topic")
    commit(repo, "broken.mbox", tmp_path)
    program = tmp_path / "bin" / "verify-series"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m verify_series "$@"\n')
    program.chmod(0o755)
    return repo


def environment(tmp_path: Path, **more: str) -> dict[str, str]:
    path = f"{tmp_path / 'bin'}:{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "PYTHONPATH": str(TOP / "tools"), **more}


def shell(script: str, repo: Repo, tmp_path: Path, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-e", "-c", script],
        cwd=repo.folder,
        env=environment(tmp_path, **more),
        capture_output=True,
        text=True,
        check=False,
    )


def schema(name: str, content: Any) -> None:
    """The schema of the service, as check-jsonschema carries it."""
    pytest.importorskip("check_jsonschema")
    jsonschema = pytest.importorskip("jsonschema")
    from importlib.resources import files

    text = files("check_jsonschema.builtin_schemas.vendor").joinpath(name).read_text("utf-8")
    if name.startswith("github"):
        content = {("on" if key is True else key): value for key, value in content.items()}
    known = json.loads(text)
    jsonschema.validators.validator_for(known)(known).validate(content)


def test_github(work: Repo, tmp_path: Path) -> None:
    content = yaml.safe_load((CI / "github.yml").read_text("utf-8"))
    schema("github-workflows.json", content)
    [script] = [s["run"] for s in content["jobs"]["verify"]["steps"] if s.get("name") == "Verify"]
    summary = tmp_path / "summary"
    more = {"BASE": "base", "GITHUB_STEP_SUMMARY": str(summary), "GITHUB_ACTIONS": "true"}
    done = shell(script, work, tmp_path, **more)
    assert done.returncode == 1, done.stderr
    assert "\n::error file=security/ipe/audit.c,line=19,title=name-table/moved::" in done.stdout
    assert summary.read_text().startswith("## FAIL: ")
    results = json.loads((work.folder / "verify-series.sarif").read_text())["runs"][0]["results"]
    assert len(results) == 3
    assert "<!DOCTYPE html>" in (work.folder / "verify-series.html").read_text()


def test_gitlab(work: Repo, tmp_path: Path) -> None:
    content = yaml.safe_load((CI / "gitlab.yml").read_text("utf-8"))
    schema("gitlab-ci.json", content)
    job = content["verify-series"]
    base = work.git("rev-parse", "base").strip()
    done = shell("\n".join(job["script"]), work, tmp_path, CI_MERGE_REQUEST_DIFF_BASE_SHA=base)
    assert done.returncode == 1, done.stderr
    reports = job["artifacts"]["reports"]
    assert len(json.loads((work.folder / reports["codequality"]).read_text())) == 3
    assert ET.parse(work.folder / reports["junit"]).getroot().tag == "testsuites"
    assert (work.folder / job["artifacts"]["paths"][0]).exists()


def test_pre_push(work: Repo, tmp_path: Path) -> None:
    other = tmp_path / "other.git"
    work.git("init", "-q", "--bare", str(other))
    work.git("remote", "add", "origin", str(other))
    work.git("push", "-q", "origin", "base:master")
    work.git("fetch", "-q", "origin")
    hook = work.folder / ".git" / "hooks" / "pre-push"
    hook.parent.mkdir(exist_ok=True)
    hook.write_bytes((CI / "pre-push").read_bytes())
    hook.chmod(0o755)

    def push(*args: str) -> subprocess.CompletedProcess[str]:
        return shell(f"git push -q origin {' '.join(args)}", work, tmp_path)

    done = push("topic")
    assert done.returncode == 1
    assert "exit 1: 3 new findings" in done.stderr
    assert work.git("ls-remote", "origin", "topic") == ""
    work.git("reset", "-q", "--hard", "base")
    commit(work, "series.mbox", tmp_path)
    done = push("topic")
    assert done.returncode == 0, done.stderr
    assert "exit 0: verified, nothing new" in done.stderr
    assert push("--delete", "topic").returncode == 0
