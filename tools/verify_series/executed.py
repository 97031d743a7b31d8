# SPDX-License-Identifier: GPL-2.0-or-later
"""Files of a series that are themselves run when a series is verified, and whose version ran.

checkpatch and the documentation build are the base's, whatever the series makes of them; a build
runs the series' own Makefiles, Kconfig and scripts, in the sandbox, and only where it is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from .checkers import EXECUTING
from .checkpatch_root import EXECUTED as CHECKPATCH
from .docs import kit
from .model import Outcome, Status

#: By name: what make and kconfig read, and scripts. By place: programs that the build compiles and
#: runs, such as objtool (tools/) and Rust's macros.
_BUILD = re.compile(
    r"^(?!Documentation/)(?:.*/)?(?:(?:Kconfig|Makefile|Kbuild)(?:[._-][^/]*)?"
    r"|[^/]*\.(?:mk|sh|pl|py|awk|bc|tbl))$"
    r"|^scripts/|^tools/(?:arch|bpf|build|include|lib|objtool)/|^arch/[^/]+/(?:boot/)?tools/|^rust/macros/"
    r"|^usr/gen_init_cpio\.c$"
)


def notes(paths: Iterable[str], outcomes: Collection[Outcome], *, sandbox: bool) -> tuple[str, ...]:
    """A sentence for each program of which the series changes something: the files, and whose
    version of them ran.

    ``outcomes`` are those of all checks that were to run; ``sandbox`` is whether a build has one.
    """
    touched = sorted(paths)
    ran = {outcome.checker for outcome in outcomes if outcome.status is not Status.SKIP}
    base = "only the base's version ran"
    built = "it ran in a sandbox" if sandbox else "it ran with your own rights (--no-sandbox)"
    programs = (
        ("checkpatch", [p for p in touched if p in CHECKPATCH], "checkpatch" in ran, base),
        ("the documentation build", kit.executed(touched), "docs" in ran, base),
        ("a build", [p for p in touched if _BUILD.search(p)], not ran.isdisjoint(EXECUTING), built),
    )
    return tuple(
        f"it changes what {program} consists of ({', '.join(files)}): "
        f"{said if done else 'nothing ran it'}"
        for program, files, done, said in programs
        if files
    )
