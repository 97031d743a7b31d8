# SPDX-License-Identifier: GPL-2.0-or-later
"""A series that changes what would be executed is marked so, and whose version ran is said."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from bad_input import Judge, answer_in_process
from ends import environment
from mails import ADA, mail
from verify_series import executed
from verify_series.model import Outcome, Status
from verify_series.report.reading import read

CHECKPATCH = "it changes what checkpatch consists of ({}): only the base's version ran"
DOCS = "it changes what the documentation build consists of ({}): only the base's version ran"
BUILD = "it changes what a build consists of ({}): nothing ran it"

NOTES = {
    "scripts/checkpatch.pl": (CHECKPATCH, BUILD),
    "scripts/spelling.txt": (CHECKPATCH, BUILD),
    ".checkpatch.conf": (CHECKPATCH,),
    "Documentation/conf.py": (DOCS,),
    "Documentation/sphinx/kerneldoc.py": (DOCS,),
    "scripts/kernel-doc": (DOCS, BUILD),
    "tools/lib/python/kdoc/kdoc_parser.py": (DOCS, BUILD),
    "Makefile": (BUILD,),
    "security/ipe/Makefile": (BUILD,),
    "arch/x86/Makefile.um": (BUILD,),
    "drivers/toys/Kbuild": (BUILD,),
    "security/Kconfig": (BUILD,),
    "lib/Kconfig.debug": (BUILD,),
    "scripts/mod/modpost.c": (BUILD,),
    "tools/objtool/check.c": (BUILD,),
    "arch/x86/tools/relocs.c": (BUILD,),
    "arch/x86/entry/syscalls/syscall_64.tbl": (BUILD,),
    "rust/macros/module.rs": (BUILD,),
    "kernel/gen_kheaders.sh": (BUILD,),
    "security/ipe/hooks.c": (),
    "Documentation/admin-guide/LSM/ipe.rst": (),
    "include/linux/lsm_hook_defs.h": (),
    "tools/testing/selftests/x.c": (),
    "drivers/Makefiles.c": (),
}


def outcome(checker: str, status: Status) -> Outcome:
    return Outcome(checker, checker, status, 1, (), "", 0.0)


@pytest.mark.parametrize("path", NOTES)
def test_each_kind_of_file(path: str) -> None:
    outcomes = [outcome(name, Status.PASS) for name in ("apply", "docs", "checkpatch")]
    said = executed.notes([path, "a.c"], outcomes, sandbox=True)
    assert said == tuple(note.format(path) for note in NOTES[path])


def test_every_file_is_named_and_what_ran_is_said() -> None:
    paths = ["security/Makefile", "Makefile", "scripts/checkpatch.pl", "Documentation/conf.py"]
    outcomes = [outcome("docs", Status.SKIP), outcome("build", Status.ERROR)]
    assert executed.notes(paths, outcomes, sandbox=True) == (
        "it changes what checkpatch consists of (scripts/checkpatch.pl): nothing ran it",
        "it changes what the documentation build consists of (Documentation/conf.py): nothing ran"
        " it",
        "it changes what a build consists of (Makefile, scripts/checkpatch.pl, security/Makefile): "
        "it ran in a sandbox",
    )
    last = executed.notes(["Makefile"], outcomes, sandbox=False)[-1]
    assert last.endswith("it ran with your own rights (--no-sandbox)")


@pytest.mark.parametrize("format", ["text", "json", "html"])
def test_the_report_marks_it(format: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer_in_process(monkeypatch)
    tree = Judge(tmp_path).repo
    tree.commit({"scripts/checkpatch.pl": "exit 0;\n"}, "a checkpatch")
    body = (
        f"Why.\n\nSigned-off-by: {ADA}\n---\n"
        "diff --git a/scripts/checkpatch.pl b/scripts/checkpatch.pl\n"
        "--- a/scripts/checkpatch.pl\n+++ b/scripts/checkpatch.pl\n"
        "@@ -1 +1 @@\n-exit 0;\n+system('touch ran');\n"
        "diff --git a/toys/Makefile b/toys/Makefile\nnew file mode 100644\n"
        "--- /dev/null\n+++ b/toys/Makefile\n@@ -0,0 +1 @@\n+obj-y += box.o\n-- \n2.47.0\n"
    )
    (tmp_path / "m").write_bytes(mail("[PATCH] toys: x", body, "one@x.org"))
    argv = [sys.executable, "-m", "verify_series", "m", "--tree", str(tree.folder), "-q"]
    argv += [f"--{format}", "out"] if format != "text" else []
    done = subprocess.run(argv, cwd=tmp_path, env=environment(), capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    said = done.stdout if format == "text" else (tmp_path / "out").read_bytes()
    if format == "json":
        [report] = read(said, "out")
        assert report.series
        said = " ".join(report.series.notes).encode()
    words = re.sub(r"\s+", " ", said.decode().replace("&#39;", "'"))
    assert CHECKPATCH.format("scripts/checkpatch.pl") in words
    assert BUILD.format("scripts/checkpatch.pl, toys/Makefile") in words
    assert not (tmp_path / "ran").exists()
