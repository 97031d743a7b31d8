# SPDX-License-Identifier: GPL-2.0-or-later
"""What becomes of one file of mails: b4 reads it, git applies it to a small tree."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import b4
import pytest

from repos import Repo, fingerprint
from verify_series import b4_adapter
from verify_series import fetch as fetch_module
from verify_series.fetch import Request
from verify_series.model import AppliedSeries, Outcome
from verify_series.run import Completed
from verify_series.verify import Job, verify

LINES = "".join(f"line {n}\n" for n in range(1, 31))
TREE: dict[str, str | bytes | None] = {
    "toys/box.c": LINES,
    "toys/lid.c": LINES,
    "toys/run.sh": "#!/bin/sh\n",
    "toys/image": bytes(range(256)),
}


class _Silent:
    def message(self, text: str) -> None: ...

    def started(self, check: str) -> None: ...

    def advanced(self, check: str, what: str, part: float) -> None: ...

    def finished(self, outcome: Outcome) -> None: ...


def answer_in_process(patch: pytest.MonkeyPatch) -> None:
    """b4 answers in this process, not in a child, where a test is about what it answers."""
    for name in ("MAIN_CONFIG", "can_network", "save_mboxrd_mbox"):
        patch.setattr(b4, name, getattr(b4, name))
    b4_adapter.set_up()

    def answer(question: dict[str, Any], seconds: float) -> Completed:
        told = b4_adapter.reply(question)
        return Completed((), 0, json.dumps(told).encode(), b"")

    patch.setattr(fetch_module, "ask", answer)


class Judge:
    """Takes files of mails to a tree, which must stay as it is."""

    def __init__(self, folder: Path) -> None:
        self.repo = Repo(folder / "linux")
        self.repo.commit(TREE, "base")
        self._folder = folder

    def __call__(
        self, data: bytes, tree: Path | None = None
    ) -> tuple[str, dict[str, str], Sequence[str]]:
        """Why there is no verdict or "", the files that the series leaves behind, its notes."""
        tree = tree or self.repo.folder
        before = fingerprint(tree) if tree.is_dir() else {}
        (self._folder / "m").write_bytes(data)
        files: dict[str, str] = {}

        def examine(job: Job, applied: AppliedSeries, *_: object) -> tuple[Outcome, ...]:
            for path in set[str]().union(*(step.paths for step in applied.steps)):
                content = applied.head.read(path)
                if content is not None:
                    files[path] = content.decode()
            return ()

        job = Job(Request("m"), tree)
        report = verify(job, cwd=self._folder, profiles=(), listener=_Silent(), examine=examine)
        assert not before or fingerprint(tree) == before
        applied = any(o.check == "apply" and o.status.name == "PASS" for o in report.outcomes)
        assert "\n" not in report.reason
        told = "" if applied else report.reason
        return told, files, report.series.notes if report.series else ()
