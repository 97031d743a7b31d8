# SPDX-License-Identifier: GPL-2.0-or-later
"""From what Sphinx said to findings: place, kind, and what makes two of them the same."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..model import CheckError, Finding, Severity
from . import maintainers
from .scan import ROOT

CHECKER = "docs"

#: The rule of a document at which a full build would end; what it would say further is unknown.
STOPS = "build-stops"

#: Rule names by what the message says; the first that fits counts. The kinds are those that
#: break documentation builds in practice, in the words of Sphinx, docutils and kernel-doc.
_RULES = tuple(
    (rule, re.compile(words))
    for rule, words in (
        (STOPS, r"a full build stops here"),
        ("unknown-document", r"unknown document"),
        ("undefined-label", r"undefined label|A title or caption not found"),
        ("duplicate-label", r"duplicate label"),
        ("duplicate-term", r"duplicate (?:term|\w+) description of|duplicate token"),
        ("unknown-term", r"term not in glossary"),
        ("footnote-unreferenced", r"Footnote \[.*\] is not referenced"),
        (
            "footnote-undefined",
            r"Too many (?:autonumbered|symbol) footnote|Unknown target name: \"\d",
        ),
        ("citation", r"[Cc]itation"),
        ("title-underline", r"Title (?:under|over)line too short|Missing matching underline"),
        (
            "section",
            r"Unexpected section title|Inconsistent title style|Title level|level \d+ section",
        ),
        ("indentation", r"Unexpected indentation|unexpected unindent|Inconsistent literal block"),
        ("table", r"Malformed table|Blank line required after table|Column span alignment"),
        ("inline-markup", r"Inline .* start-string without end-string|Mismatch: both interpreted"),
        ("literal-block", r"Literal block expected"),
        ("blank-line", r"ends without a blank line|Blank line required|No blank line"),
        ("toctree-missing", r"toctree contains reference to|toctree glob pattern"),
        (
            "toctree-duplicate",
            r"duplicated entry found in toctree|circular toctree|self referenced"
            r"|already assigned section numbers",
        ),
        ("not-in-toctree", r"isn't included in any toctree"),
        ("include-missing", r"nclude file .* not found|Problems? with \"[\w-]*include\" directive"),
        ("include-missing", r"File \".*\" doesn't exist"),
        ("image-missing", r"image file not readable|image file .* not readable"),
        ("download-missing", r"download file not readable"),
        ("duplicate-target", r"Duplicate (?:explicit|implicit) target name"),
        ("duplicate-declaration", r"Duplicate C declaration|is defined \d+ times:"),
        ("c-declaration", r"Unparseable C|Error in declarator|Invalid C declaration|Error in C"),
        ("unknown-target", r"Unknown target name|Anonymous hyperlink mismatch|Indirect hyperlink"),
        ("substitution", r"[Ss]ubstitution"),
        (
            "directive",
            r"Error in \"|Content block expected|directive type|Problems? with .* directive",
        ),
        ("role", r"Unknown interpreted text role|role \".*\"|No role entry"),
        ("lexing", r"Lexing literal_block|Pygments lexer name"),
        ("invalid-reference", r"Invalid xref|reference target not found"),
        ("transition", r"transition"),
    )
)

#: Rules whose messages do not tell one fault of a file from the next.
_ANONYMOUS = frozenset(("indentation", "blank-line", "literal-block", "inline-markup", "table"))

_PLACE = re.compile(r"(?s)(?P<path>.*?)(?::(?P<line>\d+)?:?)?\Z")
_UNPLACED = re.compile(r"(?s)(?:\./)?(?P<path>[\w.+@/-]+):(?P<line>\d+):?\s+(?P<text>.*)\Z")
#: Of two ABI files that describe the same, which the message names (abi_parser.py).
_TWICE = re.compile(
    r"/\S.* is defined \d+ times: (?P<path>[\w.+@/-]+?)(?::(?P<line>\d+)|lines [\d, ]+)?;"
)
_SEVERITY_WORD = re.compile(r"(?i)\A(?:warning|error):\s*")
_NUMBER = re.compile(r"(?<=[:#])\d+|(?<=line )\d+")

#: kernel-doc itself did not run: then nothing of what it shows was judged.
_NOT_RUN = re.compile(r"kernel-doc '.*' processing failed with: .*|Can't locate \S+\.pm in @INC")

#: Messages about the machine, not about the documents.
_ENVIRONMENT = re.compile(r"dot\(1\)|rsvg-convert|ImageMagick|convert\(1\)|[Ii]nkscape|LaTeX")


def finding(document: str, location: str, kind: str, text: str, *, tree: str) -> Finding | None:
    """One warning as a finding, None where it is about the machine.

    ``document`` is the path of the document at hand (empty for checks between documents),
    ``tree`` the folder whose name Sphinx writes in front of paths. A message of kernel-doc
    carries its place in the text, and everything else in ``location``; what is known of neither
    stands at the document as a whole, or at the folder of all. Raises CheckError where kernel-doc
    could not run.
    """
    text = text.replace(f"{tree}/", "").replace("\r", "")
    path, line = _place(location.replace(f"{tree}/", ""), document)
    if not location:
        if match := _UNPLACED.match(text):
            path, line, text = match["path"], int(match["line"]), match["text"]
        elif match := _TWICE.match(text):
            path, line = match["path"], int(match["line"] or 0)
        elif _ENVIRONMENT.search(text):
            return None
    if path == maintainers.PATH:
        line = 0  # a line of the table that the extension makes, not of the file
    if not_run := _NOT_RUN.search(text):
        raise CheckError(f"{path}: {not_run[0]}")
    text = _SEVERITY_WORD.sub("", text).partition(". Possible alternatives:")[0].strip()
    rule = _rule(kind, text)
    identity = _NUMBER.sub("N", " ".join(text.split()))
    return Finding(
        CHECKER, rule, Severity.ERROR, path, line, _first_paragraph(text), identity=identity
    )


def _place(location: str, document: str) -> tuple[str, int]:
    match = _PLACE.match(location)
    assert match  # it takes anything
    # "Documentation/x:12: ./include/y.h" is a line of kernel-doc that x.rst shows.
    path = match["path"].rpartition(": ")[2].partition(":docstring of ")[0].removeprefix("./")
    if not path or path.startswith("<") or path == "None":
        path = document or ROOT
    return path, int(match["line"] or 0)


def _rule(kind: str, text: str) -> str:
    if kind in ("kerneldoc", "stderr"):
        return "kernel-doc"
    return next((rule for rule, words in _RULES if words.search(text)), "other")


def _first_paragraph(text: str) -> str:
    """The message without the source that docutils quotes below it, on one line."""
    return " ".join(re.split(r"\n\s*\n", text)[0].split())


def unique(findings: Iterable[Finding]) -> list[Finding]:
    """Each finding once: a source that several directives show is complained about each time."""
    return list(dict.fromkeys(findings))


def is_anonymous(found: Finding) -> bool:
    """Whether the text of the line should be part of the finding's identity."""
    return found.rule in _ANONYMOUS
