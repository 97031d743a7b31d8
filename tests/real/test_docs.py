# SPDX-License-Identifier: GPL-2.0-or-later
"""docs on real trees: faults that the kernel's own extensions find, in the old kernel-doc (Perl)
and in the new one (Python)."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from repos import mail_of_change

from .conftest import verify

SOURCE, DOCUMENT = "lib/errseq.c", "Documentation/core-api/errseq.rst"


@pytest.fixture(params=["7.2", "6.12"])
def linux(request: pytest.FixtureRequest) -> Path:
    tree: Path = request.getfixturevalue(f"linux_{request.param.replace('.', '_')}")
    return tree


FAULTS: dict[str, tuple[str, str, str, str]] = {
    "parameter not described": (
        SOURCE,
        " * @eseq: Pointer to errseq_t to be sampled.\n",
        "",
        "'eseq' not described in 'errseq_sample'",
    ),
    "excess parameter": (
        SOURCE,
        " * @eseq: Pointer to errseq_t to be sampled.\n",
        " * @eseq: Pointer to errseq_t to be sampled.\n * @gone: Nothing.\n",
        "Excess function parameter 'gone' description in 'errseq_sample'",
    ),
    "another prototype": (
        SOURCE,
        " * errseq_sample() - Grab",
        " * errseq_simple() - Grab",
        "expecting prototype for errseq_simple(). Prototype was for errseq_sample() instead",
    ),
    "rst in the comment": (
        SOURCE,
        " * Context: Any context.\n",
        " * Context: Any *context.\n",
        "Inline emphasis start-string without end-string.",
    ),
    "label in the comment": (
        SOURCE,
        " * Context: Any context.\n",
        " * Context: See :ref:`no_such_label`.\n",
        "undefined label: 'no_such_label'",
    ),
    "path of the directive": (
        DOCUMENT,
        ".. kernel-doc:: lib/errseq.c",
        ".. kernel-doc:: lib/errsec.c",
        "lib/errsec.c",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault(linux: Path, cache: Path, tmp_path: Path, name: str) -> None:
    path, old, new, message = FAULTS[name]
    mail = mail_of_change(linux, tmp_path, path, lambda text: text.replace(old, new, 1))
    done = verify(mail, "--tree", linux, "--only", "docs", cache=cache, cwd=tmp_path)
    assert done.code == 1, done.out + done.err
    findings = [f for o in done.report["outcomes"] for f in o["findings"] if f["state"] == "new"]
    assert any(message in f["message"] for f in findings), findings
    assert {f["path"] for f in findings} <= {SOURCE, DOCUMENT}


def test_kernel_doc_of_a_source_that_no_document_shows(
    linux: Path, cache: Path, tmp_path: Path
) -> None:
    """The place and the words are those of the tree's own program, run by hand."""
    path = "security/ipe/hooks.c"
    line = " * @bprm: Supplies a pointer to a linux_binprm structure to source the file\n"
    mail = mail_of_change(linux, tmp_path, path, lambda text: text.replace(line, "", 1))
    done = verify(mail, "--tree", linux, "--only", "docs", cache=cache, cwd=tmp_path)
    assert (done.code, done.statuses["docs"]) == (0, {"PASS"}), done.out
    found = [f for o in done.report["outcomes"] for f in o["findings"] if f["state"] == "new"]
    said = kernel_doc(linux, tmp_path, path, (linux / path).read_text().replace(line, "", 1))
    assert said - kernel_doc(linux, tmp_path, path, (linux / path).read_text(), moved=-1) == {
        (f["path"], f["line"], f["message"]) for f in found
    }
    assert [f["rule"] for f in found] == ["kernel-doc-w1"]


def kernel_doc(
    linux: Path, folder: Path, path: str, text: str, moved: int = 0
) -> set[tuple[str, int, str]]:
    """What ``kernel-doc -none`` says of a text, with lines counted from ``moved``."""
    program = next(
        p for p in ("tools/docs/kernel-doc", "scripts/kernel-doc") if (linux / p).exists()
    )
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_text(text)
    argv = [linux / program, "-none", path]
    done = subprocess.run(argv, cwd=folder, capture_output=True, text=True, check=True)
    lines = re.findall(r"(?m)^(?:Warning: )?(\S+?):(\d+):? (?:warning: )?(.*)$", done.stderr)
    return {(where, int(line) + moved, message) for where, line, message in lines}


def test_a_comment_that_a_document_asks_for_goes(linux: Path, cache: Path, tmp_path: Path) -> None:
    """kernel-doc in Perl says so where nothing is left to show, and in Python never."""
    old = "/**\n * struct landlock_ruleset_attr"
    mail = mail_of_change(
        linux,
        tmp_path,
        "include/uapi/linux/landlock.h",
        lambda text: text.replace(old, old.replace("/**", "/*")),
    )
    done = verify(mail, "--tree", linux, "--only", "docs", cache=cache, cwd=tmp_path)
    found = [f for o in done.report["outcomes"] for f in o["findings"] if f["state"] == "new"]
    said = [(f["rule"], f["path"], f["message"]) for f in found]
    perl = ("kernel-doc", "include/uapi/linux/landlock.h", "'landlock_ruleset_attr' not found")
    ours = (
        "kernel-doc-unknown",
        "Documentation/userspace-api/landlock.rst",
        "include/uapi/linux/landlock.h has no kernel-doc comment of 'landlock_ruleset_attr':"
        " nothing is shown of it",
    )
    assert said == [ours if (linux / "tools/docs/kernel-doc").exists() else perl]


@pytest.mark.parametrize("name", ["parameter not described", "excess parameter"])
def test_what_a_document_shows_is_said_once(
    linux: Path, cache: Path, tmp_path: Path, name: str
) -> None:
    path, old, new, message = FAULTS[name]
    mail = mail_of_change(linux, tmp_path, path, lambda text: text.replace(old, new, 1))
    done = verify(mail, "--tree", linux, "--only", "docs", cache=cache, cwd=tmp_path)
    found = [f for o in done.report["outcomes"] for f in o["findings"] if f["state"] == "new"]
    assert [(f["rule"], f["severity"]) for f in found] == [("kernel-doc", "error")]
    assert message in found[0]["message"]


def test_a_change_that_no_document_shows(linux: Path, cache: Path, tmp_path: Path) -> None:
    mail = mail_of_change(linux, tmp_path, SOURCE, lambda text: f"/* new */\n{text}")
    done = verify(mail, "--tree", linux, "--only", "docs", cache=cache, cwd=tmp_path)
    assert done.statuses["docs"] == {"SKIP"}


def test_a_good_change_of_kernel_doc(linux: Path, cache: Path, tmp_path: Path) -> None:
    change: Callable[[str], str] = lambda text: text.replace("Any context.", "Any context at all.")  # noqa: E731
    mail = mail_of_change(linux, tmp_path, SOURCE, change)
    done = verify(mail, "--tree", linux, "--only", "docs", cache=cache, cwd=tmp_path)
    assert (done.code, done.findings) == (0, [])
