# SPDX-License-Identifier: GPL-2.0-or-later
"""The report as one HTML page that needs nothing else: no script, no network, no other file.

The template escapes all that it is given (Jinja's autoescape), after :func:`inert.block` has made
it visible. The policy in the page's head lets a browser use its own style and nothing else
(Content Security Policy Level 3), so that even what got through could neither run nor load.
"""

from __future__ import annotations

import base64
import functools
import hashlib
from collections.abc import Sequence
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from ..model import Report, Verdict
from .inert import block
from .matrix import HEADLINE
from .page.section import Section


def render(reports: Sequence[Report], skipped: Sequence[tuple[str, str]], result: Verdict) -> str:
    """One page; several series stand below each other."""
    return page(
        "page.html",
        sections=[Section(number, report) for number, report in enumerate(reports, 1)],
        skipped=skipped,
        headline=HEADLINE[result],
        result=result,
    )


def page(template: str, **content: object) -> str:
    """A page out of one of the templates in page/, with our style and policy."""
    style = files(__package__).joinpath("page", "page.css").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode("ascii")
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return (
        _environment().get_template(template).render(style=Markup(style), policy=policy, **content)
    )


@functools.cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader(f"{__package__}.page", "."),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_visible,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _visible(value: object) -> object:
    """What the template writes: a string, made visible, unless it is made by ourselves."""
    return block(value) if isinstance(value, str) and not isinstance(value, Markup) else value
