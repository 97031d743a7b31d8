# SPDX-License-Identifier: GPL-2.0-or-later
"""``verify-series completion bash|zsh|fish``: the script that a shell completes our words with.

It is made of the parsers of all commands, so it knows what they know. What each shell takes stands
in bash(1) "Programmable Completion", zshcompsys(1) and complete(1) of fish.
"""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..checkers import REGISTRY
from ..manifest import manifests
from ..names_given import one_of
from . import COMMANDS, load
from .options import Parser

_EPILOG = """\
~/.bashrc:                   source <(verify-series completion bash)
~/.zshrc, after compinit:    source <(verify-series completion zsh)
~/.config/fish/config.fish:  verify-series completion fish | source
"""
_PROTOCOLS = ("review", "prep")


@dataclass(frozen=True, slots=True)
class _Option:
    """An option: its words, what it takes (empty: nothing), and what it is for.

    ``choices`` are the values to offer; where it takes one and there are none, files are.
    """

    flags: tuple[str, ...]
    takes: str
    choices: tuple[str, ...]
    about: str


@dataclass(frozen=True, slots=True)
class _Command:
    """A command, empty for the one without a name, and the words that may follow it."""

    name: str
    options: tuple[_Option, ...]
    words: tuple[str, ...]


def parser() -> Parser:
    """The options of the command."""
    made = Parser("verify-series completion", "Completion for a shell.", _EPILOG)
    made.add_argument("shell", metavar="SHELL", help="bash, zsh or fish")
    return made


def main(argv: Sequence[str]) -> int:
    """Print the script."""
    shells = {"bash": _bash, "zsh": _zsh, "fish": _fish}
    shell = one_of(parser().parse_args(argv).shell, shells, "shell")
    print("\n".join(shells[shell]([_command(name) for name in ("", *COMMANDS)])))
    return 0


def _command(name: str) -> _Command:
    words = {"": (*COMMANDS, *manifests()), "list": tuple(manifests()), "b4": _PROTOCOLS}
    words |= {"show": ("latest",), "diff": ("latest",), "patchwork": ("latest",)}
    words["completion"] = ("bash", "zsh", "fish")
    actions = load(name).parser()._actions
    options = tuple(_option(action) for action in actions if action.option_strings)
    return _Command(name, options, words.get(name, ()))


def _option(action: argparse.Action) -> _Option:
    takes = "" if action.nargs == 0 else str(action.metavar or action.dest)
    choices = {"--only": tuple(REGISTRY), "--explain": tuple(REGISTRY)}
    about = action.help if action.help and action.help != argparse.SUPPRESS else "write a report"
    flags = tuple(action.option_strings)
    return _Option(flags, takes, choices.get(flags[-1], ()), about.replace("%(prog)s", "the tool"))


def _bash(commands: Sequence[_Command]) -> Iterator[str]:
    yield "_verify_series() {"
    yield "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command="
    yield "    COMPREPLY=()"
    yield f"    case $COMP_CWORD:${{COMP_WORDS[1]}} in 1:*) ;; {_either(commands, '*:')})"
    yield "        command=${COMP_WORDS[1]} ;; esac"
    yield "    case $command:$prev in"
    for command in commands:
        for option in command.options:
            if option.takes:
                words = shlex.quote(" ".join(option.choices))
                pattern = "|".join(f"{command.name}:{flag}" for flag in option.flags)
                yield f'    {pattern}) COMPREPLY=($(compgen -W {words} -- "$cur")); return ;;'
    yield "    esac"
    yield "    case $command:$cur in"
    for command in commands:
        flags = " ".join(flag for option in command.options for flag in option.flags)
        words = " ".join(command.words)
        for pattern, offered in ((f"{command.name}:-*", flags), (f"{command.name}:*", words)):
            yield f'    {pattern}) COMPREPLY=($(compgen -W {shlex.quote(offered)} -- "$cur")) ;;'
    yield "    esac"
    yield "}"
    yield "complete -o bashdefault -o default -F _verify_series verify-series"


def _either(commands: Sequence[_Command], before: str = "") -> str:
    return "|".join(f"{before}{command.name}" for command in commands if command.name)


def _zsh(commands: Sequence[_Command]) -> Iterator[str]:
    yield "#compdef verify-series"
    yield "_verify_series() {"
    yield "    local command="
    yield f"    case $words[2] in {_either(commands)})"
    yield "        if (( CURRENT > 2 )); then"
    yield "            command=$words[2]; shift words; (( CURRENT-- ))"
    yield "        fi ;;"
    yield "    esac"
    yield "    case $command in"
    for command in commands:
        yield f"    {command.name or shlex.quote('')})"
        yield "        _arguments -S \\"
        for option in command.options:
            for flag in option.flags:
                yield f"            {shlex.quote(_zsh_option(option, flag))} \\"
        words = " ".join(command.words)
        files = '"files:file:_files"'
        offered = f'"words:word:({words})" ' if words else ""
        yield f"            '*:word:_alternative {offered}{files}' ;;"
    yield "    esac"
    yield "}"
    yield "compdef _verify_series verify-series"


def _zsh_option(option: _Option, flag: str) -> str:
    about = option.about.replace("[", r"\[").replace("]", r"\]").replace(":", r"\:")
    takes = ""
    if option.takes:
        what = f"({' '.join(option.choices)})" if option.choices else "_files"
        takes = f":{option.takes.partition('[')[0]}:{what}"
    return f"*{flag}[{about}]{takes}"


def _fish(commands: Sequence[_Command]) -> Iterator[str]:
    names = " ".join(command.name for command in commands if command.name)
    for command in commands:
        seen = "__fish_seen_subcommand_from"
        condition = f"{seen} {command.name}" if command.name else f"not {seen} {names}"
        where = f"-n {shlex.quote(condition)}"
        if command.name:
            about = shlex.quote(COMMANDS[command.name][1])
            yield f"complete -c verify-series -n __fish_is_first_arg -a {command.name} -d {about}"
        words = [word for word in command.words if word not in COMMANDS]
        if words:
            yield f"complete -c verify-series {where} -a {shlex.quote(' '.join(words))}"
        for option in command.options:
            flags = " ".join(_fish_flag(flag) for flag in option.flags)
            about = shlex.quote(option.about)
            takes = ""
            if option.choices:
                takes = f" -x -a {shlex.quote(' '.join(option.choices))}"
            elif option.takes:
                takes = " -r -F"
            yield f"complete -c verify-series {where} {flags} -d {about}{takes}"


def _fish_flag(flag: str) -> str:
    return f"-l {flag[2:]}" if flag.startswith("--") else f"-s {flag[1:]}"
