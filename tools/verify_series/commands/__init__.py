# SPDX-License-Identifier: GPL-2.0-or-later
"""What a command is, and the list of those we have: a line each."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Protocol, cast

#: Command name to (module, what it does). Imported only when used.
COMMANDS: Mapping[str, tuple[str, str]] = {
    "list": ("listing", "which checks would run, and why"),
    "show": ("show", "an earlier run again, in any format"),
    "diff": ("diff", "what changed from one run to another"),
    "audit": ("audit", "which names a whole tree lacks"),
    "backtest": ("backtest", "every series of an archive, verified"),
    "watch": ("watch", "an archive followed, its new series verified"),
    "doctor": ("doctor", "which programs are there"),
    "completion": ("completion", "completion for bash, zsh or fish"),
    "patchwork": ("patchwork", "the checks of a run, shown or posted"),
    "b4": ("b4", "an external check of b4 review and b4 prep --check"),
}


class Command(Protocol):
    """The interface of a command module.

    ``parser`` makes the parser of its options, of which help, completion and manual are made.
    ``main`` takes the arguments behind the command's name and gives the exit code; UserError
    becomes one sentence on standard error.
    """

    def parser(self) -> ArgumentParser: ...

    def main(self, argv: Sequence[str]) -> int: ...


def load(name: str) -> Command:
    """The command called ``name``, a key of COMMANDS; the empty name verifies series."""
    module = COMMANDS[name][0] if name else "verify"
    return cast("Command", import_module(f".{module}", __name__))
