# SPDX-License-Identifier: GPL-2.0-or-later
"""Who the user is, as git knows it."""

from __future__ import annotations

import os
import re
from pathlib import Path

from .model import UserError
from .run import run


def me() -> str:
    """``Name <address>`` of git-var(1). Raises UserError where git has neither name nor address."""
    done = run(["git", "var", "GIT_COMMITTER_IDENT"], cwd=Path.cwd(), env=os.environ)
    found = re.match(r"(.*<[^<>]+>) \d+ [-+]\d{4}$", done.stdout.decode("utf-8", "replace").strip())
    if done.status or not found:
        raise UserError(
            "git does not know who you are, so the reply has no sender (run 'git config --global"
            " user.name NAME', and the same for user.email)"
        )
    return found[1]
