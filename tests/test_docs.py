# SPDX-License-Identifier: GPL-2.0-or-later
"""docs: each kind of fault, brought in by a patch of its own, against a full build by Sphinx.

The kinds are those that break documentation builds in practice; the ones that kernel-doc finds
need a real tree and stand in tests/real.
"""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

import snapshots
from verify_series import sandbox
from verify_series.checkers import docs
from verify_series.docs import reader
from verify_series.model import CheckError, Examined, Severity, State, UserError

GOOD = """\
{mark}
Toy {name}
{mark}

A toy has a name. See :doc:`/other` and :ref:`other_rules` [#note]_.

.. [#note] A footnote.
"""
OTHER = """\
.. _other_rules:

Rules
=====

.. _wind:

Wind
----

.. c:function:: int toy_wind(struct toy *toy)

.. glossary::

   spring
      What drives a toy.
"""
CONF = 'project = "Toys"\nexclude_patterns = ["output"]\n'

#: Rule to what is put behind the text of a good document: the line in that text, the message.
FAULTS: list[tuple[str, str, int, str]] = [
    ("unknown-document", ":doc:`/nowhere`", 1, "unknown document: '/nowhere'"),
    ("unknown-document", "one\ntwo :doc:`/none`", 1, "unknown document: '/none' (on line 10)"),
    ("undefined-label", ":ref:`no_rules`", 1, "undefined label: 'no_rules'"),
    ("footnote-unreferenced", ".. [#left] Left.", 1, "Footnote [#] is not referenced."),
    ("footnote-undefined", "Dangling [#gone]_.", 1, "Too many autonumbered footnote references"),
    ("citation", "See [Gone]_.", 1, "citation not found: Gone"),
    ("title-underline", "Long title\n----", 2, "Title underline too short."),
    ("title-underline", "----\nLong title\n----", 1, "Title overline too short."),
    ("indentation", "one\ntwo\n    deep", 3, "Unexpected indentation."),
    (
        "indentation",
        "- a\n\n    b\n   c",
        4,
        "Block quote ends without a blank line; unexpected unindent.",
    ),
    (
        "indentation",
        "word\n   what it is\nmore",
        3,
        "Definition list ends without a blank line; unexpected unindent.",
    ),
    ("table", "==  ==\na   b\n==  ==\nlonger c\n==  ==", 4, "Malformed table."),
    ("table", "==  ==\na   b\n==  ==\n1   2\n==  ==\nmore", 6, "Blank line required after table."),
    ("inline-markup", "an *emphasis", 1, "Inline emphasis start-string without end-string."),
    (
        "inline-markup",
        "a |substitution",
        1,
        "Inline substitution_reference start-string without end-string.",
    ),
    (
        "inline-markup",
        "a `phrase",
        1,
        "Inline interpreted text or phrase reference start-string without end-string.",
    ),
    ("literal-block", "Like this::\n\nno block", 3, "Literal block expected; none found."),
    (
        "indentation",
        "Like this::\n\n   block\nmore",
        4,
        "Literal block ends without a blank line; unexpected unindent.",
    ),
    (
        "indentation",
        ".. note:: a\nmore",
        2,
        "Explicit markup ends without a blank line; unexpected unindent.",
    ),
    (
        "indentation",
        "* a\nmore",
        2,
        "Bullet list ends without a blank line; unexpected unindent.",
    ),
    ("blank-line", "| a\nmore", 2, "Line block ends without a blank line."),
    (
        "indentation",
        ":a: b\nmore",
        2,
        "Field list ends without a blank line; unexpected unindent.",
    ),
    ("unknown-target", "a `link`_", 1, 'Unknown target name: "link".'),
    ("substitution", "a |gone|", 1, 'Undefined substitution referenced: "gone".'),
    ("directive", ".. nothing::", 1, 'Unknown directive type "nothing".'),
    ("directive", ".. image::", 1, 'Error in "image" directive:'),
    ("directive", ".. note::", 1, 'Content block expected for the "note" directive; none found.'),
    ("role", "a :nothing:`role`", 1, 'Unknown interpreted text role "nothing".'),
    ("image-missing", ".. image:: none.png", 1, "image file not readable: toys/none.png"),
    ("include-missing", ".. include:: none.rst", 1, 'Problems with "include" directive path:'),
    (
        "toctree-missing",
        ".. toctree::\n\n   nothing",
        1,
        "toctree contains reference to nonexisting document 'toys/nothing'",
    ),
    (
        "toctree-duplicate",
        ".. toctree::\n   :hidden:\n\n   /other\n   /other",
        1,
        "duplicated entry found in toctree: other",
    ),
    (
        "toctree-duplicate",
        ".. toctree::\n   :numbered:\n\n   /other\n   /other",
        1,
        "duplicated entry found in toctree: other",
    ),
    (
        "toctree-missing",
        ".. toctree::\n\n   /untitled",
        1,
        "toctree contains reference to document 'untitled' that doesn't have a title: no link"
        " will be generated",
    ),
    (
        "duplicate-label",
        ".. _wind:\n\nUp\n--",
        4,
        "duplicate label wind, other instance in Documentation/other.rst",
    ),
    (
        "duplicate-term",
        ".. glossary::\n\n   spring\n      Again.",
        2,
        "duplicate term description of spring, other instance in other",
    ),
    (
        "duplicate-declaration",
        ".. c:function:: int toy_wind(struct toy *toy)",
        1,
        "Duplicate C declaration, also defined at other:11.",
    ),
    ("c-declaration", ".. c:function:: int (", 1, "Error in declarator"),
    ("unknown-term", ":term:`wheel`", 1, "term not in glossary: 'wheel'"),
]


def path(number: int) -> str:
    return f"Documentation/toys/t{number:02}.rst"


def document(number: int) -> str:
    name = f"t{number:02}"
    return GOOD.format(name=name, mark="=" * (len(name) + 4))


def base() -> dict[str, str]:
    names = "".join(f"   toys/t{number:02}\n" for number in range(len(FAULTS)))
    return {
        "Documentation/conf.py": CONF,
        "Documentation/index.rst": f"Toys\n====\n\n.. toctree::\n\n   other\n   untitled\n{names}",
        "Documentation/other.rst": OTHER,
        "Documentation/untitled.rst": "No title here.\n",
        **{path(number): document(number) for number in range(len(FAULTS))},
    }


START = len(document(0).splitlines()) + 2  # the line of a fault that begins the text


@pytest.fixture(scope="module")
def judged() -> Examined:
    """One series, a fault a patch."""
    trees = [base()]
    for number, (_, text, _, _) in enumerate(FAULTS):
        trees.append({**trees[-1], path(number): f"{document(number)}\n{text}\n"})
    return docs.run(snapshots.apply(*trees), docs.parse({}))


@pytest.mark.parametrize("number", range(len(FAULTS)), ids=lambda n: f"{n:02}-{FAULTS[n][0]}")
def test_a_fault(judged: Examined, number: int) -> None:
    rule, _, line, message = FAULTS[number]
    found = [f for f in judged.findings if f.patch == number + 1]
    assert [(f.rule, f.path, f.line) for f in found[:1]] == [
        (rule, path(number), START + line - 1)
    ], found
    assert found[0].message.startswith(message)
    assert {(f.severity, f.state, f.path) for f in found} == {
        (Severity.ERROR, State.NEW, path(number))
    }


def full_build(tree: Mapping[str, str], folder: Path) -> set[tuple[str, int, str]]:
    """What sphinx-build itself says of a tree, written below ``folder``: path, line, first line."""
    for name, content in tree.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
    argv = [sys.executable, "-m", "sphinx", "-q", "-N", "-b", "html", "Documentation", "output"]
    done = subprocess.run(argv, cwd=folder, capture_output=True, text=True, check=True)
    place = rf"^{re.escape(str(folder))}/(\S+?):(\d+): (?:WARNING|ERROR|CRITICAL): (.*)$"
    said = re.findall(place, done.stderr, re.MULTILINE)
    full = {(p, int(line), re.sub(r" \[[\w.]+\]$", "", text)) for p, line, text in said}
    return {(p, line, text.replace(f"{folder}/", "")) for p, line, text in full}


def test_a_full_build_says_the_same(judged: Examined, tmp_path: Path) -> None:
    """All faults at once, read by sphinx-build itself: same places, same first lines."""
    tree = base()
    for number, (_, text, _, _) in enumerate(FAULTS):
        tree[path(number)] = f"{document(number)}\n{text}\n"
    full = full_build(tree, tmp_path)
    full -= {one for one in full if one[0].endswith("/index.rst")}  # untouched, untitled
    ours = {(f.path, f.line, f.identity, f.message) for f in judged.findings}
    for where, line, text in full:
        messages = [m for p, n, _, m in ours if (p, n) == (where, line)]
        assert any(message.startswith(text) for message in messages), (where, line, text, messages)
    assert len(full) == len(ours)


def test_a_document_with_two_numbers(judged: Examined) -> None:
    said = [f.message for f in judged.findings if "section numbers" in f.message]
    assert said == ["other is already assigned section numbers (nested numbered toctree?)"]


SMALL = {
    "Documentation/conf.py": CONF,
    "Documentation/index.rst": "Toys\n====\n\n.. toctree::\n\n   a\n   b\n",
    "Documentation/a.rst": "A\n=\n\nSee :doc:`b` and :ref:`here <mark>`.\n",
    "Documentation/b.rst": ".. _mark:\n\nB\n=\n\nText.\n",
    "toy.c": "int x;\n",
}
A, B, INDEX = "Documentation/a.rst", "Documentation/b.rst", "Documentation/index.rst"
MIDDLE = "Documentation/c.rst"


def test_a_second_number_in_a_toctree_that_was_numbered_before() -> None:
    numbered = {**SMALL, INDEX: SMALL[INDEX].replace("toctree::\n", "toctree::\n   :numbered:\n")}
    said = verdict(numbered, {**numbered, INDEX: numbered[INDEX] + "   b\n"})
    assert said == [("toctree-duplicate", INDEX, 4, 1, State.NEW)] * 2


@pytest.mark.parametrize(
    ("listed", "place"),
    [("a\n   b", (INDEX, 4)), ("b\n   a", (A, 6)), ("c", (MIDDLE, 4))],
    ids=["of the entry that stood there", "of the new one", "deeper down"],
)
def test_a_second_number_below_a_toctree_of_an_untouched_document(
    listed: str, place: tuple[str, int], tmp_path: Path
) -> None:
    tree = {
        **SMALL,
        INDEX: f"Toys\n====\n\n.. toctree::\n   :numbered:\n\n   {listed}\n",
        MIDDLE: "C\n=\n\n.. toctree::\n\n   a\n   b\n",
    }
    if listed != "c":
        del tree[MIDDLE]
    after = {**tree, A: tree[A] + "\n.. toctree::\n\n   b\n"}
    assert verdict(tree, after) == [("toctree-duplicate", *place, 1, State.NEW)]
    text = "b is already assigned section numbers (nested numbered toctree?)"
    assert full_build(after, tmp_path) == {(*place, text)}


def test_a_new_document_that_a_pattern_numbers_and_another_listed(tmp_path: Path) -> None:
    index = "Toys\n====\n\n.. toctree::\n   :numbered:\n   :glob:\n\n   *\n"
    tree = {**SMALL, INDEX: index, A: SMALL[A] + "\n.. toctree::\n\n   c\n"}
    after = {**tree, MIDDLE: "Cee\n===\n\nText.\n"}
    new = [found for found in verdict(tree, after) if found[-1] is State.NEW]
    assert new == [("toctree-duplicate", INDEX, 4, 1, State.NEW)]
    text = "c is already assigned section numbers (nested numbered toctree?)"
    assert full_build(after, tmp_path) == {(INDEX, 4, text)}


def test_without_numbers_a_document_may_stand_in_two_toctrees() -> None:
    assert verdict(SMALL, {**SMALL, A: SMALL[A] + "\n.. toctree::\n\n   b\n"}) == []


def verdict(*trees: Mapping[str, str]) -> list[tuple[str, str, int, int | None, State]]:
    examined = docs.run(snapshots.apply(*trees), docs.parse({}))
    return [(f.rule, f.path, f.line, f.patch, f.state) for f in examined.findings]


def test_a_good_change_passes() -> None:
    after = {**SMALL, A: SMALL[A] + "\nMore of :doc:`/b`.\n"}
    examined = docs.run(snapshots.apply(SMALL, after), docs.parse({}))
    # The document, and the toctree that lists it: so short a title may be none.
    assert (examined.count, examined.findings) == (2, ())
    assert set(examined.versions) == {"Sphinx", "docutils"}


def test_what_touches_no_document_is_skipped() -> None:
    examined = docs.run(snapshots.apply(SMALL, {**SMALL, "toy.c": "int y;\n"}), docs.parse({}))
    assert examined.count == 0
    assert examined.skip == (
        "the series touches no document, nothing that a document shows, and no kernel-doc"
    )


def test_old_faults_stay_old() -> None:
    bad = {**SMALL, A: SMALL[A] + "\n:doc:`gone`\n"}
    after = {**bad, A: "A\n=\n\nOne line more.\n" + bad[A][4:]}
    assert verdict(bad, after) == [("unknown-document", A, 8, None, State.EXISTING)]
    assert verdict(bad, SMALL) == [("unknown-document", A, 6, 1, State.FIXED)]


def test_a_fault_that_a_later_patch_repairs_belongs_to_its_patch() -> None:
    new = {**SMALL, A: SMALL[A] + "\n:doc:`c`\n"}
    whole = {
        **new,
        "Documentation/c.rst": "C\n=\n",
        INDEX: SMALL[INDEX] + "   c\n",
    }
    assert verdict(SMALL, new, whole) == [("unknown-document", A, 6, 1, State.NEW)]
    assert verdict(SMALL, whole) == []


def test_a_new_document_without_a_toctree() -> None:
    after = {**SMALL, "Documentation/c.rst": "C\n=\n"}
    assert verdict(SMALL, after) == [("not-in-toctree", "Documentation/c.rst", 0, 1, State.NEW)]


def test_a_text_that_an_untouched_document_includes_refers_to_what_is_gone(tmp_path: Path) -> None:
    part = "Documentation/part.txt"
    tree = {
        **SMALL,
        part: "A part.\n\nSee :ref:`mark`.\n",
        A: "A\n=\n\n.. include:: part.txt\n",
    }
    after = {**tree, B: tree[B].replace(".. _mark:", ".. _sign:")}
    assert verdict(tree, after) == [("undefined-label", part, 3, 1, State.NEW)]
    assert full_build(after, tmp_path) == {(part, 3, "undefined label: 'mark'")}
    assert verdict(tree, {**tree, B: tree[B] + "\nMore.\n"}) == []


def test_a_text_that_an_untouched_document_includes_defines_a_label() -> None:
    tree = {
        **SMALL,
        "Documentation/part.txt": ".. _part:\n\nA Part\n------\n",
        B: SMALL[B] + "\n.. include:: part.txt\n",
    }
    assert verdict(tree, {**tree, A: tree[A] + "\n:ref:`part`\n"}) == []


def test_where_a_full_build_stops_nothing_is_said_of_what_it_did_not_come_to() -> None:
    """The toctree was not read to its end, and the label not seen: no fault of other documents."""
    tree = {**SMALL, "Documentation/docutils.conf": "[general]\nhalt_level: severe\n"}
    table = ".. csv-table::\n   :file: gone.csv\n\n"
    after = {**tree, INDEX: table + tree[INDEX], B: table + tree[B], A: tree[A] + "\nMore.\n"}
    found = verdict(tree, after)
    assert {(rule, path, line) for rule, path, line, _, _ in found} == {
        ("build-stops", INDEX, 0),
        ("directive", INDEX, 1),
        ("build-stops", B, 0),
        ("directive", B, 1),
    }


def test_a_document_that_falls_out_of_its_toctree() -> None:
    after = {**SMALL, INDEX: SMALL[INDEX].replace("   b\n", "")}
    assert verdict(SMALL, after) == [("not-in-toctree", B, 0, 1, State.NEW)]


def test_an_orphan_by_what_it_includes_may_fall_out_of_its_toctree() -> None:
    note = "Documentation/note.rst"
    tree = {**SMALL, note: ":orphan:\n\nA note.\n", B: ".. include:: note.rst\n\n" + SMALL[B]}
    assert verdict(tree, {**tree, INDEX: SMALL[INDEX].replace("   b\n", "")}) == []


def test_what_lies_in_an_excluded_folder_is_no_document() -> None:
    output = "Documentation/output/deep/c.rst"
    tree = {**SMALL, output: "C\n=\n"}
    assert verdict(tree, {**tree, output: "C\n=\n\n:doc:`gone`\n"}) == []


def test_a_removed_document_is_missed_where_it_is_referred_to() -> None:
    after = {name: text for name, text in SMALL.items() if name != B}
    assert sorted(verdict(SMALL, after)) == [
        ("toctree-missing", INDEX, 4, 1, State.NEW),
        ("undefined-label", A, 4, 1, State.NEW),
        ("unknown-document", A, 4, 1, State.NEW),
    ]


def test_a_removed_label_is_missed_where_it_is_referred_to() -> None:
    after = {**SMALL, B: SMALL[B].replace("_mark", "_other")}
    assert verdict(SMALL, after) == [("undefined-label", A, 4, 1, State.NEW)]


@pytest.mark.parametrize(("touched", "other"), [(A, B), (B, A)])
def test_a_rival_that_was_there_before_stays_unsaid(touched: str, other: str) -> None:
    """Another document defines the same names, and is read for one that only it defines."""
    both = "T\n=\n\n.. _dup:\n\nSub\n---\n\n.. c:function:: int f(void)\n\n"
    shown = ".. _only:\n\n.. figure:: /x.png\n\n   Shown.\n"
    before = {
        **SMALL,
        "Documentation/x.png": "",
        touched: f"{both}:ref:`only`\n",
        other: f"{both}{shown}",
    }
    once = {**before, touched: before[touched] + "\nMore.\n"}
    assert verdict(before, once, {**once, touched: once[touched] + "\n:doc:`c`\n"}) == [
        ("unknown-document", touched, 15, 2, State.NEW)
    ]


def test_an_included_file_belongs_to_the_document() -> None:
    before = {
        **SMALL,
        B: SMALL[B] + "\n.. include:: part.txt\n",
        "Documentation/part.txt": "Fine.\n",
    }
    after = {**before, "Documentation/part.txt": "Not *fine.\n"}
    assert verdict(before, after) == [("inline-markup", "Documentation/part.txt", 1, 1, State.NEW)]


@pytest.mark.parametrize("text", ["", "Just text.\n", ".. _mark:\n\nJust text.\n"])
def test_a_document_that_loses_its_title_is_missed_in_its_toctree(text: str) -> None:
    untitled = {**SMALL, A: SMALL[A].replace(" and :ref:`here <mark>`", ""), B: text}
    assert ("toctree-missing", INDEX, 4, 1, State.NEW) in verdict(SMALL, untitled)
    back = [found for found in verdict(untitled, SMALL) if found[1] == INDEX]
    assert back == [("toctree-missing", INDEX, 4, 1, State.FIXED)]


LISTS = "\n.. toctree::\n   {}\n"


@pytest.mark.parametrize(
    ("entry", "way"),
    [
        ("\n   index", "b <- index <- b"),
        ("\n   a", "b <- a <- b"),
        (":glob:\n\n   *", "b <- index <- b"),
    ],
)
def test_toctrees_that_lead_round_end_a_full_build(entry: str, way: str, tmp_path: Path) -> None:
    before = {**SMALL, A: SMALL[A] + LISTS.format("\n   b")} if entry.endswith("a") else SMALL
    after = {**before, B: before[B] + LISTS.format(entry)}
    examined = docs.run(snapshots.apply(before, after), docs.parse({}))
    (stops,) = [f for f in examined.findings if (f.rule, f.path) == ("build-stops", B)]
    assert stops.message == f"a full build stops here: the toctrees lead round, {way}"
    for name, text in after.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    argv = [sys.executable, "-m", "sphinx", "-q", "-N", "Documentation", "out"]
    done = subprocess.run(argv, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode != 0 and "Recursion" in done.stderr


def test_an_included_file_may_include_another() -> None:
    shown = {**SMALL, A: SMALL[A] + "\n.. include:: c.txt\n"}
    c, d = "Documentation/c.txt", "Documentation/d.txt"
    after = {**shown, c: ".. include:: d.txt\n", d: "See :doc:`gone`.\n"}
    assert verdict(SMALL, after) == [("unknown-document", d, 1, 1, State.NEW)]
    assert verdict(SMALL, {**after, d: "See :doc:`b`.\n"}) == []


def test_a_file_outside_of_the_tree_cannot_be_shown(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("Unclosed *secret words.\n")
    text = f"\n.. include:: {secret}\n\n.. literalinclude:: ../../../../../..{secret}\n"
    examined = docs.run(snapshots.apply(SMALL, {**SMALL, B: SMALL[B] + text}), docs.parse({}))
    assert examined.findings
    assert not any("secret words" in f.message for f in examined.findings)
    assert {f.path for f in examined.findings} == {B}


def test_the_series_own_conf_py_does_not_run(tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    code = f"import pathlib\npathlib.Path({str(mark)!r}).touch()\n"
    after = {**SMALL, "Documentation/conf.py": CONF + code, A: SMALL[A] + "\n:doc:`gone`\n"}
    examined = docs.run(snapshots.apply(SMALL, after), docs.parse({}))
    assert not mark.exists()
    assert [f.rule for f in examined.findings] == ["unknown-document"]


@pytest.mark.skipif(bool(sandbox.missing()), reason=sandbox.missing() or "-")
@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("open({secret!r})", "No such file or directory"),
        ("open(__file__, 'a')", "Read-only file system"),
        (
            "import socket; socket.create_connection(('127.0.0.1', {port}))",
            "Connection refused",
        ),
        ("open('../Makefile')", ""),
    ],
)
def test_the_documentation_build_runs_in_a_sandbox(hermetic: Path, code: str, said: str) -> None:
    secret = hermetic / "secret"
    secret.write_text("secret")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        code = code.format(secret=str(secret), port=port)
        conf = f"try:\n    {code}\nexcept OSError as e:\n    raise ValueError(str(e))\n"
        tree = {**SMALL, "Documentation/conf.py": CONF + conf, "Makefile": ""}
        applied = snapshots.apply(tree, {**tree, A: SMALL[A] + "\n:doc:`gone`\n"})
        if said:
            with pytest.raises(CheckError, match=said):
                docs.run(applied, docs.parse({}))
        else:
            examined = docs.run(applied, docs.parse({}))
            assert [f.rule for f in examined.findings] == ["unknown-document"]


def test_without_a_sandbox_the_report_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "missing", lambda: "bwrap is ill")
    changed = {**SMALL, A: SMALL[A] + "\n:doc:`gone`\n"}
    examined = docs.run(snapshots.apply(SMALL, changed), docs.parse({}))
    assert [f.rule for f in examined.findings] == ["unknown-document"]
    assert examined.notes == (
        "the base's documentation build: it ran with your own rights, and with limits alone:"
        " no sandbox (bwrap is ill)",
    )


@pytest.mark.parametrize(
    ("conf", "said"),
    [
        (None, r"the base has no Documentation/conf\.py"),
        ("extensions = ['no_such_extension']\n", "Sphinx does not start with the tree's conf.py"),
        ("import os; os._exit(3)\n", "the process that reads the documents failed"),
    ],
)
def test_what_cannot_be_read_is_no_pass(conf: str | None, said: str) -> None:
    tree = {k: v for k, v in SMALL.items() if k != "Documentation/conf.py"}
    if conf is not None:
        tree["Documentation/conf.py"] = conf
    with pytest.raises(CheckError, match=said):
        docs.run(snapshots.apply(tree, {**tree, A: SMALL[A] + "\nMore.\n"}), docs.parse({}))


def test_a_documentation_build_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "_CPU_SECONDS", 1)
    monkeypatch.setattr(reader, "_CPU_PER_DOCUMENT", 0)
    monkeypatch.setattr(reader, "_PATIENCE", 600)
    tree = {**SMALL, "Documentation/conf.py": "while True:\n    pass\n"}
    with pytest.raises(CheckError, match=r"failed: killed by signal 9 \(time or memory limit\?\)"):
        docs.run(snapshots.apply(tree, {**tree, A: SMALL[A] + "\nMore.\n"}), docs.parse({}))


def test_parse_knows_no_keys() -> None:
    with pytest.raises(UserError, match="unknown key 'x'"):
        docs.parse({"x": 1})
