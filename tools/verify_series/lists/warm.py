# SPDX-License-Identifier: GPL-2.0-or-later
"""Imports what a worker needs, once, in the process from which all workers are forked."""

from importlib import import_module

from ..checkers import REGISTRY, load
from . import work

for _name in REGISTRY:
    load(_name)
for _module in ("html", "jsonfile", "text"):
    import_module(f"..report.{_module}", __package__)

__all__ = ["work"]
