# SPDX-License-Identifier: GPL-2.0-or-later
"""Completion in the real shells, and what --help and the manual say of the options."""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from verify_series.cli import command
from verify_series.commands import COMMANDS, load
from verify_series.report.formats import FORMATS

TOP = Path(__file__).parent.parent
#: What is typed, the last word still to be completed, and what must be offered, or must not.
TYPED = [
    ("verify-series sh", {"show"}, {"sample"}),
    ("verify-series sam", {"sample", "sample-broken"}, {"show"}),
    ("verify-series sample --ht", {"--html"}, {"--json"}),
    ("verify-series sample --only do", {"docs"}, {"doctor"}),
    ("verify-series show --sa", {"--sarif"}, {"--strict"}),
    ("verify-series diff --no-", {"--no-range-diff"}, {"--no-rewind"}),
    ("verify-series b4 re", {"review"}, {"prep"}),
    ("verify-series sample --json fi", {"file.json"}, {"docs"}),
]
_BASH = """\
source ./script
COMP_WORDS=({typed}) COMP_CWORD=$(({count} - 1))
_verify_series
[ ${{#COMPREPLY[@]}} = 0 ] && COMPREPLY=($(compgen -f -- "${{COMP_WORDS[COMP_CWORD]}}"))
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
_FISH = "source ./script; complete -C '{typed}'"


@pytest.fixture
def script(
    tmp_path: Path, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> str:
    """The folder's file ``script`` completes for the shell that the test asks for."""
    shell = str(request.param)
    if not shutil.which(shell):
        pytest.skip(f"no {shell}")
    assert command(["completion", shell]) == 0
    (tmp_path / "script").write_text(capsys.readouterr().out, "utf-8")
    (tmp_path / "file.json").touch()
    return shell


def answer(shell: str, text: str, cwd: Path) -> str:
    done = subprocess.run(
        [shell, {"zsh": "-f", "bash": "--norc", "fish": "--no-config"}[shell], "-c", text],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={"PATH": "/usr/bin:/bin", "HOME": str(cwd), "TERM": "dumb", "COLUMNS": "80"},
    )
    assert done.stderr == ""
    return done.stdout


@pytest.mark.parametrize("script", ["bash", "fish"], indirect=True)
@pytest.mark.parametrize(("typed", "offered", "other"), TYPED)
def test_completion(
    script: str, tmp_path: Path, typed: str, offered: set[str], other: set[str]
) -> None:
    text = (_BASH if script == "bash" else _FISH).format(typed=typed, count=len(typed.split()))
    given = {line.split("\t")[0] for line in answer(script, text, tmp_path).splitlines()}
    assert offered <= given
    assert not other & given


@pytest.mark.parametrize("script", ["zsh"], indirect=True)
@pytest.mark.parametrize(("typed", "offered", "other"), TYPED)
def test_zsh_in_a_terminal(
    script: str, tmp_path: Path, typed: str, offered: set[str], other: set[str]
) -> None:
    """zsh completes only there; where one word alone fits, it stands behind the prompt."""
    first = (
        "autoload -Uz compinit; compinit -u -D; source ./script; PS1='> '"
        "; zstyle ':completion:*' list-prompt ''; setopt no_beep auto_list no_list_ambiguous"
    )
    pid, terminal = pty.fork()
    if not pid:
        os.chdir(tmp_path)
        environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "TERM": "dumb"}
        os.execve(shutil.which(script) or script, ["zsh", "-f", "-i"], environment)
    said = ""

    def wait(for_: str) -> None:
        nonlocal said
        while for_ not in said:
            assert select.select([terminal], [], [], 60)[0], said
            said += os.read(terminal, 4096).decode("utf-8", "replace")

    try:
        os.write(terminal, f"{first}; echo rea''dy\n".encode())
        wait("ready")
        said = ""
        os.write(terminal, f"{typed}\t".encode())
        for word in offered:
            wait(word)
        assert not {word for word in other if re.search(rf"(?<![\w-]){word}(?![\w-])", said)}
    finally:
        os.close(terminal)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def test_help_fits_a_screen(capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("", *COMMANDS):
        text = load(name).parser().format_help()
        assert len(text.splitlines()) <= 48, name
        assert all(len(line) <= 80 for line in text.splitlines()), name


def test_the_manual_names_every_option() -> None:
    manual = "".join(
        (TOP / "Documentation" / name).read_text("utf-8") for name in ("usage.rst", "commands.rst")
    )
    for name in ("", *COMMANDS):
        for action in load(name).parser()._actions:
            flags = [flag for flag in action.option_strings if flag not in ("-h", "--help")]
            assert not flags or any(re.search(rf"(?<![\w-]){flag}\b", manual) for flag in flags), (
                name,
                flags,
            )


def test_help_names_every_format() -> None:
    text = load("").parser().format_help()
    assert all(f"--{name}" in text for name in FORMATS)
