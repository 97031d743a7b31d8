# SPDX-License-Identifier: GPL-2.0-or-later
"""Which sources have to compile."""

from __future__ import annotations

from snapshots import apply
from verify_series.build.targets import Targets, find, is_prose, object_of

BASE = {
    "gate/gate.h": "",
    "gate/all.h": '#include "gate.h"\n',
    "gate/gate.c": '#include "all.h"\n',
    "gate/other.c": "#include <linux/lock.h>\n",
    "gate/deep/far.c": '#include "../gate.h"\n',
    "gate/Makefile": "",
    "include/linux/lock.h": "",
    "include/linux/locks.h": "#  include <linux/lock.h>\n",
    "shed/shed.c": "#include <linux/locks.h>\n",
    "shed/own.c": "",
    "yard/yard.c": "#include <linux/lock.h>\n",
}


def wanted(*paths: str, folders: tuple[str, ...] = (), also: tuple[str, ...] = ()) -> Targets:
    changed = {path: BASE.get(path, "") + "\n" for path in paths}
    return find(apply(BASE, {**BASE, **changed}), folders, also)


def test_touched_sources_alone() -> None:
    assert wanted("gate/gate.c", "gate/new.S", "gate/x.rst") == Targets(
        ("gate/gate.c", "gate/new.S"), (), ()
    )


def test_a_private_header_also_through_another() -> None:
    assert wanted("gate/gate.h").including == ("gate/gate.c", "gate/deep/far.c")
    assert wanted("gate/gate.h", "gate/gate.c") == Targets(
        ("gate/gate.c",), ("gate/deep/far.c",), ()
    )


def test_a_public_header_is_looked_for_in_the_folders_of_series_and_profile() -> None:
    found = wanted("include/linux/lock.h", "gate/other.c", folders=("shed/",))
    assert (found.touched, found.including) == (("gate/other.c",), ("shed/shed.c",))
    assert found.notes == (
        "sources that include include/linux/lock.h were looked for in gate, shed only",
    )
    assert wanted("include/linux/lock.h").including == ()


def test_what_lies_beside_a_makefile() -> None:
    assert wanted("gate/Makefile").including == ("gate/gate.c", "gate/other.c")


def test_others_that_are_asked_for() -> None:
    assert wanted("gate/gate.h", also=("shed/own.c", "gate/gate.c")).including == (
        "gate/gate.c",
        "gate/deep/far.c",
        "shed/own.c",
    )


def test_too_many() -> None:
    many = {f"gate/s{n:02}.c": '#include "gate.h"\n' for n in range(50)}
    base = {**BASE, **many}
    found = find(apply(base, {**base, "gate/gate.h": "\n"}), ())
    assert len(found.including) == 40
    assert found.notes == (
        "of 52 sources that a touched header or Makefile concerns, 40 were compiled",
    )


def test_small_things() -> None:
    assert object_of("gate/gate.c") == object_of("gate/gate.S") == "gate/gate.o"
    assert is_prose("Documentation/x.rst")
    assert is_prose("MAINTAINERS")
    assert not is_prose("gate/Kconfig")
    assert not is_prose("Documentation/Kconfig")
