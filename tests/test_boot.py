# SPDX-License-Identifier: GPL-2.0-or-later
"""The boot checker on a kernel tree in miniature, whose kernel plays a text; everything is real
but the kernel: make, the sandbox, QEMU, and the port that the report comes from.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from typing import Any

import pytest

import boots
import mini_guest
from snapshots import apply
from verify_series import cache, sandbox
from verify_series.boot import machine
from verify_series.build import packages
from verify_series.checkers import boot
from verify_series.model import CheckError, Examined, Execution

MISSING = mini_guest.MISSING or packages.missing(Execution())
pytestmark = pytest.mark.skipif(bool(MISSING), reason=MISSING)

HOOKS = "security/gate/hooks.c"
MAKEFILE = f"""\
VERSION = 7
PATCHLEVEL = 2
allnoconfig:
	cp $(KCONFIG_ALLCONFIG) $(O)/.config
syncconfig:
vmlinux: $(O)/vmlinux
$(O)/vmlinux: script.h guest.c
	gcc {" ".join([*mini_guest.FLAGS, *mini_guest.LINKING])} -I. -o $@ guest.c
"""


def tree(script: str, hooks: str = "int gate_check;\n") -> Mapping[str, str]:
    """A tree whose kernel plays ``script``, and ends as init does."""
    return {
        "Makefile": MAKEFILE,
        "guest.c": mini_guest.SOURCE.read_text("utf-8"),
        "script.h": mini_guest.header(f"{script.replace('4d2', '%')}^X"),
        HOOKS: hooks,
    }


BASE = tree(boots.WITHOUT, "int gate;\n")


def _run(*trees: Mapping[str, str], scenario: Mapping[str, Any] | None = None) -> Examined:
    shutil.rmtree(cache.root() / "build", ignore_errors=True)  # all bases are called the same
    execution = Execution(sandbox=not sandbox.missing())
    return boot.run(apply(*trees), boot.parse(scenario or boots.table()), execution)


def _outline(examined: Examined) -> list[tuple[str, str, int | None]]:
    return [(f.rule, f.path, f.patch) for f in examined.findings]


def _console(message: str) -> str:
    """The console log that a message says was kept."""
    (log,) = (cache.root() / "consoles").iterdir()
    assert f"console log: {log}" in message or str(log) in message
    return log.read_text("utf-8")


def test_a_series_that_brings_the_feature() -> None:
    examined = _run(BASE, tree(boots.WITH))
    assert (examined.count, examined.findings) == (3, ())
    assert "check /tmp/script: base 0; series EACCES (CHECK)" in examined.notes
    assert examined.versions["QEMU"].startswith(f"{machine.version()} (")
    assert not (cache.root() / "consoles").exists()


def _otherwise(given: Mapping[str, str]) -> Mapping[str, str]:
    """A tree whose kernel is another one, and does the same."""
    return {**given, "script.h": given["script.h"].replace("capability", "yama,capability")}


def test_a_series_that_changes_nothing_of_it() -> None:
    """Both have the feature, or both have not; that nothing was proved then is said."""
    unproved = f"no gate_check in {HOOKS}, without or with the series: the feature of the scenario"
    for base, told in ((tree(boots.WITH), False), (BASE, True)):
        examined = _run(base, _otherwise(base))
        assert (examined.count, examined.findings) == (3, ())
        assert any(note.startswith(unproved) for note in examined.notes) is told


def test_a_series_that_does_not_change_the_kernel() -> None:
    """What was not built was not tried."""
    for base in (tree(boots.WITH), BASE):
        examined = _run(base, {**base, "security/gate/other.c": "int other;\n"})
        assert examined.count == 0
        assert "is the same with the series and without" in examined.skip


def test_a_feature_in_words_only() -> None:
    """The word is there, and the kernel is the same: that is not what the series says."""
    examined = _run(BASE, {**BASE, HOOKS: "/* gate_check */\n"})
    assert _outline(examined) == [("return-code", HOOKS, 1), ("audit-record", HOOKS, 1)]


def test_a_series_that_takes_it_away() -> None:
    examined = _run(tree(boots.WITH), _otherwise(tree(boots.WITH)), BASE)
    assert _outline(examined) == [("feature-gone", HOOKS, 2)]
    assert str(examined.findings[0]) == (
        f"{HOOKS}: {HOOKS} no longer has gate_check: what the scenario proves is taken away"
        " [boot/feature-gone]"
    )


def test_a_series_that_does_not_do_what_it_says() -> None:
    examined = _run(BASE, tree(boots.WITHOUT))
    assert _outline(examined) == [("return-code", HOOKS, 1), ("audit-record", HOOKS, 1)]
    assert str(examined.findings[0]) == (
        f"{HOOKS}: step 2, check /tmp/script: expected EACCES, saw 0 [boot/return-code]"
    )
    assert "end 8 0" in _console(examined.notes[-1])


#: Rule to what the kernel does otherwise, and what is said of it.
FAULTS = {
    "return-code": (("end 8 13", "end 8 1"), "2, check /tmp/script: expected EACCES, saw EPERM"),
    "audit-record": (
        ("hook=CHECK", "hook=MMAP"),
        "2, check /tmp/script: expected a record with hook=CHECK, saw hook=MMAP",
    ),
    "unexpected-record": (
        ("end 8 13", "record 1499 audit(17.041:6): hook=READ\nend 8 13"),
        "2, check /tmp/script: expected no such record, saw type=1499 audit(17.041:6): hook=READ",
    ),
    "kernel-log": (
        ("log gate: rules are closed to init\n", "log other\n"),
        "3, write /sys/kernel/security/gate/rules allow all: expected 'gate: rules are closed'"
        " in the kernel log, saw other",
    ),
    "text": (
        ("data deny all", "data allow all"),
        "1, read /sys/kernel/security/gate/rules: expected to read 'deny all', saw 'allow all'",
    ),
}


@pytest.mark.parametrize("rule", FAULTS)
def test_a_fault(rule: str) -> None:
    (right, wrong), said = FAULTS[rule]
    scenario = boots.table()
    del scenario["step"][0]["precondition"]
    examined = _run(BASE, tree(boots.WITH.replace(right, wrong)), scenario=scenario)
    assert [(str(f), f.patch) for f in examined.findings] == [
        (f"{HOOKS}: step {said} [boot/{rule}]", 1)
    ]


def test_the_patch_that_breaks_it_is_named() -> None:
    right, wrong = tree(boots.WITH), tree(boots.WITH.replace("hook=CHECK", "hook=MMAP"))
    more = {**wrong, "Documentation/gate.rst": "Gate\n", "security/gate/gate.c": "int x;\n"}
    examined = _run(BASE, right, wrong, {**wrong, "security/gate/gate.c": "int x;\n"}, more)
    assert _outline(examined) == [("audit-record", HOOKS, 2)]


ERRORS: dict[str, tuple[Mapping[str, str], Mapping[str, str], str]] = {
    "the base does it already": (
        tree(boots.WITH, "int gate;\n"),
        tree(boots.WITH),
        f"the proof is empty: the base, whose {HOOKS} has no gate_check, behaves as if it had it",
    ),
    "the base does something else": (
        tree(boots.WITHOUT.replace("end 9 1", "end 9 0"), "int gate;\n"),
        tree(boots.WITH),
        "the base does not behave as the scenario says: step 3, write"
        " /sys/kernel/security/gate/rules allow all: expected EPERM, saw 0",
    ),
    "rules that are not accepted": (
        BASE,
        tree(boots.WITH.replace("data deny", "data allow")),
        "a precondition does not hold with the series: step 1, read"
        " /sys/kernel/security/gate/rules: expected to read 'deny all', saw 'allow all'",
    ),
    "a profile that does not know the word": (
        BASE,
        tree(boots.WITH, "int gate;\n"),
        f"the series has the feature, but {HOOKS} has no gate_check: mend the profile",
    ),
    "a series that renames it": (
        tree(boots.WITH),
        tree(boots.WITH, "int gate_look;\n"),
        f"the series has the feature, but {HOOKS} has no gate_check: mend the profile",
    ),
    "a module that is not started": (
        BASE,
        tree(boots.WITH.replace("capability,gate", "capability")),
        "series: set-up: the kernel did not start gate, only capability",
    ),
    "panic": (
        BASE,
        tree(f"{boots.SETUP}begin 7\n^SKernel panic - not syncing: no gate\n^R"),
        "series: panic: the kernel panicked at step 1, read /sys/kernel/security/gate/rules:"
        " no gate",
    ),
    "truncated": (
        BASE,
        tree(boots.SETUP + boots.READ),
        "series: truncated: init's report breaks off before its last line",
    ),
    "lost records": (
        BASE,
        tree(boots.WITH.replace("lost 0", "lost 2")),
        "series: lost records: the kernel dropped 2 audit records",
    ),
}


@pytest.mark.parametrize("name", ERRORS)
def test_no_verdict(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "_kvm", lambda: False)
    base, head, message = ERRORS[name]
    with pytest.raises(CheckError) as caught:
        _run(base, head)
    assert str(caught.value).startswith(f"{message} (console log: ")
    assert "--- report of init ---\nbegin 1" in _console(str(caught.value))


def test_an_option_that_the_series_takes_away() -> None:
    without = MAKEFILE.replace("cp $(KCONFIG_ALLCONFIG)", "grep -v GATE= $(KCONFIG_ALLCONFIG) >")
    with pytest.raises(CheckError, match=r"with the series, kconfig did not take CONFIG_GATE=y"):
        _run(BASE, {**tree(boots.WITH), "Makefile": without})


def test_a_series_that_does_not_build() -> None:
    broken = {**tree(boots.WITH), "guest.c": "#error no guest\n"}
    with pytest.raises(CheckError, match=r"the series does not build: .*error: #error no guest"):
        _run(BASE, broken)
    with pytest.raises(CheckError, match=r"the base does not build: .*error: #error no guest"):
        _run(broken, BASE)


def test_without_qemu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "QEMU", "no-such-qemu")
    examined = _run(BASE, tree(boots.WITH))
    assert examined.skip == "no-such-qemu not found (apt-get install qemu-system-x86)"


def test_without_a_scenario() -> None:
    examined = boot.run(apply(BASE, BASE), boot.parse({}), Execution())
    assert "no profile in checks/ has a [[boot]]" in examined.skip


def test_a_series_of_documentation() -> None:
    examined = _run(BASE, {**BASE, "Documentation/gate.rst": "Gate\n"})
    assert examined.skip == "the series touches nothing but Documentation/"


def test_another_architecture() -> None:
    execution = Execution(arch="arm64")
    examined = boot.run(apply(BASE, tree(boots.WITH)), boot.parse(boots.table()), execution)
    assert examined.skip == "scenarios are booted on x86_64 only"
