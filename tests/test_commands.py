# SPDX-License-Identifier: GPL-2.0-or-later
"""list, show, diff and doctor, and commits of the user's own, as a user runs them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from reports import NASTY, hostile, report
from repos import Repo, fingerprint
from test_cli import SAMPLE, run, split
from verify_series.commands import COMMANDS
from verify_series.commands import diff as diff_command
from verify_series.compare import compare
from verify_series.model import Verdict
from verify_series.runs import keep

TABLE = ("--only", "name-table")


def test_list(tmp_path: Path) -> None:
    done = run("list", "sample", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "  runs  docs: it runs on every series\n" in done.stdout
    assert re.search(
        r"  runs  ipe: audit_hook_names: the series touches \S+ and \d more", done.stdout
    )
    done = run("list", "sample", *TABLE, cwd=tmp_path)
    assert "  -     docs: --only leaves it out\n" in done.stdout
    assert "  -     ipe: security/ipe: --only leaves it out\n" in done.stdout


def test_list_of_what_does_not_apply(tmp_path: Path) -> None:
    done = run("list", "sample", "--base", "v99", cwd=tmp_path)
    assert done.returncode == 2
    assert "has no commit v99" in done.stderr


def test_show_and_diff(tmp_path: Path) -> None:
    good = run("sample", *TABLE, cwd=tmp_path)
    bad = run("sample-broken", *TABLE, "--json", "bad.json", cwd=tmp_path)
    listed = run("show", cwd=tmp_path)
    assert listed.returncode == 0
    first, second = (line.split()[0] for line in listed.stdout.splitlines())
    again = run("show", first, cwd=tmp_path)
    assert (again.returncode, again.stdout) == (0, good.stdout)
    again = run("show", "latest", "--markdown", "m.md", cwd=tmp_path)
    assert (again.returncode, again.stdout) == (1, bad.stdout)
    assert (tmp_path / "m.md").read_text().startswith("## FAIL: ")
    assert run("show", "bad.json", cwd=tmp_path).stdout == bad.stdout

    told = run("diff", first, second, cwd=tmp_path)
    assert told.returncode == 1
    assert "\nGone: none\n" in told.stdout
    assert "\nNew: 2\n" in told.stdout
    assert re.search(r"(?m)^Range-diff\n1:  \w+ ! 1:  \w+ ipe: answer interpreters", told.stdout)
    told = run("diff", second, first, "--no-range-diff", cwd=tmp_path)
    assert told.returncode == 0
    assert "\nGone: 2\n" in told.stdout
    told = run("diff", "bad.json", first, cwd=tmp_path)
    assert "Range-diff\n  none: a run has no mails" in told.stdout


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["shwo"], "no manifest of that name is in patches/ (did you mean show?)"),
        (["show", "nothing"], "there is no run nothing, none is kept yet"),
        (["diff", "a"], "the following arguments are required: RUN"),
        (["--jsno", "x", "sample"], "unrecognized arguments: --jsno (did you mean --json? "),
        (["sample", "--only", "dosc"], "there is no checker 'dosc' (did you mean docs?)"),
        (["sample", "--json", "-", "--sarif", "-"], "--json and --sarif cannot both be on"),
        (["b4", "reveiw"], "no protocol of b4 'reveiw' (did you mean review?)"),
    ],
)
def test_errors_are_one_sentence_with_the_nearest_name(
    tmp_path: Path, args: list[str], said: str
) -> None:
    done = run(*args, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("verify-series: ")
    assert len(done.stderr.splitlines()) == 1
    assert said in done.stderr


@pytest.mark.parametrize("name", ["", *COMMANDS])
def test_help(tmp_path: Path, name: str) -> None:
    done = run(*filter(None, [name]), "--help", cwd=tmp_path, COLUMNS="80")
    assert done.returncode == 0
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_doctor(tmp_path: Path) -> None:
    done = run("doctor", cwd=tmp_path)
    assert done.returncode == 0
    assert re.search(r"(?m)^ok       git \d+\.\S+: everything$", done.stdout)
    assert re.search(r"(?m)^ok       Sphinx \d+\.\S+: docs$", done.stdout)
    done = run("doctor", cwd=tmp_path, PATH=str(tmp_path))
    assert done.returncode == 2
    assert "MISSING  git: everything" in done.stdout
    assert "absent   perl: checkpatch" in done.stdout


def test_commits_of_the_users_own(repo: Repo, tmp_path: Path) -> None:
    for path in sorted((SAMPLE / "tree").rglob("*")):
        if path.is_file():
            target = repo.folder / path.relative_to(SAMPLE / "tree")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    repo.commit({}, "miniature")
    for mail in split(SAMPLE / "broken.mbox")[1:]:
        (tmp_path / "mail").write_text(mail)
        repo.git("am", "-q", str(tmp_path / "mail"))
    before = fingerprint(repo.folder)
    done = run("HEAD~2..", "--tree", ".", *TABLE, "--json", tmp_path / "x.json", cwd=repo.folder)
    assert fingerprint(repo.folder) == before
    assert done.returncode == 1
    assert done.stdout.splitlines()[0] == "FAIL: HEAD~2..: ipe: document the answer to interpreters"
    assert "attestation" not in done.stdout
    outcomes = json.loads((tmp_path / "x.json").read_text())["outcomes"]
    assert {(f["path"], f["line"], f["patch"]) for o in outcomes for f in o["findings"]} == {
        ("security/ipe/audit.c", 19, 1),
        ("security/ipe/audit.c", 20, 1),
    }
    done = run("HEAD~2..", "--tree", ".", "--base", "HEAD~2", cwd=repo.folder)
    assert "HEAD~2.. are commits: --base, -P and -v are for mails" in done.stderr
    done = run("HEAD~9..", "--tree", ".", cwd=repo.folder)
    assert "has no commits HEAD~9.." in done.stderr
    done = run("HEAD~2..", cwd=tmp_path)
    assert "HEAD~2..: it needs a kernel tree" in done.stderr
    (repo.folder / ".git" / "config").open("a").write("[user]\nname = A\nemail = a@example.org\n")
    done = run("HEAD~2..", "--tree", ".", "--reply", "-", cwd=repo.folder)
    assert "--reply answers mails, and commits of your own have none" in done.stderr


def test_github_reads_no_commands_out_of_the_report(tmp_path: Path) -> None:
    done = run("sample", *TABLE, "--github", "-", cwd=tmp_path, GITHUB_ACTIONS="true")
    start, *_, end = done.stdout.splitlines()
    assert start.startswith("::stop-commands::")
    assert end == f"::{start.removeprefix('::stop-commands::')}::"


@pytest.mark.parametrize("nasty", NASTY)
def test_show_and_diff_are_inert(nasty: str, capsys: pytest.CaptureFixture[str]) -> None:
    from verify_series.cli import command

    keep(hostile(nasty))
    assert command(["show"]) == 0
    assert command(["show", "latest"]) == report(Verdict.FAIL).verdict.exit_code
    one = hostile(nasty)
    print("\n".join(diff_command._text(one, one, compare(one, report()))))
    assert all(line.isprintable() for line in capsys.readouterr().out.split("\n"))
