# SPDX-License-Identifier: GPL-2.0-or-later
"""git range-diff of the series of two runs, each applied anew in a store of our own."""

from __future__ import annotations

from pathlib import Path

from . import cache
from .apply import read_mail
from .base import choose
from .model import Report, UserError
from .store import Store
from .tree import open_tree


def range_diff(old: Report, new: Report) -> list[str]:
    """Its lines. Raises UserError where a tree, a base or the mails are not there any more."""
    trees = [open_tree(Path(r.tree), cache=cache.root(), progress=_silent) for r in (old, new)]
    if trees[0].objects != trees[1].objects:
        raise UserError(f"the runs are on two trees, {old.tree} and {new.tree}")
    with cache.workspace() as work:
        store = Store.create(work / "store", trees[0].objects)
        try:
            ranges = []
            for report in (old, new):
                series, base = report.series, report.base
                if not series or not base or not all(patch.mail for patch in series.patches):
                    raise UserError(
                        "a run has no mails (give runs that 'verify-series show' lists)"
                    )
                mails = [read_mail(store, patch) for patch in series.patches]
                _, applied = choose(
                    store, trees[0], series, mails, given=base.commit, promised=None, rewind=True
                )
                ranges.append(f"{applied.base.commit}..{applied.head.commit}")
            text = store.must("range-diff", "--no-color", *ranges)
        finally:
            store.close()
    return text.decode("utf-8", "surrogateescape").splitlines()


def _silent(text: str) -> None:
    pass
