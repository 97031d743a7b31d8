# SPDX-License-Identifier: GPL-2.0-or-later
"""``verify-series diff RUN RUN``: which findings are gone, new, still there, and the range-diff."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..compare import Comparison, compare
from ..model import Finding, Report, UserError
from ..range_diff import range_diff
from ..report.inert import printable
from ..report.matrix import HEADLINE
from ..runs import load
from .options import Parser

_EPILOG = """\
RUN is the name of a run or a part of it, latest, or a file that --json wrote:
the older one first, such as that of v2 and that of v3.

exit status: 0 nothing new in the second; 1 new findings; 2 no comparison
"""


def parser() -> Parser:
    """The options of the command."""
    made = Parser("verify-series diff", "What changed from one run to another.", _EPILOG)
    made.add_argument("run", nargs=2, metavar="RUN", help="the older run, then the newer one")
    made.add_argument("--no-range-diff", action="store_true", help="only the findings")
    return made


def main(argv: Sequence[str]) -> int:
    """Print the comparison; 1 if the second run has findings that the first has not."""
    options = parser().parse_args(argv)
    old, new = (_only(word) for word in options.run)
    compared = compare(old, new)
    print("\n".join(_text(old, new, compared)))
    if not options.no_range_diff:
        print("\nRange-diff")
        print(_range_diff(old, new), end="")
    return 1 if compared.new else 0


def _only(word: str) -> Report:
    reports = load(word)
    if len(reports) != 1 or not reports[0].series:
        raise UserError(f"{word} is not the run of one series: give a run that 'show' lists")
    return reports[0]


def _text(old: Report, new: Report, compared: Comparison) -> Iterator[str]:
    for sign, report in (("-", old), ("+", new)):
        assert report.series
        version = f"v{report.series.revision}, " if report.series.message_id else ""
        title = f"{version}{printable(report.series.subject)}"
        yield f"{sign} {HEADLINE[report.verdict]}: {title}"
    for title, findings in (
        ("Gone", compared.gone),
        ("New", compared.new),
        ("Still there", compared.still),
    ):
        yield from ("", f"{title}: {len(findings) or 'none'}", *map(_line, findings))
    for check in compared.only_old:
        yield from ("", f"Not compared: {printable(check)} gave no result in the second run")
    for check in compared.only_new:
        yield from ("", f"Not compared: {printable(check)} gave no result in the first run")


def _line(finding: Finding) -> str:
    where = f"patch {finding.patch}: " if finding.patch else ""
    return f"  {where}{printable(str(finding))}"


def _range_diff(old: Report, new: Report) -> str:
    try:
        text = range_diff(old, new)
    except UserError as error:
        return f"  none: {printable(str(error))}\n"
    return "".join(f"{chr(9).join(map(printable, line.split(chr(9))))}\n" for line in text)
