# SPDX-License-Identifier: GPL-2.0-or-later
"""What compilers, kernel-doc, kconfig and make write to standard error, in samples of each form."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from verify_series import run
from verify_series.build.messages import ERROR, OUTPUT, WARNING, Message, failures, read

ROOTS = (Path("/kernel/tree"), Path("/kernel/out"))

FORMS: dict[str, tuple[str, Message | None]] = {
    "warning": (
        "/kernel/tree/gate/gate.c:12:7: warning: unused variable 'x' [-Wunused-variable]",
        Message("gate/gate.c", 12, WARNING, "unused-variable", "unused variable 'x'"),
    ),
    "warning with a level": (
        "gate/gate.c:3:9: warning: this may fall through [-Wimplicit-fallthrough=]",
        Message("gate/gate.c", 3, WARNING, "implicit-fallthrough", "this may fall through"),
    ),
    "error": (
        "/kernel/tree/gate/gate.c:5:9: error: 'x' undeclared",
        Message("gate/gate.c", 5, ERROR, "", "'x' undeclared"),
    ),
    "error without a column": (
        "/kernel/tree/gate/gate.c:5: error: unterminated #ifdef",
        Message("gate/gate.c", 5, ERROR, "", "unterminated #ifdef"),
    ),
    "warning as error": (
        "gate/gate.c:5:9: error: implicit declaration of function 'f'"
        " [-Werror=implicit-function-declaration]",
        Message(
            "gate/gate.c",
            5,
            ERROR,
            "implicit-function-declaration",
            "implicit declaration of function 'f'",
        ),
    ),
    "fatal": (
        "gate/gate.c:1:10: fatal error: nowhere.h: No such file or directory",
        Message("gate/gate.c", 1, ERROR, "", "nowhere.h: No such file or directory"),
    ),
    "crash": (
        "gate/gate.c:1:10: internal compiler error: in some_function",
        Message("gate/gate.c", 1, ERROR, "", "in some_function"),
    ),
    "kernel-doc": (
        "Warning: /kernel/tree/gate/gate.c:7 function parameter 'x' not described in 'f'",
        Message(
            "gate/gate.c", 7, WARNING, "kernel-doc", "function parameter 'x' not described in 'f'"
        ),
    ),
    "old kernel-doc": (
        "gate/gate.c:7: warning: Function parameter 'x' not described in 'f'",
        Message("gate/gate.c", 7, WARNING, "", "Function parameter 'x' not described in 'f'"),
    ),
    "objtool": (
        "gate/gate.o: warning: objtool: f+0x12: unreachable instruction",
        Message("gate/gate.c", 0, WARNING, "", "objtool: f+0x12: unreachable instruction"),
    ),
    "kconfig warning": (
        "gate/Kconfig:4:warning: config symbol defined without type",
        Message("gate/Kconfig", 4, WARNING, "", "config symbol defined without type"),
    ),
    "kconfig": (
        "gate/Kconfig:4: syntax error",
        Message("gate/Kconfig", 4, OUTPUT, "", "syntax error"),
    ),
    "make's own warning": (
        "/kernel/tree/gate/Makefile:3: beware",
        Message("gate/Makefile", 3, OUTPUT, "", "beware"),
    ),
    "no rule": (
        "make[3]: *** No rule to make target 'gate/late.o', needed by 'gate/built-in.a'.",
        Message(
            "", 0, ERROR, "", "No rule to make target 'gate/late.o', needed by 'gate/built-in.a'"
        ),
    ),
    "shell": (
        "/bin/sh: 1: cannot create /evil: Read-only file system",
        Message("", 0, OUTPUT, "", "/bin/sh: 1: cannot create /evil: Read-only file system"),
    ),
    "note": ("gate/gate.c:5:9: note: each undeclared identifier is reported once", None),
    "function": ("gate/gate.c: In function 'f':", None),
    "top level": ("gate/gate.c: At top level:", None),
    "included": ("In file included from gate/gate.c:1:", None),
    "included, more": ("                 from gate/record.c:1:", None),
    "source line": ("    5 |         x = 1;", None),
    "cc1": ("cc1: some warnings being treated as errors", None),
    "end": ("compilation terminated.", None),
    "failed": ("make[3]: *** [scripts/Makefile.build:9: gate/gate.o] Error 1", None),
    "not remade": ("make: Target 'gate/' not remade because of errors.", None),
    "empty": ("", None),
}


@pytest.mark.parametrize("name", FORMS)
def test_form(name: str) -> None:
    line, message = FORMS[name]
    assert read(f"{line}\n", ROOTS) == ([message] if message else [])


def test_each_message_once() -> None:
    line = "gate/gate.h:1:1: warning: here [-Wall]\n"
    assert len(read(line * 3, ROOTS)) == 1


def test_addresses_do_not_make_a_message_another_one() -> None:
    said = [f"gate/gate.o: warning: objtool: f+{at}: bad\n" for at in ("0x12", "0x134")]
    one, two = (read(line, ROOTS)[0] for line in said)
    assert one.identity == two.identity


def test_a_very_long_line_is_cut() -> None:
    assert len(read("x" * 100_000, ROOTS)[0].text) == 500


def test_why_make_failed() -> None:
    errors = "words\nmake[1]: *** [Makefile:9: x] Error 1\nmake: *** [Makefile:2: all] Error 2\n"
    assert failures(errors)[0] == "make[1]: *** [Makefile:9: x] Error 1"
    assert failures("only words\n") == ["only words"]
    assert failures("") == []


@pytest.mark.skipif(not shutil.which("gcc"), reason="gcc is not installed")
def test_the_gcc_that_is_here(tmp_path: Path) -> None:
    """The contract: gcc's own words, with an error, a warning, notes and an included file."""
    (tmp_path / "a.h").write_text("static inline int f(void) { int unused; return no_such; }\n")
    (tmp_path / "a.c").write_text('#include "a.h"\n\nint g(void)\n{\n}\n')
    argv: list[str | Path] = ["gcc", "-Wall", "-c", "-o", tmp_path / "a.o", tmp_path / "a.c"]
    done = run.run(argv, env={**run.clean_environment(), "LC_ALL": "C"})
    found = {(m.path, m.line, m.kind, m.option) for m in read(done.stderr.decode(), [tmp_path])}
    assert found == {
        ("a.h", 1, ERROR, ""),
        ("a.h", 1, WARNING, "unused-variable"),
        ("a.c", 5, WARNING, "return-type"),
    }
