# SPDX-License-Identifier: GPL-2.0-or-later
"""What has to hold of our readers and writers for every input: an AssertionError, or an exception
that is not documented, is a fault. For test_properties.py and fuzz.py.
"""

from __future__ import annotations

import json
import os
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import replace
from html.parser import HTMLParser
from unittest import mock
from xml.etree import ElementTree

from reports import hostile
from verify_series.c import Unreadable
from verify_series.c.enums import Enumerator, find_enums, read_enum
from verify_series.c.families import find_families
from verify_series.c.functions import find_functions, parameters
from verify_series.c.lexer import decode, lex
from verify_series.c.source import read_source
from verify_series.c.tables import find_tables, read_table
from verify_series.c.view import EVERYTHING, View, configurations
from verify_series.carry import carry_line
from verify_series.cut_off import cut_off, holds_diff
from verify_series.diffs import unquote
from verify_series.docs.scan import FileScan, normalized, scan_text
from verify_series.model import Finding, Hunk, Patch, Report, Severity, UserError, Verdict
from verify_series.report import jsonfile, text
from verify_series.report.formats import FORMATS, load
from verify_series.report.inert import block, printable
from verify_series.report.page.patches import show
from verify_series.report.quoting import hunks
from verify_series.report.reading import read

#: What a terminal or a reader of bidirectional text would act on.
_UNSEEN = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))


class _Page(HTMLParser):
    """A page that neither runs nor loads anything."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in ("script", "iframe", "object", "embed", "form", "base", "link"), tag
        for name, value in attrs:
            assert not name.startswith("on"), name
            if name in ("href", "src"):
                assert (value or "").startswith(("#", "https://lore.kernel.org/", "data:image/"))


def inert(written: str) -> None:
    """Nothing in it steers a terminal."""
    seen = {unicodedata.category(letter) for letter in set(written) - {"\n", "\t"}}
    assert not seen & _UNSEEN, seen & _UNSEEN


def diff(mail: str) -> None:
    """The readers of a patch's mail, which hunks are quoted and drawn from."""
    assert isinstance(cut_off(mail), str)
    holds_diff(mail)
    lines = left = mail.replace("\r\n", "\n").split("\n")
    for hunk in hunks(mail):
        inert(block(hunk.path))
        shown = [hunk.heading, *(line for line, _ in hunk.lines)]
        starts = (n for n in range(len(left)) if left[n : n + len(shown)] == shown)
        start = next(starts, None)
        assert start is not None, shown
        left = left[start + len(shown) :]
        numbers = [number for _, number in hunk.lines if number is not None]
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers))) if numbers else True
        assert all(hunk.place(number) is not None for number in numbers)
    for word in lines[:9]:
        unquote(word)
    head = b"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n"
    patch = Patch(1, "a@b", "x", "A <a@b>", head + mail.encode("utf-8", "replace"))
    finding = Finding("docs", "other", Severity.ERROR, "a", 3, "x", patch=1)
    shown_patch = show(patch, [finding])
    places = sum(len(one.findings) for f in shown_patch.files for _, h in f.hunks for one in h)
    assert places + len(shown_patch.apart) == 1


def c(data: bytes) -> None:
    """The readers of C: every place lies in the text, and what cannot be read says so."""
    written = decode(data)
    last = written.count("\n") + 1
    tokens, directives = lex(written)
    lines = [token.line for token in tokens]
    assert lines == sorted(lines) and all(1 <= line <= last for line in lines)
    assert all(1 <= d.line <= last and 0 <= d.at <= len(tokens) for d in directives)
    assert all(t.text in written for t in tokens if t.kind == "name" and "\\" not in written)
    source = read_source("a.c", data)
    for function in find_functions(source):
        assert 1 <= function.line <= last
        parameters(function)
    enums = [*find_enums(source), *find_families(source)]
    assert all(1 <= enum.line <= last for enum in enums)
    tables = find_tables(source)
    assert all(1 <= table.line <= last for table in tables)
    known: list[Enumerator] = []
    for enum in enums[:8]:
        for _, one in _readings(lambda given, enum=enum: read_enum(View((source,), given), enum)):
            assert all(1 <= e.line <= last for e in one)
            known = one
    for table in tables[:8]:
        for _, names in _readings(
            lambda given, table=table: read_table(View((source,), given), table, known)
        ):
            assert all(1 <= entry.line <= last for entry in names.entries)


def _readings(reader: object) -> Iterable[tuple[object, list[object]]]:
    try:
        found, _ = configurations(lambda given: True, reader)  # type: ignore[arg-type]
        return [*found, (EVERYTHING, reader(EVERYTHING))]  # type: ignore[operator]
    except Unreadable as error:
        assert str(error) and "\n" not in printable(str(error))
        return []


def rst(written: str) -> None:
    """The scan of a document's text."""
    found = scan_text("Documentation/toys/a.rst", written)
    assert FileScan.from_json(json.loads(json.dumps(found.as_json()))) == found
    assert found.titled <= found.defines
    for name in found.refers | found.defines:
        kind, _, label = name.partition(":")
        assert kind
        if kind == "label":
            assert normalized(label) == label or re.search(r"[\\`]", label)


#: Of a reply, whatever git knows here.
_SENDER = {"GIT_COMMITTER_NAME": "Ada Example", "GIT_COMMITTER_EMAIL": "ada@example.org"}


def report(words: str) -> None:
    """Every format of a report that says ``words`` everywhere."""
    made = hostile(words)
    inert(text.render(made))
    for name in FORMATS:
        try:
            with mock.patch.dict(os.environ, _SENDER):
                written = load(name).render([made], [(words, words)], Verdict.FAIL)
        except UnicodeError:
            raise AssertionError(name) from None
        inert(written)
        if name in ("json", "sarif", "gitlab", "patchwork"):
            json.loads(written)
        if name == "junit":
            ElementTree.fromstring(written)
        if name == "html":
            _Page().feed(written)
    (back,) = read(jsonfile.keep(made), "x")
    assert with_identities(back) == with_identities(made)


def kept(data: bytes) -> None:
    """A file that is said to be a report."""
    try:
        found = read(data, "x")
    except UserError as error:
        assert "\n" not in str(error)
        return
    assert all(isinstance(one, Report) for one in found)


def with_identities(made: Report) -> Report:
    """With the identity of findings written out, as it is in the file."""
    outcomes = tuple(
        replace(o, findings=tuple(replace(f, identity=f.key) for f in o.findings))
        for o in made.outcomes
    )
    return replace(made, outcomes=outcomes)


def carried(before: Sequence[str], after: Sequence[str], diff: Sequence[Hunk]) -> None:
    """Each line of ``before`` is where the diff says, or gone."""
    arrived = []
    for number, line in enumerate(before, 1):
        now = carry_line(number, diff)
        if now is not None:
            assert after[now - 1] == line, (number, now)
            arrived.append(now)
    assert arrived == sorted(set(arrived))
    assert len(before) - len(arrived) == sum(hunk.old_count for hunk in diff)
    assert len(after) - len(arrived) == sum(hunk.new_count for hunk in diff)
