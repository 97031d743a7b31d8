# SPDX-License-Identifier: GPL-2.0-or-later
"""The command line: ``verify-series [SERIES ...] [OPTIONS]``, or ``verify-series COMMAND ...``."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from . import run
from .commands import COMMANDS, load
from .model import UserError, Verdict
from .report.inert import printable


def command(argv: Sequence[str]) -> int:
    """Run one command line and give its exit code; bad input is one sentence on standard error.

    A first word that is a command's name means that command; a series of this name is ``./NAME``.
    """
    try:
        name = argv[0] if argv and argv[0] in COMMANDS else ""
        return load(name).main(argv[bool(name) :])
    except UserError as error:
        print(f"verify-series: {printable(str(error))}", file=sys.stderr)
        return Verdict.NONE.exit_code
    except KeyboardInterrupt:
        run.stop()
        raise
