# SPDX-License-Identifier: GPL-2.0-or-later
"""What a checker is, and the list of those we have.

A checker is a module with the attributes of :class:`Checker`; adding one means to write the
module and to give it a line in :data:`REGISTRY`. Its docstring is what ``--explain`` prints.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any, Protocol, cast

from ..model import AppliedSeries, Examined, Execution

#: Checker name to module, in the order of the report. Imported only when used.
REGISTRY: Mapping[str, str] = {
    "name-table": "name_table",
    "lsm-hook": "lsm_hook",
    "docs": "docs",
    "checkpatch": "checkpatch",
    "build": "build",
    "boot": "boot",
}

#: Those that run on every series, with the specification that an empty table gives. One with a
#: method ``beside`` is asked for another that leaves out what the profiles declare.
EVERYWHERE = ("name-table", "lsm-hook", "docs", "checkpatch")

#: Those of them that cannot be declared in a profile as well.
UNDECLARED = ("docs", "checkpatch")

#: Those that execute the series' own code: they run only where the user or the manifest asks.
EXECUTING = ("build", "boot")

#: Those declared in one table of a profile, which are given all of the profile.
ONE_TABLE = ("build",)


class Checker(Protocol):
    """The interface of a checker module.

    ``parse`` turns the table of a check in checks/*.toml into the checker's own typed
    specification and raises UserError for an unknown key or a wrong type. ``run`` examines an
    applied series; CheckError means that it could not.
    """

    NAME: str
    __doc__: str | None

    def parse(self, table: Mapping[str, Any]) -> Any: ...

    def run(self, applied: AppliedSeries, spec: Any) -> Examined: ...


def load(name: str) -> Checker:
    """The checker called ``name``, a key of REGISTRY."""
    return cast("Checker", import_module(f".{REGISTRY[name]}", __name__))


class ExecutingChecker(Protocol):
    """The interface of a checker module in EXECUTING.

    ``parse`` is given an empty table where no profile declares a check; ``run`` is told in
    ``execution`` how the series' own code may be run.
    """

    NAME: str
    __doc__: str | None

    def parse(self, table: Mapping[str, Any]) -> Any: ...

    def run(self, applied: AppliedSeries, spec: Any, execution: Execution) -> Examined: ...


def load_executing(name: str) -> ExecutingChecker:
    """The checker called ``name``, one of EXECUTING."""
    return cast("ExecutingChecker", import_module(f".{REGISTRY[name]}", __name__))
