# SPDX-License-Identifier: GPL-2.0-or-later
"""``verify-series patchwork RUN``: show the checks of a run, and post them where that is asked."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence

from ..model import UserError
from ..patchwork import Patchwork
from ..report.inert import printable
from ..report.patchwork import checks
from ..runs import load
from .options import Parser

_TOKEN = "PATCHWORK_TOKEN"
_LINK = re.compile(r"(?=.{1,200}$)https?://[!-~]+")  # target_url of Patchwork's CheckCreate
_EPILOG = f"""\
RUN is the name of a run or a part of it, latest, or a file that --json wrote.
Without --post nothing is sent; with it, {_TOKEN} holds the token of a
user who may make checks.

exit status: 0 shown, or posted; 2 something could not be posted
"""


def parser() -> Parser:
    """The options of the command."""
    made = Parser("verify-series patchwork", "The checks of a run, for Patchwork.", _EPILOG)
    add = made.add_argument
    add("run", metavar="RUN", help="which")
    add("--post", action="store_true", help="post them, instead of only showing them")
    add("--url", metavar="URL", default="", help="front page of the Patchwork to post to")
    add("--project", metavar="NAME", default="", help="where several have the patches")
    add("--link", metavar="URL", default="", help="what each check leads to, such as a CI job")
    return made


def main(argv: Sequence[str]) -> int:
    """Print a line a check, and post it with --post."""
    options = parser().parse_args(argv)
    if options.link and not _LINK.fullmatch(options.link):
        raise UserError(f"--link {options.link} is no URL that Patchwork takes (200 characters)")
    patchwork = _instance(options.url) if options.post else None
    reports = [report for report in load(options.run) if report.series and report.series.letter]
    if not reports:
        raise UserError(f"{options.run} has no mails that a Patchwork could know")
    for report in reports:
        for patch in report.series.patches if report.series else ():
            made = checks(report, patch.number)
            number = patchwork.patch(patch.message_id, options.project) if patchwork else 0
            for check in made:
                if options.link:
                    check["target_url"] = options.link
                if patchwork:
                    patchwork.post(number, check)
                said = f"{check['state']:<8}{check['context']}: {check['description']}"
                print(f"{'posted' if patchwork else 'not posted'}  {patch.number}  {said}")
    return 0


def _instance(url: str) -> Patchwork:
    token = os.environ.get(_TOKEN, "")
    if not url or not token:
        raise UserError(f"--post needs --url, and a token in {_TOKEN} (not on the command line)")
    return Patchwork(printable(url), token)
