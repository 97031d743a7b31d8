# SPDX-License-Identifier: GPL-2.0-or-later
"""The build check on a kernel in miniature: real git, make, gcc, and a sandbox if there is one."""

from __future__ import annotations

import json
import shutil
import socket
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import mini_kbuild
from mini_kbuild import PROFILE, TREE, needs_compiler
from repos import Repo
from snapshots import outline
from verify_series import cache, sandbox
from verify_series.apply import apply, read_mail
from verify_series.build import folder as folder_module
from verify_series.build import kbuild, packages
from verify_series.build.folder import Folder
from verify_series.checkers import build
from verify_series.model import CheckError, Examined, Execution, State
from verify_series.run import RunError
from verify_series.store import Store

Change = Mapping[str, str | None]
Check = Callable[..., Examined]

pytestmark = needs_compiler


@pytest.fixture(autouse=True)
def nothing_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The miniature needs neither flex nor headers."""
    monkeypatch.setattr(packages, "missing", lambda execution: "")


@pytest.fixture
def check(repo: Repo, tmp_path: Path) -> Check:
    """Runs the check on a series: the base and what each patch changes in it."""
    numbers = iter(range(100))

    def run(
        *patches: Change,
        base: Change = TREE,
        profile: Mapping[str, Any] = PROFILE,
        **settings: Any,
    ) -> Examined:
        repo.git("checkout", "-q", "--orphan", f"series-{next(numbers)}")
        repo.git("rm", "-rfq", "--ignore-unmatch", ".")
        start = repo.commit(base, "base")
        for number, patch in enumerate(patches, 1):
            repo.commit(patch, f"patch {number}")
        store = Store.create(tmp_path / f"store-{next(numbers)}", repo.folder / ".git" / "objects")
        series = repo.series(start)
        try:
            applied = apply(store, start, series, [read_mail(store, p) for p in series.patches])
            how = replace(Execution(sandbox=not sandbox.missing()), **settings)
            return build.run(applied, build.parse(profile), how)
        finally:
            store.close()

    return run


def found(
    examined: Examined, state: State = State.NEW
) -> list[tuple[str, str, int, str, int | None]]:
    return [
        (f.rule, f.path, f.line, f.message, f.patch) for f in examined.findings if f.state is state
    ]


def gate(body: str) -> str:
    return f'#include "gate.h"\n\nint gate(enum gate_hook hook)\n{{\n{body}\treturn hook;\n}}\n'


def test_a_series_that_compiles(check: Check) -> None:
    examined = check({"gate/gate.c": gate("\thook++;\n")}, {"gate/record.rst": "Words.\n"})
    assert (examined.count, examined.findings, examined.skip) == (1, (), "")
    assert any(note.startswith("built ") for note in examined.notes)


def test_a_touched_header_concerns_who_includes_it(check: Check) -> None:
    examined = check({"gate/gate.h": TREE["gate/gate.h"] + "int more;\n"})
    assert (examined.count, examined.findings) == (2, ())
    assert "the compiler reads them alike: gate_names" in examined.notes


def test_an_error(check: Check) -> None:
    examined = check({"gate/gate.c": gate("\tno_such++;\n")})
    message = "'no_such' undeclared (first use in this function)"
    assert found(examined) == [("error", "gate/gate.c", 5, message, 1)]


def test_an_error_that_a_later_patch_repairs(check: Check) -> None:
    examined = check({"gate/gate.c": gate("\tno_such++;\n")}, {"gate/gate.c": gate("\thook++;\n")})
    assert [(f.rule, f.patch) for f in examined.findings] == [("error", 1)]


def test_an_error_elsewhere_through_a_header(check: Check) -> None:
    header = TREE["gate/gate.h"].replace("GATE_CLOSE", "GATE_SHUT")
    base = {**TREE, "gate/gate.c": gate("\thook += GATE_CLOSE;\n")}
    examined = check({"gate/gate.h": header}, base=base)
    assert [(f.rule, f.path, f.patch) for f in examined.findings] == [("error", "gate/gate.c", 1)]


def test_new_and_old_warnings(check: Check) -> None:
    base = {**TREE, "gate/gate.c": gate("\tint old;\n")}
    examined = check({"gate/gate.c": gate("\tint new;\n\tint old;\n")}, base=base)
    message = "unused variable 'new' [-Wunused-variable]"
    assert found(examined) == [("unused-variable", "gate/gate.c", 5, message, 1)]
    old = "unused variable 'old' [-Wunused-variable]"
    assert found(examined, State.EXISTING) == [("unused-variable", "gate/gate.c", 6, old, None)]


def test_a_warning_that_no_option_turns_on(check: Check) -> None:
    examined = check({"gate/gate.c": "#define A 1\n#define A 2\n" + gate("")})
    assert found(examined) == [("warning", "gate/gate.c", 2, '"A" redefined', 1)]


def test_what_the_build_prints(check: Check) -> None:
    listed = "$(warning the gate is built)\n" + str(TREE["gate/Makefile.list"])
    examined = check({"gate/Makefile.list": listed, "gate/gate.c": gate("\thook++;\n")})
    message = "the build says: the gate is built"
    assert found(examined) == [("output", "gate/Makefile.list", 1, message, 1)]


def test_warnings_that_a_failed_compilation_did_not_come_to(check: Check) -> None:
    base = {**TREE, "gate/gate.c": gate("\tint old;\n")}
    broken = '#include "nowhere.h"\n' + base["gate/gate.c"]
    examined = check({"gate/gate.c": broken}, {"gate/gate.c": base["gate/gate.c"]}, base=base)
    assert [(f.rule, f.patch) for f in examined.findings if f.state is State.NEW] == [("error", 1)]
    assert len(found(examined, State.EXISTING)) == 1
    assert not found(examined, State.FIXED)


def test_a_configuration_with_werror(check: Check) -> None:
    profile = {**PROFILE, "build": {"config": "CONFIG_GATE=y\nCONFIG_WERROR=y\n"}}
    base = {**TREE, "gate/gate.c": gate("\tint old;\n")}
    change = {"gate/gate.c": gate("\tint new;\n\tint old;\n")}
    examined = check(change, base=base, profile=profile)
    assert [(f.rule, f.state) for f in examined.findings] == [
        ("unused-variable", State.NEW),
        ("unused-variable", State.EXISTING),
    ]


def test_a_fixed_warning(check: Check) -> None:
    base = {**TREE, "gate/gate.c": gate("\tint old;\n")}
    examined = check({"gate/gate.c": gate("")}, base=base)
    assert [(f.rule, f.state) for f in examined.findings] == [("unused-variable", State.FIXED)]


def test_a_base_that_does_not_compile(check: Check) -> None:
    base = {**TREE, "gate/gate.c": gate("\tno_such++;\n")}
    with pytest.raises(CheckError, match=r"gate/gate.c:6 does not compile, with or without"):
        check({"gate/gate.c": gate("\t/* here */\n\tno_such++;\n")}, base=base)


def test_what_the_configuration_does_not_build(check: Check) -> None:
    shed = {"shed/shed.c": "int shed = broken;\n"}
    assert "builds none of shed/shed.c" in check(shed).skip
    examined = check({**shed, "gate/gate.c": gate("\thook++;\n")})
    assert (examined.count, examined.findings) == (1, ())
    listed = "not compiled, as the configuration does not build it: shed/shed.c"
    assert listed in examined.notes


def test_a_configuration_of_the_users(check: Check, tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.write_text("CONFIG_GATE=y\nCONFIG_SHED=y\n")
    examined = check({"shed/shed.c": "int shed = broken;\n"}, config=config)
    assert [(f.rule, f.path, f.line) for f in examined.findings] == [("error", "shed/shed.c", 1)]
    examined = check({"shed/shed.c": "int shed = broken;\n"}, config=config, profile={})
    assert [(f.rule, f.path, f.line) for f in examined.findings] == [("error", "shed/shed.c", 1)]


def test_no_configuration(check: Check) -> None:
    assert "give --config" in check({"gate/gate.c": gate("\thook++;\n")}, profile={}).skip


def test_an_option_that_kconfig_does_not_take(check: Check) -> None:
    profile = {**PROFILE, "build": {"config": "CONFIG_GATE=y\nCONFIG_LOCK=y\n"}}
    with pytest.raises(CheckError, match=r"kconfig did not take CONFIG_LOCK=y \(it is not there\)"):
        check({"gate/gate.c": gate("\thook++;\n")}, profile=profile)


def test_a_new_file_under_a_new_option(check: Check) -> None:
    files = {
        "gate/gate.c": gate("\thook++;\n"),
        "gate/Makefile.list": "obj-$(CONFIG_GATE) += gate.o record.o late.o\n",
        "gate/late.c": "int late(void)\n{\n\tint nothing;\n}\n",
    }
    examined = check({"gate/gate.c": gate("\thook--;\n")}, files)
    assert examined.count == 2
    assert {(f.rule, f.path, f.patch) for f in examined.findings} == {
        ("unused-variable", "gate/late.c", 2),
        ("return-type", "gate/late.c", 2),
    }


def test_a_broken_kconfig_and_its_repair(check: Check) -> None:
    base = {**TREE, "gate/gate.c": gate("\tint old;\n")}
    change = {
        "Kconfig": TREE["Kconfig"] + "syntax error\n",
        "gate/gate.h": TREE["gate/gate.h"] + "\n",
    }
    examined = check(change, {"Kconfig": TREE["Kconfig"]}, base=base)
    assert len(found(examined, State.EXISTING)) == 1  # the warning of the base
    assert ("output", "Kconfig", 9, "the build says: syntax error", 1) in found(examined)
    assert {f.patch for f in examined.findings} == {1, None}
    assert any(f.rule == "error" for f in examined.findings)


def test_nothing_that_is_compiled(check: Check) -> None:
    assert "touches nothing that is compiled" in check({"gate/gate.rst": "Words.\n"}).skip


def test_a_name_in_the_wrong_place_as_compiled(check: Check) -> None:
    header = TREE["gate/gate.h"].replace("GATE_CLOSE", "GATE_LOCK, GATE_CLOSE")
    record = TREE["gate/record.c"].replace('\t"CLOSE",\n', '\t"CLOSE",\n\t"LOCK",\n')
    examined = check({"gate/gate.h": header, "gate/record.c": record})
    message = (
        'as compiled, GATE_LOCK is new and is called "CLOSE", the name of GATE_CLOSE;'
        ' GATE_CLOSE was "CLOSE" and is "LOCK" now'
    )
    assert found(examined) == [("compiled-name", "gate/record.c", 3, message, 1)]


def test_a_name_that_is_missing_as_compiled(check: Check) -> None:
    header = TREE["gate/gate.h"].replace("__GATE_MAX", "GATE_LOCK, __GATE_MAX")
    examined = check({"gate/gate.h": header})
    message = "as compiled, GATE_LOCK is new and has no name"
    assert found(examined) == [("compiled-name", "gate/record.c", 3, message, 1)]


def test_a_name_in_its_place_as_compiled(check: Check) -> None:
    header = TREE["gate/gate.h"].replace("GATE_CLOSE", "GATE_LOCK, GATE_CLOSE")
    record = TREE["gate/record.c"].replace('\t"CLOSE",\n', '\t"LOCK",\n\t"CLOSE",\n')
    examined = check({"gate/gate.h": header, "gate/record.c": record})
    assert (examined.count, examined.findings) == (2, ())


def test_a_reading_that_is_not_the_compilers(check: Check) -> None:
    """A macro from a file that the profile does not name: the source checker sees another value."""
    base = {
        **TREE,
        "include/linux/lock.h": "#define FIRST GATE_CLOSE\n#define SECOND GATE_OPEN\n",
        "gate/record.c": '#include "gate.h"\n#define FIRST GATE_OPEN\n#undef FIRST\n'
        "#define FIRST GATE_OPEN\n#define SECOND GATE_CLOSE\n"
        "#ifdef __OPTIMIZE__\n#else\n#undef FIRST\n#undef SECOND\n#include <linux/lock.h>\n#endif\n"
        "static const char *const gate_names[__GATE_MAX] = {\n"
        '\t[FIRST] = "OPEN",\n\t[SECOND] = "CLOSE",\n};\n'
        "const char *record(enum gate_hook hook);\n"
        "const char *record(enum gate_hook hook)\n{\n\treturn gate_names[hook];\n}\n",
    }
    with pytest.raises(CheckError, match=r"gate/record\.c"):
        check({"gate/gate.h": TREE["gate/gate.h"] + "int more;\n"}, base=base)


PROBES = {
    # Below /tmp, where pytest's folders are, it may write: to a /tmp of its own.
    "write outside": (
        "$(shell echo evil > {victim}; echo evil > /usr/evil)",
        ("/usr/evil: Read-only file system",),
    ),
    "read the home": ("$(shell cat {secret})", ("No such file or directory",)),
    "reach the network": (
        "$(shell bash -c 'echo evil > /dev/tcp/127.0.0.1/{port}')",
        ("Connection refused", "connect:"),
    ),
    "change the sources": (
        "$(shell echo evil >> $(srctree)/gate/gate.c)",
        ("Read-only file system",),
    ),
}


@pytest.mark.skipif(bool(sandbox.missing()), reason=sandbox.missing() or "-")
@pytest.mark.parametrize("name", PROBES)
@pytest.mark.parametrize("where", ["Makefile", "Kconfig"])
def test_a_makefile_that_reaches_out(
    check: Check, hermetic: Path, name: str, where: str, tmp_path: Path
) -> None:
    """The miniature has a script where kconfig runs what is in ``$(shell)`` of a Kconfig."""
    secret, victim = hermetic / "secret", hermetic / "victim"
    secret.write_text("the secret")
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        line, words = PROBES[name]
        line = line.format(victim=victim, secret=secret, port=server.getsockname()[1])
        if where == "Makefile":
            change = {"gate/Makefile.list": f"{TREE['gate/Makefile.list']}{line}\n"}
        else:
            script = line.removeprefix("$(shell ").removesuffix(")").replace("$(srctree)", "$PWD")
            change = {"scripts/configure": f"{TREE['scripts/configure']}{script} || true\n"}
        examined = check({**change, "gate/gate.c": gate("\thook++;\n")})
        with pytest.raises(TimeoutError):
            server.accept()
    assert not victim.exists()
    said = " ".join(f.message for f in examined.findings if f.state is State.NEW)
    assert any(word in said for word in words), said
    assert "the secret" not in said
    tree = next((cache.root() / "build").glob("1.2-*")) / "tree"
    assert "evil" not in (tree / "gate/gate.c").read_text()


#: A line of a Makefile, and what a build ends with that prints without end.
FLOODS = {
    "different lines": ("$(shell seq 9000 >&2)", "more than 2000 messages"),
    "the same line": ("$(shell yes complaint | head -c 2M >&2)", "complains of more than 1 MiB"),
    "progress": ("$(foreach n,$(shell seq 400000),$(info progress))", "prints more than 2 MiB"),
}


@pytest.mark.parametrize("name", FLOODS)
def test_a_build_that_prints_without_end(
    check: Check, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kbuild, "_MOST_SAID", 1 << 20)
    monkeypatch.setattr(kbuild, "_MOST_PRINTED", 2 << 20)
    line, words = FLOODS[name]
    makefile = f"{TREE['gate/Makefile.list']}{line}\n"
    change = {"gate/Makefile.list": makefile, "gate/gate.c": gate("\thook++;\n")}
    try:
        said = " ".join(f.message for f in check(change).findings if f.state is State.NEW)
    except CheckError as error:
        said = str(error)
    assert words in said


def test_a_build_that_fills_the_disk(check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    """It ends in time, and what it wrote is gone; the next series has its verdict."""
    change = {"gate/gate.c": gate("\thook++;\n")}
    makefile = TREE["gate/Makefile.list"] + "$(shell echo x > big; sleep 60)\n"
    monkeypatch.setattr(
        Folder, "lacks", lambda one: "left no room" if (one.out / "big").exists() else ""
    )
    with pytest.raises(RunError, match="left no room"):
        check({"gate/Makefile.list": makefile, **change})
    assert not list(cache.root().rglob("big"))
    assert check(change).count == 1


def test_what_others_would_lack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Folder(tmp_path, "any", lambda what, part: None, {})
    monkeypatch.setattr(folder_module, "_ROOM", 0)
    monkeypatch.setattr(folder_module, "_FILES", 0)
    assert folder.lacks() == ""
    monkeypatch.setattr(folder_module, "_ROOM", 1 << 70)
    assert folder.lacks().startswith("left less than ")


def test_what_a_series_leaves_is_not_there_for_the_next(check: Check) -> None:
    makefile = TREE["gate/Makefile.list"] + "$(shell echo left > left)\n"
    check({"gate/Makefile.list": makefile, "gate/gate.c": gate("\thook++;\n")})
    folder = next((cache.root() / "build").glob("1.2-*"))
    assert (folder / "out" / "left").exists()
    assert not list(folder.glob("kept-*/left"))
    check({"gate/gate.c": gate("\thook--;\n")})
    assert not (folder / "out" / "left").exists()


@pytest.mark.skipif(bool(sandbox.missing()), reason=sandbox.missing() or "-")
@pytest.mark.parametrize("whole", [False, True])
def test_links_and_locked_folders_that_a_series_leaves(
    check: Check, tmp_path: Path, whole: bool
) -> None:
    """Our own process follows no link out of the output folder, and gets rid of all in it."""
    victim = tmp_path / "victim"
    victim.mkdir()
    (victim / "gate.o").write_text("precious")
    (victim / "config").write_text("precious")
    links = (
        f"$(shell rm -rf gate; ln -s {victim} gate; rm -f .config; ln -s {victim}/config .config;"
        " mkdir -p locked/deep; chmod 0 locked/deep locked)\n"
    )
    first = {
        "gate/Makefile.list": TREE["gate/Makefile.list"] + links,
        "gate/gate.c": gate("\thook++;\n"),
    }
    second = {"gate/gate.c": gate("\thook--;\n"), "Kconfig": f"{TREE['Kconfig']}\n"}
    (tmp_path / "users").write_text("CONFIG_GATE=y\n")
    settings = {"config": tmp_path / "users"} if whole else {}
    examined = check(first, second, **settings)
    assert any(f.state is State.NEW for f in examined.findings)
    assert (victim / "gate.o").read_text() == (victim / "config").read_text() == "precious"
    assert check({"gate/gate.c": gate("\thook++;\n")}, **settings).count == 1
    folder = next((cache.root() / "build").glob("1.2-*"))
    assert not (folder / "out" / "locked").exists()


def test_an_option_that_the_series_brings(check: Check) -> None:
    profile = {**PROFILE, "build": {"config": "CONFIG_GATE=y\nCONFIG_LATE=y\n"}}
    change = {
        "Kconfig": TREE["Kconfig"] + "\nconfig LATE\n\tbool\n",
        "gate/Makefile.list": TREE["gate/Makefile.list"] + "obj-$(CONFIG_LATE) += late.o\n",
        "gate/late.c": "int late = no_such;\n",
    }
    examined = check(change, profile=profile)
    assert [(f.rule, f.path, f.patch) for f in examined.findings] == [("error", "gate/late.c", 1)]


def test_an_option_that_the_series_takes_away(check: Check) -> None:
    change = {"Kconfig": "config SHED\n\tbool\n", "gate/gate.c": gate("\thook++;\n")}
    with pytest.raises(CheckError, match=r"kconfig did not take CONFIG_GATE=y \(it is not there\)"):
        check(change)


def test_the_base_is_built_once(check: Check) -> None:
    told: list[str] = []

    def progress(what: str, part: float) -> None:
        assert 0 <= part <= 1
        told.append(what)

    check({"gate/gate.c": gate("\thook++;\n")}, progress=progress)
    assert any("building the base" in what for what in told)
    told.clear()
    examined = check({"gate/gate.c": gate("\tint new;\n")}, progress=progress)
    assert found(examined)[0][0] == "unused-variable"
    assert not any("building the base" in what for what in told)


def test_a_run_that_was_killed_is_noticed(check: Check) -> None:
    check({"gate/gate.c": gate("\thook++;\n")})
    folder = next((cache.root() / "build").glob("1.2-*"))
    # As if it had been killed while git wrote the worktree: state.json says nothing of it.
    (folder / "state.json").write_text("{}")
    (folder / "index.lock").touch()
    (folder / "tree/gate/gate.c").write_text("half a fi")
    (folder / "tree/gate/stale.h").write_text("#error\n")
    examined = check({"gate/gate.c": gate("\thook--;\n")})
    assert (examined.count, examined.findings) == (1, ())
    assert not (folder / "tree/gate/stale.h").exists()


@pytest.mark.parametrize("where", ["kept-*", "out"])
def test_a_kept_file_that_was_cut_off_is_noticed(check: Check, where: str) -> None:
    """As a machine leaves it that lost its power: the verdict is not on that."""
    for _ in range(2):
        check({"gate/record.rst": "Words.\n", "gate/gate.c": gate("\thook++;\n")})
    folder = next((cache.root() / "build").glob("1.2-*"))
    if where == "out":
        (folder / "state.json").write_text(_unchanged(folder))
    with next(folder.glob(f"{where}/include/config/auto.conf")).open("r+b") as file:
        file.truncate(3)
    examined = check({"gate/gate.c": gate("\thook--;\n")})
    assert (examined.count, examined.findings) == (1, ())


def _unchanged(folder: Path) -> str:
    """The state of a folder whose last run was ended before it built anything."""
    known = json.loads((folder / "state.json").read_text())
    (kept,) = (path.name for path in folder.glob("kept-*"))
    shutil.rmtree(folder / "out")
    shutil.copytree(folder / kept, folder / "out", symlinks=True)
    return json.dumps({**known, "out": kept.removeprefix("kept-")})


def test_a_clock_that_goes_backwards(check: Check) -> None:
    """What is newer than now makes make rely on what is old."""
    check({"gate/gate.c": gate("\thook++;\n")})
    folder = next((cache.root() / "build").glob("1.2-*"))
    change = {"gate/gate.c": gate("\thook--;\n")}
    base = {**TREE, "Makefile": TREE["Makefile"] + "\nprepare: $(O)/late\n"}
    late = "\n$(O)/late: Makefile\n\ttouch -d '+1 hour' $@\n"
    with pytest.raises(CheckError, match=r"newer than now.*the next run makes all of it anew"):
        for _ in range(2):
            check(change, base={**base, "Makefile": base["Makefile"] + late})
    assert json.loads((folder / "state.json").read_text()) == {}
    assert check(change).count == 1


def test_without_a_sandbox(check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "missing", lambda: "bwrap is not there")
    with pytest.raises(CheckError, match=r"no sandbox .*bwrap is not there.*--no-sandbox"):
        check({"gate/gate.c": gate("\thook++;\n")}, sandbox=True)
    examined = check({"gate/gate.c": gate("\thook++;\n")}, sandbox=False)
    assert (examined.count, examined.findings) == (1, ())
    assert any("--no-sandbox" in note for note in examined.notes)


def test_a_tree_that_is_no_kernel(check: Check) -> None:
    base = {**TREE, "Makefile": TREE["Makefile"].replace("VERSION", "NO")}
    with pytest.raises(CheckError, match="no VERSION and PATCHLEVEL"):
        check({"gate/gate.c": gate("\thook++;\n")}, base=base)


def test_missing_packages(check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        packages, "missing", lambda execution: "flex not found (apt-get install flex)"
    )
    examined = check({"gate/gate.c": gate("\thook++;\n")})
    assert (examined.count, examined.skip) == (0, "flex not found (apt-get install flex)")


def test_findings_are_told_by_their_place(check: Check) -> None:
    examined = check({"gate/gate.c": gate("\tint new;\n")})
    assert outline(examined.findings[0])["severity"] == "error"
    assert mini_kbuild.TABLE["table"] not in str(examined.findings[0])
