# SPDX-License-Identifier: GPL-2.0-or-later
"""Spoil each checker in turn: which tests notice, rule by rule?

First the checker always passes; then every finding of it has another rule, path, line or message.
Ends with status 1 where a rule has no test that notices.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from every_rule import broken, seeded
from spoiled import ELSE
from verify_series.checkers import REGISTRY


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkers", nargs="*", metavar="CHECKER")
    given = parser.parse_args()
    bad = False
    for checker in given.checkers or REGISTRY:
        held = seeded(checker)
        tests = set().union(*held.values())
        noticed = {what: broken(checker, what, tests)[0] for what in ("findings", *ELSE)}
        for rule, mine in held.items():
            missed = [what for what, failed in noticed.items() if not mine & failed]
            said = f"MISSED: another {', '.join(missed)}" if missed else "noticed by"
            print(f"{checker}/{rule}: {said}", *sorted(mine & noticed["findings"]), flush=True)
            bad |= bool(missed)
    sys.exit(bad)


if __name__ == "__main__":
    main()
