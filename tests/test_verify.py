# SPDX-License-Identifier: GPL-2.0-or-later
"""One series from its mails to its report, in this process, with checks of the test's own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from repos import Repo
from verify_series import cache, commits
from verify_series import verify as verifying
from verify_series.fetch import Request
from verify_series.model import Execution, Outcome, Report, Severity, Status, Verdict
from verify_series.profile import Profile
from verify_series.report.live import Quiet
from verify_series.tree import open_tree
from verify_series.verify import Job, verify

PASSED = Outcome("docs", "docs", Status.PASS, 1, (), "verify-series", 0.1)


@pytest.fixture
def job(repo: Repo, tmp_path: Path) -> Job:
    """A mail with one patch, and the tree it was made on."""
    base = repo.commit({"a.c": "int a;\n"}, "base")
    repo.commit({"a.c": "int b;\n"}, "toys: another")
    mail = tmp_path / "toys.eml"
    mail.write_bytes(repo.raw("format-patch", "-1", "--stdout"))
    repo.git("reset", "-q", "--hard", base)
    return Job(Request(str(mail)), repo.folder, arguments=("toys.eml", "--tree", "linux"))


def run(job: Job, **more: Any) -> Report:
    return verify(job, cwd=job.tree, profiles=(), listener=Quiet(), **more)


def asked(seen: list[tuple[Any, ...]], *outcomes: Outcome) -> Any:
    """Checks that note what they were given."""

    def examine(*given: Any) -> tuple[Outcome, ...]:
        seen.append(given)
        return outcomes

    return examine


def test_a_series_that_passes(job: Job) -> None:
    seen: list[tuple[Any, ...]] = []
    report = run(job, examine=asked(seen, PASSED))
    assert (report.verdict, report.reason) == (Verdict.PASS, "")
    applied, passed = report.outcomes
    assert passed is PASSED
    assert (applied.checker, applied.check, applied.status) == ("apply", "apply", Status.PASS)
    assert (applied.examined, applied.findings, applied.reason) == (1, (), "")
    assert applied.command == "verify-series toys.eml --tree linux"
    assert report.series and report.series.subject.endswith("toys: another")
    assert report.base and report.base.rewound == 0
    assert report.gates == {Severity.ERROR}
    assert report.versions.keys() == {"verify-series", "b4", "git"}
    assert report.versions["git"][0].isdigit()
    assert 0 <= applied.seconds <= report.seconds
    [(given, series, profiles, gates, _)] = seen
    assert (given, profiles, gates) == (job, (), {Severity.ERROR})
    assert series.paths == {"a.c"}


def test_a_table_beside_and_above_the_new_files(repo: Repo, tmp_path: Path) -> None:
    """New files in a folder and in one below it made the search leave out the outer one."""
    had = ("OPEN", "SHUT", "JAR")
    gate = f"enum gate {{\n\tGATE_{', GATE_'.join(had)},\n\tGATE_MAX\n}};\n"
    table = "#include <linux/gate.h>\nstatic const char *const names[GATE_MAX] = {\n"
    base = repo.commit(
        {
            "include/linux/gate.h": gate,
            "lib/names.c": table
            + "".join(f'\t[GATE_{n}] = "{n.lower()}",\n' for n in had)
            + "};\n",
            "lib/gate/old.c": "int old;\n",
        }
    )
    grown = gate.replace("\tGATE_MAX", "\tGATE_LOCK,\n\tGATE_MAX")
    new = {"lib/new.c": "int one;\n", "lib/gate/new.c": "int two;\n"}
    repo.commit({"include/linux/gate.h": grown, **new})
    mail = tmp_path / "gate.eml"
    mail.write_bytes(repo.raw("format-patch", "-1", "--stdout"))
    repo.git("reset", "-q", "--hard", base)
    report = run(Job(Request(str(mail)), repo.folder, only=("name-table",)))
    assert [(f.rule, f.path) for f in report.new] == [("noname", "lib/names.c")]


def test_a_strict_run_has_other_gates(job: Job) -> None:
    assert run(replace(job, strict=True), examine=asked([], PASSED)).gates == set(Severity)


def test_a_check_that_fails(job: Job) -> None:
    failed = replace(PASSED, status=Status.FAIL)
    assert run(job, examine=asked([], PASSED, failed)).verdict is Verdict.FAIL


def test_the_checks_are_those_of_the_job(job: Job) -> None:
    report = run(replace(job, only=("checkpatch",)))
    assert [(o.checker, o.status) for o in report.outcomes] == [
        ("apply", Status.PASS),
        ("checkpatch", Status.SKIP),
    ]
    assert report.outcomes[1].command.endswith(" --tree linux --only checkpatch")
    assert report.reason == "no check concerns this series"


def test_commits_of_the_users_own(job: Job, repo: Repo, tmp_path: Path) -> None:
    repo.git("checkout", "-q", "-b", "topic")
    repo.commit({"a.c": "int c;\n"}, "toys: mine")
    tree = open_tree(repo.folder, cache=cache.root(), progress=str)
    mine = commits.find(tree, "main..topic")
    report = run(replace(job, commits=mine), examine=asked([], PASSED))
    assert report.verdict is Verdict.PASS
    assert report.series and [p.subject for p in report.series.patches] == ["toys: mine"]


def test_a_series_that_does_not_apply(job: Job, repo: Repo) -> None:
    seen: list[tuple[Any, ...]] = []
    repo.commit({"a.c": "long other;\n"}, "toys: other")
    report = run(replace(job, base="HEAD"), examine=asked(seen, PASSED))
    assert (report.verdict, seen) == (Verdict.NONE, [])
    [applied] = report.outcomes
    assert (applied.status, applied.examined) == (Status.ERROR, 0)
    assert report.reason == applied.reason
    assert "does not apply" in report.reason
    assert report.series and not report.base


def test_a_base_that_is_not_there(job: Job) -> None:
    report = run(replace(job, base="nowhere"))
    [applied] = report.outcomes
    assert applied.status is Status.ERROR
    assert report.verdict is Verdict.NONE
    assert report.reason == applied.reason
    assert "nowhere" in report.reason


def test_mails_that_cannot_be_had(job: Job) -> None:
    report = run(replace(job, request=Request("/nowhere/toys.eml")))
    assert (report.verdict, report.outcomes, report.series) == (Verdict.NONE, (), None)
    assert "/nowhere/toys.eml" in report.reason


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(28, "No space left", "/tmp/x"), "/tmp/x: No space left (is there room"),
        (OSError(28, "No space left"), "the cache: No space left (is there room"),
        (OSError("odd"), "the cache: odd (is there room"),
    ],
)
def test_a_disk_that_is_full(
    job: Job, monkeypatch: pytest.MonkeyPatch, error: OSError, said: str
) -> None:
    def full(*given: object, **more: object) -> None:
        raise error

    monkeypatch.setattr(verifying, "open_tree", full)
    report = run(job)
    assert report.verdict is Verdict.NONE
    assert report.reason.startswith(said)


def test_the_command_of_one_check() -> None:
    execution = Execution(arch="arm64", cross_compile="aarch64-linux-gnu-")
    job = Job(Request("x y"), Path("linux"), execution=execution, arguments=("x y",))
    assert job.command("docs") == "verify-series 'x y' --only docs"
    assert job.command("build") == (
        "ARCH=arm64 CROSS_COMPILE=aarch64-linux-gnu- verify-series 'x y' --only build"
    )
    assert replace(job, execution=Execution(arch="arm64")).command("boot") == (
        "ARCH=arm64 verify-series 'x y' --only boot"
    )


def test_a_patch_that_is_in_the_tree_is_rewound_or_refused(job: Job, repo: Repo) -> None:
    repo.commit({"a.c": "int b;\n"}, "toys: another")
    report = run(job, examine=asked([], PASSED))
    assert report.base and report.base.rewound == 1
    report = run(replace(job, rewind=False), examine=asked([], PASSED))
    assert report.verdict is Verdict.NONE


def test_profiles_reach_the_checks(job: Job) -> None:
    seen: list[tuple[Any, ...]] = []
    profile = Profile("toys", "toys", ("toys/",), ())
    verify(job, cwd=job.tree, profiles=(profile,), listener=Quiet(), examine=asked(seen, PASSED))
    assert seen[0][2] == (profile,)
