# SPDX-License-Identifier: GPL-2.0-or-later
"""The HTML page: what it shows, that nothing in it acts, and how a real browser has it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from browser import LAPTOP, MISSING, PHONE, WIDE, Browser, browser
from reports import NASTY, NEW, SERIES, hostile, report
from verify_series.model import Document, NameRow, NameTable, Report, Tried, Verdict
from verify_series.report.html import render
from verify_series.report.inert import block
from verify_series.report.page import documents, patches, tables

DIFF = b"""From: Ada Example <ada@example.org>

ipe: answer them

Because they ask.
---
 security/ipe/audit.c | 1 +

diff --git a/security/ipe/audit.c b/security/ipe/audit.c
--- a/security/ipe/audit.c
+++ b/security/ipe/audit.c
@@ -17,3 +17,4 @@ static int x;
 static const char *const names[] = {
 \t"BPRM_CHECK",
+\t"MMAP",
-\t"GONE",
 };
diff --git a/old.txt b/new.txt
similarity index 100%
rename from old.txt
rename to new.txt
"""
TABLE = NameTable(
    "ipe_hook_type",
    "security/ipe/hooks.h",
    "audit_hook_names",
    "security/ipe/audit.c",
    (NameRow(0, "A", "A", 18), NameRow(1, "C", "C", 19), NameRow(2, "D", "D", 20)),
    (
        NameRow(0, "A", "A", 18),
        NameRow(1, "B", "C", 19),
        NameRow(2, "C", "B", 20),
        NameRow(3, "D", "D", 21),
    ),
)
DOCUMENT = Document(
    "Documentation/ipe.rst",
    "<h2>IPE</h2><p>It stays.</p><p>It was.</p>",
    '<h2>IPE</h2><p>It stays.</p><p>It <span class="reference">is</span>.</p>',
)


def full() -> Report:
    made = report()
    patches_ = tuple(replace(p, mail=DIFF) for p in SERIES.patches)
    outcomes = [
        *made.outcomes[:1],
        replace(made.outcomes[1], exhibits=(TABLE,)),
        made.outcomes[2],
        replace(made.outcomes[3], exhibits=(DOCUMENT, Tried("exec", "0", "EACCES"))),
        *made.outcomes[4:],
    ]
    return replace(made, series=replace(SERIES, patches=patches_), outcomes=tuple(outcomes))


class Page(HTMLParser):
    """Elements, their attributes and the text; every element must be closed."""

    EMPTY = ("meta", "br", "hr")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self.open: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text += data


def page(*reports: Report) -> Page:
    return Page(render(reports, [("ipe", "no tree")] if len(reports) != 1 else [], Verdict.FAIL))


def test_the_page_shows_all_of_the_report() -> None:
    made = page(full())
    for part in (
        *("FAIL", "1 new finding, 1 that does not gate, 3 checks passed", "v3 exists"),
        *(NEW.message, "name-table/moved", "Because they ask.", "rename to new.txt"),
        *("was at index 2", '"C" was the name of C', "1 wrong", "1 passage changed", "It was."),
        *("EACCES", "Reviewed-by: Bob Example", "exit 1: 1 new finding", "HEAD: taken"),
    ):
        assert part in made.text, part
    links = [value for name, value in made.attributes if name == "href"]
    assert "https://lore.kernel.org/all/20260105.0@example.org/" in links
    ids = [value for name, value in made.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    assert {link[1:] for link in links if link.startswith("#")} <= set(ids)


def test_several_series_and_none() -> None:
    gone = replace(report(Verdict.NONE, "the archive is away"), series=None, outcomes=())
    made = page(full(), gone)
    for part in ("2 series", "the archive is away", "NO VERDICT", "SKIP", "no tree"):
        assert part in made.text, part
    assert "0 series" in page().text


#: What may stand in the page; nothing of this loads or runs anything.
TAGS = {
    *("html", "head", "meta", "title", "style", "body", "main", "header", "footer", "article"),
    *("section", "details", "summary", "h1", "h2", "h3", "h4", "h5", "h6", "p", "a", "ul", "ol"),
    *("li", "dl", "dt", "dd", "div", "span", "strong", "em", "code", "pre", "del", "table"),
    *("thead", "tbody", "tr", "th", "td", "svg", "rect"),
}


@pytest.mark.parametrize("nasty", NASTY)
def test_the_page_is_inert(nasty: str) -> None:
    made = hostile(nasty)
    assert made.series
    mail = b"\n" + nasty.encode("utf-8", "surrogateescape") + b"\n---\n\n" + DIFF
    series = replace(made.series, patches=tuple(replace(p, mail=mail) for p in made.series.patches))
    text = render([replace(made, series=series)], [(nasty, nasty)], Verdict.FAIL)
    read = Page(text)
    assert read.tags <= TAGS
    for name, value in read.attributes:
        assert not name.startswith("on")
        assert name != "style"
        if name == "href":
            assert value.startswith(("#s1-", "#main", "https://lore.kernel.org/all/"))
    assert all(line.isprintable() for line in text.replace("\t", " ").split("\n"))
    assert block(nasty).split("\n")[0] in read.text
    text.encode("utf-8")


def test_the_policy_lets_nothing_in() -> None:
    text = render([report()], [], Verdict.FAIL)
    assert "default-src &#39;none&#39;; style-src &#39;sha256-" in text
    assert "<script" not in text
    assert "http" not in text.split("<style>")[1].split("</style>")[0]


def luminance(colour: str) -> float:
    """WCAG 2.2, "relative luminance", of #rgb or #rrggbb."""
    digits = colour[1:] if len(colour) == 7 else "".join(c * 2 for c in colour[1:])
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", [0, 1])
def test_text_can_be_read(scheme: int) -> None:
    """Contrast of at least 4.5 to 1 (WCAG 2.2, 1.4.3) in the light and the dark colours."""
    style = render([], [], Verdict.PASS).split("<style>")[1]
    colours = dict(re.findall(r"--([\w-]+): (#\w+);", style.split(":root {")[1 + scheme]))
    pairs = [("text", back) for back in colours if back.endswith("back")]
    pairs += [("text", back) for back in ("soft", "add", "del", "mark")]
    pairs += [(word, f"{word}-back") for word in ("ok", "fail", "warn", "note")]
    pairs += [(word, back) for word in ("dim", "link") for back in ("back", "soft")]
    pairs += [("dim", f"{word}-back") for word in ("fail", "warn", "note")]
    pairs += [("dim", "add"), ("dim", "del"), ("link", "mark")]
    for front, back in pairs:
        light, dark = sorted((luminance(colours[c]) for c in (front, back)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, (front, back)


def test_findings_stand_at_their_lines() -> None:
    shown = patches.show(replace(SERIES.patches[0], mail=DIFF), [NEW, replace(NEW, line=99)])
    [file] = shown.files
    assert (file.added, file.removed, file.found) == (1, 1, 1)
    [line] = [line for _, lines in file.hunks for line in lines if line.findings]
    assert (line.kind, line.old, line.new) == ("add", None, 19)
    assert shown.apart == (replace(NEW, line=99),)
    assert shown.message.endswith("ipe: answer them\n\nBecause they ask.")
    [header] = shown.headers
    assert header.startswith("a/old.txt b/new.txt\nsimilarity")


def test_what_moved_in_a_table() -> None:
    drawn = tables.draw(TABLE, [NEW])
    assert [(row.kind, row.said) for row in drawn.rows] == [
        ("same", ()),
        ("wrong", (NEW.message, "new", '"C" was the name of C')),
        ("shifted", ("was at index 1", 'was "C"')),
        ("shifted", ("was at index 2",)),
    ]
    assert (drawn.changed, drawn.wrong) == (3, 1)
    right = replace(TABLE, after=(*TABLE.before, NameRow(3, "E", "E", 21)))
    drawn = tables.draw(right, [])
    assert [row.kind for row in drawn.rows] == ["same", "same", "same", "new"]
    drawn = tables.draw(replace(TABLE, after=TABLE.before[1:]), [])
    assert drawn.gone == ("A",)


def test_a_long_table_is_folded() -> None:
    rows = tuple(NameRow(n, f"E{n}", f"N{n}", n) for n in range(200))
    new = (*rows, NameRow(200, "E200", "N200", 200))
    drawn = tables.draw(replace(TABLE, before=rows, after=new), [])
    assert [(row.kind, row.index) for row in drawn.rows] == [
        *(("fold", 197), ("same", 197), ("same", 198), ("same", 199), ("new", 200)),
    ]


def test_changed_passages_are_marked() -> None:
    shown = documents.render(DOCUMENT, "d0")
    assert shown.html == (
        "<h4>IPE</h4><p>It stays.</p>"
        '<p class="changed" id="d0-2">It <span class="reference">is</span>.</p>'
    )
    assert (shown.changed, shown.gone, shown.places) == (1, ("It was.",), (2,))
    assert documents.render(replace(DOCUMENT, before=""), "d0").is_new
    assert documents.render(replace(DOCUMENT, after=""), "d0").html == ""
    long = "".join(f"<p>passage {n} of a long document</p>" for n in range(20_000))
    cut = documents.render(replace(DOCUMENT, before=long, after=f"{long}<p>end</p>"), "d0")
    assert cut.cut
    assert cut.html == '<p class="changed">end</p>\n'


@pytest.mark.parametrize(
    ("html", "left"),
    [
        ("<p onclick=x style=y id=z class='changed sig'>a</p>", '<p class="sig">a</p>'),
        ("a<script>alert(1)</script>b<svg><p>c</p></svg>d", "abd"),
        ("<a href=javascript:x>a</a><img src=x>", "<span>a</span>"),
        ("</div></details><p>a<b>c</div>", "<p>ac</p>"),
        ("<td rowspan=2 colspan='1\"'>a", '<td rowspan="2">a</td>'),
        ("a\x1b<p>\u202e", "a\\u001b<p>\\u202e</p>"),
    ],
)
def test_only_harmless_elements_of_a_document_get_through(html: str, left: str) -> None:
    assert documents.render(Document("a.rst", "", html), "d0").html == left


def huge() -> Report:
    """50 patches, 2,000 findings."""
    some = []
    findings = []
    for number in range(1, 51):
        lines = "".join(f"+\tint line_{n} = {n}; /* more */\n" for n in range(200))
        head = f"diff --git a/f{number}.c b/f{number}.c\n--- /dev/null\n+++ b/f{number}.c\n"
        mail = f"\nText.\n---\n{head}@@ -0,0 +1,200 @@\n{lines}"
        some.append(replace(SERIES.patches[0], number=number, mail=mail.encode()))
        findings += [
            replace(NEW, patch=number, path=f"f{number}.c", line=5 * n + 1) for n in range(40)
        ]
    made = full()
    outcome = replace(made.outcomes[1], findings=tuple(findings))
    series = replace(SERIES, patches=tuple(some), expected=50)
    return replace(made, series=series, outcomes=(outcome, *made.outcomes[2:]))


def test_a_huge_series_stays_small() -> None:
    text = render([huge()], [], Verdict.FAIL)
    assert len(text) < 4_000_000
    assert text.count('class="finding ') == 2 * 2000 + 3  # listed, and in the patches


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    if MISSING:
        pytest.skip(MISSING)
    with browser(tmp_path_factory.mktemp("chromium")) as started:
        yield started


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [PHONE, LAPTOP, WIDE])
def test_in_a_browser(window: Browser, tmp_path: Path, width: int, scheme: str) -> None:
    path = tmp_path / "page.html"
    path.write_text(render([full()], [], Verdict.FAIL), "utf-8")
    window.open(path, width, scheme)
    assert window.complaints() == []
    assert window.ask("document.documentElement.scrollWidth") <= width
    assert window.ask("performance.getEntriesByType('resource').length") == 0
    dark = window.ask("getComputedStyle(document.body).backgroundColor") != "rgb(255, 255, 255)"
    assert dark is (scheme == "dark")


def test_hostile_in_a_browser(window: Browser, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    nasty = "".join(NASTY)
    path.write_text(render([hostile(nasty)], [(nasty, nasty)], Verdict.FAIL), "utf-8")
    window.open(path)
    assert window.complaints() == []
    assert window.ask("document.scripts.length + document.images.length") == 0


def test_the_policy_holds_in_a_browser(window: Browser, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    text = render([full()], [], Verdict.FAIL)
    bad = "<img src=x.png><script>document.title = 'owned'</script><p style='color:red'>x</p>"
    path.write_text(text.replace("</main>", f"{bad}</main>"), "utf-8")
    window.open(path)
    assert window.ask("document.title") != "owned"
    assert len([c for c in window.complaints() if "Content Security Policy" in c]) == 3


def test_keyboard(window: Browser, tmp_path: Path) -> None:
    keys = pytest.importorskip("selenium.webdriver").Keys
    chains = pytest.importorskip("selenium.webdriver.common.action_chains")
    path = tmp_path / "page.html"
    path.write_text(render([full()], [], Verdict.FAIL), "utf-8")
    window.open(path)
    reached = []
    for _ in range(60):
        chains.ActionChains(window.driver).send_keys(keys.TAB).perform()
        reached.append(window.ask("document.activeElement.tagName"))
    assert {"A", "SUMMARY", "DIV"} <= set(reached)
    window.driver.execute_script("document.querySelector('details.patch > summary').focus()")
    was = window.ask("document.querySelector('details.patch').open")
    chains.ActionChains(window.driver).send_keys(keys.ENTER).perform()
    assert window.ask("document.querySelector('details.patch').open") is not was


def test_huge_in_a_browser(window: Browser, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(render([huge()], [], Verdict.FAIL), "utf-8")
    window.open(path, part="s1-p50")
    assert window.complaints() == []
    top = window.ask("document.getElementById('s1-p50').getBoundingClientRect().top")
    assert 0 <= top < 900
