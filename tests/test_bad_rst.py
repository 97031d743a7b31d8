# SPDX-License-Identifier: GPL-2.0-or-later
"""Documents that are broken, hostile or huge: each has its finding, and reaches nothing outside."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

import snapshots
from verify_series.checkers import docs

CONF = 'project = "Toys"\n'
FOLDER = "Documentation"

#: What a document holds, and the rule of each finding.
CASES: dict[str, tuple[str, list[str]]] = {
    "an include of an absolute path": (".. include:: /etc/passwd", ["include-missing"]),
    "an include outside": (".. include:: ../../../../../etc/passwd", ["include-missing"]),
    "an include of the environment": (
        ".. include:: /proc/self/environ\n   :literal:",
        ["include-missing"],
    ),
    "a literalinclude outside": (".. literalinclude:: /../../../etc/passwd", ["include-missing"]),
    "a table of a file outside": (
        ".. csv-table:: t\n   :file: ../../../../../etc/passwd",
        ["directive"],
    ),
    "a table of a URL": (".. csv-table:: t\n   :url: http://127.0.0.1:9/x", ["directive"]),
    "raw of a file": (".. raw:: html\n   :file: /etc/passwd", ["directive"]),
    "raw of a URL": (".. raw:: html\n   :url: http://127.0.0.1:9/x", ["directive"]),
    "an image outside": (".. image:: /../../etc/passwd", ["image-missing"]),
    "a download outside": (":download:`x </../../etc/passwd>`", ["download-missing"]),
    "an image of a URL is left where it is": (".. image:: http://127.0.0.1:9/x.png", []),
    "raw HTML is left to who shows it": (".. raw:: html\n\n   <script>alert(1)</script>", []),
    "code in an expression": (
        ".. only:: __import__('os').system('touch ran')\n\n   x",
        ["other"],
    ),
    "TeX that reads and runs is left as text": (
        ".. math::\n\n   \\input{/etc/passwd} \\write18{touch ran}",
        [],
    ),
    "a lexer that is a path": (".. code-block:: ../../evil\n\n   x", ["lexing"]),
    "a role that nothing defines": (".. default-role:: nope\n\n`x`", ["role"]),
    "substitutions in a circle": (
        ".. |a| replace:: |b|\n.. |b| replace:: |a|\n\n|a|",
        ["substitution", "substitution", "substitution"],
    ),
    "targets in a circle": (".. _x: y_\n.. _y: x_\n\nx_", ["unknown-target"]),
    "a character that is none": (
        ".. |x| unicode:: 0x110000 U+D800\n\n|x|",
        ["other", "substitution", "substitution"],
    ),
    "a table without a border": ("+---+\n| a \n+---+", ["table"]),
    "a declaration of 3,000 parameters": (
        f".. c:function:: int f({'int a, ' * 3000})",
        ["c-declaration"],
    ),
    "100,000 stars": ("a\n\n" + "*" * 100_000 + "\n\nb", []),
    "100,000 backquotes": ("a\n\n" + "`" * 100_000 + "\n\nb", []),
    "2,000 rows": ("+---+---+\n" + "| a | b |\n+---+---+\n" * 1000, []),
    "5,000 paragraphs": ("line of *text*\n\n" * 5000, []),
    "100,000 lines": ("::\n\n" + "   code\n" * 100_000, []),
    "an include of itself": (".. include:: case-NUMBER.rst", ["other"]),
    "a literalinclude of itself": (".. literalinclude:: case-NUMBER.rst", []),
    "a line of 200,000 words": ("x " * 200_000, []),
    "letters that run backwards": ("a \u202e b", []),
    "other control characters": ("a\fb\n\vc\0d", []),
    "a toctree of itself": (".. toctree::\n\n   case-NUMBER", ["toctree-missing"]),
    "a toctree of what lies above": (
        ".. toctree::\n   :glob:\n\n   ../../../etc/*",
        ["toctree-missing"],
    ),
}

#: What ends a full build, so that nothing else is said.
STOPS: dict[str, bytes] = {
    "not UTF-8": b"gr\xf6\xdfer\n",
    "UTF-16": "A title\n=======\n".encode("utf-16"),
    "300 lists in each other": "".join(f"{' ' * n}- x\n\n" for n in range(300)).encode(),
    "3,000 brackets": f":c:expr:`{'(' * 3000}1{')' * 3000}`\n".encode(),
}
TITLE = "A title\n=======\n\n"


def tree(texts: dict[str, str | bytes]) -> dict[str, str | bytes]:
    names = "".join(f"   {name}\n" for name in texts)
    return {
        f"{FOLDER}/conf.py": CONF,
        f"{FOLDER}/index.rst": f"All the toys\n============\n\n.. toctree::\n\n{names}",
        **{f"{FOLDER}/{name}.rst": text for name, text in texts.items()},
    }


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """The rules of the findings by the name of the case; all documents in one patch."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        patch.chdir(tmp_path_factory.mktemp("here"))
        names = {f"case-{number}": name for number, name in enumerate(CASES)}
        after = {n: TITLE + CASES[c][0].replace("case-NUMBER", n) + "\n" for n, c in names.items()}
        before: dict[str, str | bytes] = dict.fromkeys(names, f"{TITLE}A toy.\n")
        examined = docs.run(snapshots.apply(tree(before), tree({**after})), docs.parse({}))
        assert not list(Path().iterdir())
    rules = defaultdict(list)
    for finding in examined.findings:
        rules[names[finding.path.removeprefix(f"{FOLDER}/").removesuffix(".rst")]].append(
            finding.rule
        )
    return rules


@pytest.mark.parametrize("name", CASES)
def test_each_has_its_findings(found: dict[str, list[str]], name: str) -> None:
    assert found.get(name, []) == CASES[name][1]


@pytest.mark.parametrize("name", STOPS)
def test_what_ends_a_build_is_said(name: str) -> None:
    before, after = tree({"a": f"{TITLE}A toy.\n"}), tree({"a": STOPS[name]})
    examined = docs.run(snapshots.apply(before, after), docs.parse({}))
    assert [(f.rule, f.path) for f in examined.findings] == [("build-stops", f"{FOLDER}/a.rst")]


def test_files_that_include_each_other() -> None:
    a, b, c = (f"{FOLDER}/{name}" for name in ("a.rst", "b.txt", "c.txt"))
    before = tree({"a": f"{TITLE}A toy.\n"})
    after = {**tree({"a": f"{TITLE}.. include:: b.txt\n"}), b: ".. include:: c.txt\n"}
    after[c] = ".. include:: b.txt\n"
    examined = docs.run(snapshots.apply(before, after), docs.parse({}))
    (finding,) = examined.findings
    assert (finding.path, finding.line, a in after) == (c, 1, True)
    assert finding.message.startswith('circular inclusion in "include" directive: ')
