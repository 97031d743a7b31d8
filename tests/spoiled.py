# SPDX-License-Identifier: GPL-2.0-or-later
"""A plugin of pytest that spoils a checker: ``-p spoiled --spoil CHECKER:WHAT``.

With ``findings`` for WHAT the checker always passes: it examines one thing and finds nothing. With
``rule``, ``path``, ``line`` or ``message`` every finding has another one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from verify_series.checkers import load
from verify_series.model import Examined, Finding

ELSE: dict[str, Callable[[Finding], Finding]] = {
    "rule": lambda found: replace(found, rule=f"un{found.rule}"),
    "path": lambda found: replace(found, path=f"{found.path}~"),
    "line": lambda found: replace(found, line=found.line + 1),
    "message": lambda found: replace(found, message=f"{found.message}?"),
}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--spoil", metavar="CHECKER:WHAT", required=True)


@pytest.fixture(autouse=True, scope="session")
def spoil(request: pytest.FixtureRequest) -> None:
    """Lasts to the end of the process."""
    name, _, what = request.config.getoption("--spoil").partition(":")
    checker = load(name)
    run = checker.run

    def spoiled(*args: Any) -> Examined:
        if what == "findings":
            return Examined(1)
        examined = run(*args)
        return replace(examined, findings=tuple(map(ELSE[what], examined.findings)))

    checker.run = spoiled  # type: ignore[method-assign]
