# SPDX-License-Identifier: GPL-2.0-or-later
"""The files that a report can be written to; adding a format means a module and a line here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Protocol, cast

from ..model import Report, Verdict

#: Name, which is the option's, to (module, what it is). Imported only when used.
FORMATS: Mapping[str, tuple[str, str]] = {
    "json": ("jsonfile", "JSON"),
    "html": ("html", "a page to look at, in one file"),
    "sarif": ("sarif", "SARIF 2.1.0, for code scanning"),
    "junit": ("junit", "JUnit XML"),
    "markdown": ("markdown", "Markdown"),
    "github": ("github", "annotations of GitHub Actions"),
    "gitlab": ("gitlab", "a Code Quality report of GitLab"),
    "patchwork": ("patchwork", "checks for Patchwork"),
    "reply": ("reply", "a mail that answers the series; it is not sent"),
}


class Format(Protocol):
    """The interface of a format's module: the whole file for all series of one command.

    ``skipped`` holds (name, reason) of manifests that could not be verified.
    """

    def render(
        self, reports: Sequence[Report], skipped: Sequence[tuple[str, str]], result: Verdict
    ) -> str: ...


def load(name: str) -> Format:
    """The format called ``name``, a key of FORMATS."""
    return cast("Format", import_module(f".{FORMATS[name][0]}", __package__))
