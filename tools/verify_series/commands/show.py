# SPDX-License-Identifier: GPL-2.0-or-later
"""``verify-series show [RUN]``: an earlier run again, in any format, or which there are."""

from __future__ import annotations

from collections.abc import Sequence

from ..model import Report, UserError
from ..report.inert import printable
from ..report.matrix import HEADLINE
from ..runs import known, load
from ..verify import worst
from .options import Parser
from .output import Output, add_output_options

_EPILOG = """\
RUN is the name of a run or a part of it, latest, or a file that --json wrote.

exit status: that of the run
"""


def parser() -> Parser:
    """The options of the command."""
    made = Parser(
        "verify-series show",
        "Show an earlier run again.",
        _EPILOG,
        usage="verify-series show [RUN ...] [OPTIONS]",
    )
    made.add_argument("run", nargs="*", metavar="RUN", help="which; without one, list them")
    add_output_options(made)
    return made


def main(argv: Sequence[str]) -> int:
    """Show runs again; the exit code is theirs, and 0 for the list of them."""
    options = parser().parse_args(argv)
    if not options.run:
        for name in known():
            print(_line(name))
        return 0
    output = Output(options)
    reports: list[Report] = []
    for word in options.run:
        for report in load(word):
            reports.append(report)
            output.show(report)
    result = worst([report.verdict for report in reports])
    output.finish(reports, [], result)
    return result.exit_code


def _line(name: str) -> str:
    try:
        [report] = load(name)
    except UserError as error:
        return f"{name}  {printable(str(error))}"
    subject = report.series.subject if report.series else report.source
    version = f"v{report.series.revision}, " if report.series and report.series.message_id else ""
    return f"{name}  {HEADLINE[report.verdict]}: {version}{printable(subject)}"
