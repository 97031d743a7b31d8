# SPDX-License-Identifier: GPL-2.0-or-later
"""warnings: where a message of the documentation build belongs, and what kind it is."""

from __future__ import annotations

import pytest

from verify_series.docs.warnings import finding
from verify_series.model import CheckError, Finding

TREE = "/private/tree"
DOCUMENT = "Documentation/toys/wind.rst"


def made(text: str, location: str = "", kind: str = "") -> Finding:
    found = finding(DOCUMENT, location, kind, text, tree=TREE)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("location", "text", "place"),
    [
        (f"{TREE}/{DOCUMENT}:9", "undefined label: 'a'", (DOCUMENT, 9)),
        (f"{TREE}/{DOCUMENT}", "document isn't included in any toctree", (DOCUMENT, 0)),
        (f"{TREE}/{DOCUMENT}:", "Title underline too short.", (DOCUMENT, 0)),
        # kernel-doc that the document shows, from docutils and from kernel-doc itself
        (
            f"{TREE}/Documentation/toys/wind:4: ./lib/toy.c:17",
            "Unexpected indentation.",
            ("lib/toy.c", 17),
        ),
        ("", "./lib/toy.c:17 function parameter 'x' not described in 'f'", ("lib/toy.c", 17)),
        ("", "lib/toy.c:17: warning: bad line: x", ("lib/toy.c", 17)),
        ("", "No kernel-doc for file ./lib/toy.c", (DOCUMENT, 0)),
        (
            f"{TREE}/{DOCUMENT}:docstring of toy.wind:3",
            "Unexpected indentation.",
            (DOCUMENT, 3),
        ),
        ("<unknown>:3", "Unexpected indentation.", (DOCUMENT, 3)),
        (
            "",
            "/sys/toy is defined 2 times: Documentation/ABI/a:5; Documentation/ABI/b:2",
            ("Documentation/ABI/a", 5),
        ),
        (
            "",
            "/sys/toy is defined 2 times: Documentation/ABI/a; Documentation/ABI/b:2",
            ("Documentation/ABI/a", 0),
        ),
        (
            "",
            "/sys/toy is defined 2 times: Documentation/ABI/alines 3, 9; Documentation/ABI/b:2",
            ("Documentation/ABI/a", 0),
        ),
        # the file has been cut, and the build counts lines of a table made of it
        (f"{TREE}/MAINTAINERS:82", "Unexpected indentation.", ("MAINTAINERS", 0)),
    ],
)
def test_the_place(location: str, text: str, place: tuple[str, int]) -> None:
    found = made(text, location)
    assert (found.path, found.line) == place


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("unknown document: '/a'", "unknown-document"),
        ("undefined label: 'a'", "undefined-label"),
        ("duplicate label a, other instance in b.rst", "duplicate-label"),
        ("Footnote [#] is not referenced.", "footnote-unreferenced"),
        ('Unknown target name: "7".', "footnote-undefined"),
        ('Unknown target name: "wind".', "unknown-target"),
        ("Title underline too short.\n\nTitle\n--", "title-underline"),
        ("Block quote ends without a blank line; unexpected unindent.", "indentation"),
        ("toctree contains reference to nonexisting document 'a'", "toctree-missing"),
        ("document isn't included in any toctree", "not-in-toctree"),
        ('Unknown directive type "wind".', "directive"),
        ("something that nobody has said before", "other"),
    ],
)
def test_the_rule(text: str, rule: str) -> None:
    assert made(text, f"{TREE}/{DOCUMENT}:1").rule == rule


def test_what_kernel_doc_says_has_a_rule_of_its_own() -> None:
    assert made("./a.c:1 anything", kind="kerneldoc").rule == "kernel-doc"


def test_the_message_is_one_line_and_the_quoted_source_tells_two_apart() -> None:
    first = made("Title underline too short.\n\nFirst\n--", f"{TREE}/{DOCUMENT}:1")
    second = made("Title underline too short.\n\nSecond\n--", f"{TREE}/{DOCUMENT}:1")
    assert first.message == second.message == "Title underline too short."
    assert first.key != second.key


def test_numbers_of_other_lines_do_not_tell_two_apart() -> None:
    text = "Duplicate C declaration, also defined at toys/wind:{}."
    assert (
        made(text.format(3), f"{TREE}/a.rst:1").key == made(text.format(8), f"{TREE}/a.rst:1").key
    )


def test_the_machine_is_no_fault_but_what_quotes_its_words_may_be_one() -> None:
    absent = "dot(1) not found, for better output quality install graphviz"
    assert finding(DOCUMENT, "", "kfigure", absent, tree=TREE) is None
    quoted = "Title underline too short.\n\nHow LaTeX and Inkscape draw\n---"
    assert made(quoted, f"{TREE}/{DOCUMENT}:1").rule == "title-underline"


def test_a_kernel_doc_that_does_not_start_is_no_finding() -> None:
    text = "kernel-doc 'scripts/kernel-doc -rst ./a.c' processing failed with: [Errno 2] No perl"
    with pytest.raises(CheckError):
        made(text)
