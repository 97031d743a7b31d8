# SPDX-License-Identifier: GPL-2.0-or-later
"""The comments of sources that no document shows, by a miniature of the kernel-doc program."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

import snapshots
from verify_series import sandbox
from verify_series.checkers import docs
from verify_series.model import CheckError, Severity

#: Complains about a parameter that the function has and the comment above it does not name.
PROGRAM = """\
#!/usr/bin/env python3
import re, sys

assert sys.argv[1] == "-none"
for path in sys.argv[2:]:
    text = open(path).read()
    print("Info: %s:1 Scanning" % path, file=sys.stderr)
    for match in re.finditer(r"/\\*\\*(.*?)\\*/\\s*int (\\w+)\\((.*?)\\)", text, re.DOTALL):
        line = text[: match.end()].count("\\n") + 1
        for name in re.findall(r"int (\\w+)", match[3]):
            if "@%s:" % name not in match[1]:
                said = "function parameter '%s' not described in '%s'" % (name, match[2])
                print("Warning: %s:%d %s" % (path, line, said), file=sys.stderr)
        if "odd" in match[1]:
            print("Warning: %s:%d odd:\\nint odd" % (path, line), file=sys.stderr)
"""
OLD = "/**\n * toy_wind() - Wind it.\n * @turns: How often.\n */\nint toy_wind(int turns)\n{\n}\n"
NEW = OLD.replace("int turns", "int turns, int gently")
BASE = {
    "Documentation/conf.py": "",
    "Documentation/index.rst": "Toys\n====\n",
    "tools/docs/kernel-doc": PROGRAM,
    "toy.c": OLD,
}
GENTLY = "function parameter 'gently' not described in 'toy_wind'"


def found(*changes: Mapping[str, str], base: Mapping[str, str] = BASE) -> list[tuple[object, ...]]:
    trees = [base]
    for change in changes:
        trees.append({**trees[-1], **change})
    examined = docs.run(snapshots.apply(*trees), docs.parse({}))
    assert {f.rule for f in examined.findings} <= {"kernel-doc-w1"}
    assert {f.severity for f in examined.findings} <= {Severity.WARNING}
    return [(f.path, f.line, f.message, f.patch, str(f.state)) for f in examined.findings]


def test_a_parameter_that_is_not_described() -> None:
    assert found({"toy.c": NEW}) == [("toy.c", 5, GENTLY, 1, "new")]


def test_a_good_change() -> None:
    good = NEW.replace(" */", " * @gently: Whether gently.\n */")
    examined = docs.run(snapshots.apply(BASE, {**BASE, "toy.c": good}), docs.parse({}))
    assert (examined.count, examined.findings) == (1, ())


def test_one_that_the_base_has_is_carried_to_its_new_line() -> None:
    after = {"toy.c": "/* A toy. */\n" + NEW.replace("How often.", "How many times.")}
    assert found(after, base={**BASE, "toy.c": NEW}) == [("toy.c", 6, GENTLY, None, "existing")]


def test_one_that_goes() -> None:
    assert found({"toy.c": OLD}, base={**BASE, "toy.c": NEW}) == [("toy.c", 5, GENTLY, 1, "fixed")]


def test_a_new_file_and_a_later_repair() -> None:
    assert found({"new.h": NEW}, {"new.h": OLD}) == [("new.h", 5, GENTLY, 1, "new")]


def test_a_file_that_moves_keeps_its_old_findings_old() -> None:
    base = {**BASE, "toy.c": NEW}
    after = {path: text for path, text in base.items() if path != "toy.c"}
    after["moved.c"] = NEW.replace("How often.", "How many times.")
    examined = docs.run(snapshots.apply(base, after), docs.parse({}))
    assert [(f.path, str(f.state)) for f in examined.findings] == [("moved.c", "existing")]


def test_a_file_that_moves_twice() -> None:
    base = {**BASE, "toy.c": NEW}
    rest = {path: text for path, text in base.items() if path != "toy.c"}
    trees = [base, {**rest, "b.c": NEW}, {**rest, "c.c": NEW.replace("How often.", "How many.")}]
    examined = docs.run(snapshots.apply(*trees), docs.parse({}))
    assert [(f.path, str(f.state)) for f in examined.findings] == [("c.c", "existing")]


def test_a_message_of_two_lines() -> None:
    after = OLD.replace("Wind it.", "Wind it, odd.")
    assert found({"toy.c": after}) == [("toy.c", 5, "odd: int odd", 1, "new")]


def test_the_series_own_program_does_not_run() -> None:
    after = {"tools/docs/kernel-doc": "#!/usr/bin/env python3\nexit(3)\n", "toy.c": NEW}
    assert found(after) == [("toy.c", 5, GENTLY, 1, "new")]


@pytest.mark.parametrize(
    "after",
    [
        {"toy.c": OLD.replace("{", "{\n\tx = 1;")},  # nothing of what kernel-doc reads
        {"tools/toy.c": NEW},  # which no build gives to kernel-doc
        {"toy.txt": NEW},
    ],
)
def test_what_is_not_read(after: Mapping[str, str]) -> None:
    examined = docs.run(snapshots.apply(BASE, {**BASE, **after}), docs.parse({}))
    assert (examined.count, examined.findings, bool(examined.skip)) == (0, (), True)


@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("raise ValueError('no such luck')", "ValueError: no such luck"),
        ("exit(1)", "it ended with status 1"),
    ],
)
def test_a_program_that_fails_is_no_pass(program: str, said: str) -> None:
    base = {**BASE, "tools/docs/kernel-doc": f"#!/usr/bin/env python3\n{program}\n"}
    with pytest.raises(CheckError, match=f"kernel-doc of the base failed: {said}"):
        found({"toy.c": NEW}, base=base)


def test_what_a_document_said_already_is_not_repeated() -> None:
    extension = (
        "import logging, os\n"
        "from docutils.parsers.rst import Directive\n"
        "from sphinx.util import logging\n\n\n"
        "def setup_kfiles(app):\n    pass\n\n\n"
        "class KernelDocDirective(Directive):\n"
        "    required_arguments = 1\n\n"
        "    def run(self):\n"
        '        if "gently" in open(self.arguments[0]).read():\n'
        f'            logging.getLogger("kerneldoc").warning("./toy.c:5 {GENTLY}")\n'
        "        return []\n\n\n"
        "def setup(app):\n"
        '    app.add_config_value("kerneldoc_srctree", None, "env")\n'
        '    app.add_directive("kernel-doc", KernelDocDirective)\n'
    )
    base = {
        **BASE,
        "Documentation/conf.py": 'import sys\nsys.path.insert(0, "Documentation/sphinx")\n'
        'extensions = ["kerneldoc"]\n',
        "Documentation/sphinx/kerneldoc.py": extension,
        "Documentation/index.rst": "Toys\n====\n\n.. kernel-doc:: toy.c\n",
    }
    examined = docs.run(snapshots.apply(base, {**base, "toy.c": NEW}), docs.parse({}))
    assert [(f.rule, f.severity, f.message) for f in examined.findings] == [
        ("kernel-doc", Severity.ERROR, GENTLY)
    ]


@pytest.mark.skipif(bool(sandbox.missing()), reason=sandbox.missing() or "-")
@pytest.mark.parametrize("code", ["open({secret!r})", "open(path, 'w')", "open(__file__, 'a')"])
def test_the_program_runs_in_a_sandbox(hermetic: Path, code: str) -> None:
    secret = hermetic / "secret"
    secret.write_text("secret")
    evil = PROGRAM.replace(
        "text = open(path)", f"{code.format(secret=str(secret))}; text = open(path)"
    )
    base = {**BASE, "tools/docs/kernel-doc": evil}
    with pytest.raises(CheckError, match=r"No such file|Read-only file system"):
        found({"toy.c": NEW}, base=base)
