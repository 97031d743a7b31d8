# SPDX-License-Identifier: GPL-2.0-or-later
"""The command as a user runs it, in a process of its own, on the embedded sample."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from repos import Repo, fingerprint

TOP = Path(__file__).parent.parent
SAMPLE = TOP / "patches" / "sample"
SCHEMA = json.loads((TOP / "Documentation" / "report.schema.json").read_text("utf-8"))


def start(*args: str | Path, cwd: Path, **env: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "verify_series", *map(str, args)],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(TOP / "tools"), **env},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(
    *args: str | Path, cwd: Path, stdin: str = "", **env: str
) -> subprocess.CompletedProcess[str]:
    with start(*args, cwd=cwd, **env) as process:
        out, err = process.communicate(stdin)
    if "--json" in args and process.returncode in (0, 1):
        file = cwd / args[args.index("--json") + 1]
        pytest.importorskip("jsonschema").validate(json.loads(file.read_text()), SCHEMA)
    return subprocess.CompletedProcess(args, process.returncode, out, err)


def split(mbox: Path) -> list[str]:
    """The mails of one of the sample's mboxes, the cover letter first."""
    return re.split(r"(?m)^From mboxrd@z .*\n", mbox.read_text())[1:]


def statuses(file: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for outcome in json.loads(file.read_text())["outcomes"]:
        found.setdefault(outcome["checker"], []).append(outcome["status"])
    return found


@pytest.fixture
def linux(repo: Repo) -> Repo:
    """The sample's miniature tree as a git repository, with a worktree and an untidy state."""
    for path in sorted((SAMPLE / "tree").rglob("*")):
        if path.is_file():
            target = repo.folder / path.relative_to(SAMPLE / "tree")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    repo.commit({}, "miniature")
    (repo.folder / "README").write_text("edited, not committed\n")
    (repo.folder / "untracked").write_text("mine\n")
    repo.git("stash", "list")
    return repo


def test_the_sample_passes(tmp_path: Path) -> None:
    done = run("sample", "-q", "--json", "out.json", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[0].startswith("PASS: ipe: answer interpreters")
    assert done.stdout.splitlines()[-1] == "exit 0: verified, nothing new"
    assert statuses(tmp_path / "out.json") == {
        "apply": ["PASS"],
        "name-table": ["PASS", "PASS", "PASS", "SKIP"],
        "lsm-hook": ["PASS", "PASS"],
        "docs": ["PASS"],
        "checkpatch": ["SKIP"],
    }


def test_the_broken_sample_names_both_faults(tmp_path: Path) -> None:
    done = run("sample-broken", "--json", "out.json", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1].startswith("exit 1: ")
    found = {
        (outcome["checker"], finding["path"], finding["line"], finding["patch"])
        for outcome in json.loads((tmp_path / "out.json").read_text())["outcomes"]
        for finding in outcome["findings"]
    }
    assert ("name-table", "security/ipe/audit.c", 19, 1) in found
    assert ("docs", "Documentation/admin-guide/LSM/ipe.rst", 15, 2) in found
    text = " ".join(done.stdout.split())
    assert 'security/ipe/audit.c:19: "MMAP" stands at index 1, where ipe_hook_type has' in text
    assert "Documentation/admin-guide/LSM/ipe.rst:15: unknown document:" in text


def test_without_a_series_all_manifests_that_can_be(tmp_path: Path) -> None:
    done = run(cwd=tmp_path)
    assert done.returncode == 0
    assert "SKIP: ipe-script-enforcement: it needs a kernel tree (give --tree DIR" in done.stdout
    assert done.stdout.splitlines()[-1] == "exit 0: 1 pass, 0 fail, 0 no verdict, 1 skipped"


@pytest.mark.parametrize("form", ["mbox", "mail", "stdin", "maildir"])
def test_where_mails_come_from(tmp_path: Path, form: str) -> None:
    series = SAMPLE / "series.mbox"
    mails = split(series)
    (tmp_path / "tree").symlink_to(SAMPLE / "tree")
    options = ["--tree", "tree", "--only", "name-table", "-q"]
    if form == "mbox":
        done = run(series, *options, cwd=tmp_path)
    elif form == "stdin":
        done = run("-", *options, cwd=tmp_path, stdin=series.read_text())
    elif form == "maildir":
        for name in ("cur", "new", "tmp"):
            (tmp_path / "box" / name).mkdir(parents=True)
        for number, mail in enumerate(mails):
            (tmp_path / "box" / "new" / f"{number}").write_text(mail)
        done = run("box", *options, cwd=tmp_path)
    else:
        alone = mails[1].replace("[PATCH 1/2]", "[PATCH]")
        (tmp_path / "one.eml").write_text(alone)
        done = run("one.eml", *options, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == "exit 0: verified, nothing new"


def test_picked_patches_are_said(tmp_path: Path) -> None:
    done = run("sample", "-P", "1", "--only", "name-table", cwd=tmp_path)
    assert done.returncode == 0
    assert "only 1 of 2 patches, as picked" in done.stdout


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["smaple"], "is no file, message-id or URL, and no manifest of that name"),
        (["x@example.org"], "it needs a kernel tree (give --tree DIR, or set KERNEL_TREE)"),
        (["series.mbox", "--tree", "nowhere"], "no such tree: "),
        (["sample", "--base", "v99"], "has no commit v99"),
        (["sample", "-v", "7"], "holds v1, not v7"),
        (["sample", "-P", "9"], "'9' picks patches that are not there: the series has 2"),
        (["notes.txt", "--tree", "tree"], "notes.txt cannot be read"),
        (["sample", "--json", "no/such/folder/x.json"], "cannot write no/such/folder/x.json"),
        (["sample", "--json", "tree"], "cannot write tree"),
        (["empty", "--tree", "tree"], "empty is empty"),
    ],
)
def test_bad_input_is_one_sentence(tmp_path: Path, args: list[str], said: str) -> None:
    (tmp_path / "tree").symlink_to(SAMPLE / "tree")
    (tmp_path / "series.mbox").write_bytes((SAMPLE / "series.mbox").read_bytes())
    (tmp_path / "notes.txt").write_text("no mail at all\n")
    (tmp_path / "empty").touch()
    done = run(*args, "-q", cwd=tmp_path)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    message = " ".join((done.stderr or done.stdout).split())
    assert said in message
    if not done.stdout:
        assert done.stderr.startswith("verify-series: ")
        assert len(done.stderr.splitlines()) == 1


def test_a_crash_is_no_verdict(tmp_path: Path) -> None:
    """Python itself would end with 1, which says that there are new findings."""
    code = "from verify_series import cli, main; cli.command = lambda argv: 1 // 0; main.main()"
    argv, env = [sys.executable, "-c", code], {**os.environ, "PYTHONPATH": str(TOP / "tools")}
    done = subprocess.run(argv, cwd=tmp_path, env=env, capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.endswith("verify-series: it crashed, no verdict (please report this)\n")


def test_without_git(tmp_path: Path) -> None:
    done = run("sample", cwd=tmp_path, PATH=str(tmp_path))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "verify-series: git is not installed, or not in PATH (install git)\n"


def test_a_conflict_is_no_verdict_with_a_report(tmp_path: Path, linux: Repo) -> None:
    linux.commit({"security/ipe/audit.c": "/* rewritten */\n"}, "later")
    series = SAMPLE / "series.mbox"
    done = run(series, "--tree", linux.folder, "--json", "out.json", cwd=tmp_path)
    assert done.returncode == 2
    text = " ".join(done.stdout.split())
    assert "does not apply: security/ipe/audit.c, hunk 1 of 1 at line 16: git says" in text
    content = json.loads((tmp_path / "out.json").read_text())
    assert (content["verdict"], content["outcomes"][0]["status"]) == ("none", "ERROR")
    assert content["outcomes"][0]["notes"][0] == "base-commit: none given"


@pytest.mark.parametrize("name", ["name-table", "lsm-hook", "docs", "checkpatch"])
def test_explain(tmp_path: Path, name: str) -> None:
    done = run("--explain", name, cwd=tmp_path)
    assert done.returncode == 0
    assert "\nBad" in done.stdout
    assert "\nGood" in done.stdout


def test_the_users_repository_stays_as_it_is(tmp_path: Path, linux: Repo) -> None:
    before = fingerprint(linux.folder)
    hostile = {"GIT_DIR": str(linux.folder / ".git"), "GIT_INDEX_FILE": "index"}
    done = run(SAMPLE / "series.mbox", "--tree", linux.folder, cwd=linux.folder, **hostile)
    assert done.returncode == 0
    assert fingerprint(linux.folder) == before
    # And again, where the tree has the series already.
    linux.git("checkout", "-q", "--", "README")
    for number, mail in enumerate(split(SAMPLE / "series.mbox")[1:]):
        (tmp_path / f"{number}.mail").write_text(mail)
        linux.git("am", "-q", str(tmp_path / f"{number}.mail"))
    before = fingerprint(linux.folder)
    done = run(SAMPLE / "series.mbox", cwd=linux.folder, KERNEL_TREE=".")
    assert done.returncode == 0
    assert "rewound by 2" in done.stdout
    assert fingerprint(linux.folder) == before


@pytest.mark.parametrize(
    ("number", "after"),
    [(signal.SIGINT, 0.15), (signal.SIGINT, 0.9), (signal.SIGTERM, 0.6), (signal.SIGKILL, 0.6)],
)
def test_interrupted(
    tmp_path: Path, linux: Repo, hermetic: Path, number: signal.Signals, after: float
) -> None:
    before = fingerprint(linux.folder)
    process = start(SAMPLE / "series.mbox", "--tree", linux.folder, cwd=tmp_path)
    time.sleep(after)
    process.send_signal(number)
    _, err = process.communicate()
    assert fingerprint(linux.folder) == before
    runs = hermetic / ".cache" / "verify-series" / "runs"
    if number is not signal.SIGKILL:
        # It may have ended; or not have begun, when Python shows where it was.
        if "Traceback" not in err or "in main" in err:
            assert process.returncode in (0, 130, -number), err
            assert "Traceback" not in err
        assert not list(runs.glob("run-*"))
    # What a killed run left is gone after the next one, which gives the same verdict.
    again = run(SAMPLE / "series.mbox", "--tree", linux.folder, cwd=tmp_path)
    assert again.returncode == 0
    assert not list(runs.glob("run-*"))
