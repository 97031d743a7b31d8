# SPDX-License-Identifier: GPL-2.0-or-later
"""Entry point of the console script: signals, errors and exit codes."""

from __future__ import annotations

import gc
import io
import os
import signal
import sys
import traceback
from types import FrameType

gc.set_threshold(50_000)  # most objects live as long as we do: half the collector's time

INTERRUPTED = 130
NO_VERDICT = 2


def main() -> None:
    """Run the command line of this process and exit."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a locale may lack what a name has
    code = _guarded()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # the verdict stands; a late ^C changes nothing
    sys.stdout.flush()
    sys.stderr.flush()
    if code == INTERRUPTED:
        os._exit(code)  # CPython may else die of SIGINT, where ^C met an exec() as of a dataclass
    sys.exit(code)


def _guarded() -> int:
    try:
        signal.signal(signal.SIGTERM, _stop)
        for name in [n for n in os.environ if n.startswith("GIT_")]:
            del os.environ[name]  # a hook's GIT_DIR must not lead us into the user's repository
        os.environ["GIT_PYTHON_REFRESH"] = "quiet"  # a missing git is told when it is needed
        from .cli import command  # half a second, in which ^C has to be heeded, too

        return command(sys.argv[1:])
    except KeyboardInterrupt:
        print("verify-series: interrupted, no verdict", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # the reader of our output has gone
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return NO_VERDICT
    except Exception:  # a crash of ours must not end as Python ends: 1 would say "new findings"
        traceback.print_exc()
        print("verify-series: it crashed, no verdict (please report this)", file=sys.stderr)
        return NO_VERDICT


def _stop(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
