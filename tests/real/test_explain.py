# SPDX-License-Identifier: GPL-2.0-or-later
"""The documents that the rules refer to are in the kernel."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from verify_series.checkers import REGISTRY
from verify_series.rules import rules


def test_what_the_rules_refer_to_is_there(linux_7_2: Path) -> None:
    referred = 0
    for checker in REGISTRY:
        for name, rule in rules(checker).items():
            for path in re.findall(
                r"(?:Documentation|include|scripts)/[\w./-]+\.(?:rst|h|pl)", rule.see
            ):
                done = subprocess.run(
                    ["git", "show", f"HEAD:{path}"], cwd=linux_7_2, capture_output=True, text=True
                )
                assert done.returncode == 0, (checker, name, path)
                referred += 1
                if section := re.search(r"section ([^,]+)$", rule.see):
                    assert re.search(rf"(?m)^{re.escape(section[1])}\n[-=~]+$", done.stdout), name
    assert referred > 20
