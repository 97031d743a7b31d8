# SPDX-License-Identifier: GPL-2.0-or-later
"""Documents as they will look rendered, with what the series changes marked.

The HTML is made of what the series says, so only elements that are known to be harmless get
through, without attributes, and all are closed.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser

from markupsafe import Markup, escape

from ...model import Document
from ..inert import block

_LONGEST = 400_000  # characters of a document that is shown whole

#: Elements that get through, and what they become.
_ELEMENTS = {
    **{name: name for name in ("p", "ul", "ol", "li", "dl", "dt", "dd", "pre", "blockquote")},
    **{name: name for name in ("code", "em", "strong", "sub", "sup", "abbr", "kbd", "span")},
    **{name: name for name in ("table", "thead", "tbody", "tr", "th", "td", "caption", "div")},
    "h1": "h4",
    "h2": "h4",
    "h3": "h5",
    "h4": "h6",
    "h5": "h6",
    "h6": "h6",
    "section": "div",
    "aside": "div",
    "figure": "div",
    "figcaption": "p",
    "cite": "em",
    "main": "div",
    "header": "div",
    "footer": "div",
    "tt": "code",
    "a": "span",
}
_EMPTY = frozenset(("br", "hr"))
_HIDDEN = frozenset(("script", "style", "title", "head", "template", "svg", "math", "object"))
#: Elements whose text is compared as one.
_PASSAGES = frozenset(("p", "h4", "h5", "h6", "pre", "dt", "caption"))
#: Classes of docutils that the style of the page knows.
_CLASSES = frozenset(
    ("admonition", "admonition-title", "literal", "reference", "sig", "classifier")
)


@dataclass(frozen=True, slots=True)
class Rendered:
    """A document to show. ``html`` is empty where it is gone; ``cut`` says that only what changed
    is there; ``gone`` are the passages that the series takes away. ``places`` are the passages to
    jump to, the first of each stretch that changed."""

    path: str
    mark: str
    html: Markup
    changed: int
    gone: tuple[str, ...]
    is_new: bool
    cut: bool
    places: tuple[int, ...]

    def anchor(self, passage: int) -> str:
        """The id of a passage that changed."""
        return f"{self.mark}-{passage}"


def render(document: Document, mark: str) -> Rendered:
    """The document after the series, beside the one before it. ``mark`` begins all its ids."""
    before, after = _Reader(document.before), _Reader(document.after)
    old, new = before.passages(), after.passages()
    changed: set[int] = set()
    gone: list[str] = []
    if old and new:
        matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
        for kind, i, j, k, m in matcher.get_opcodes():
            if kind != "equal":
                changed.update(range(k, m))
                gone += [text for text in old[i:j] if text]
    cut = len(document.after) > _LONGEST
    return Rendered(
        document.path,
        mark,
        after.only(changed) if cut else after.marked(changed, mark),
        len(changed),
        tuple(gone),
        not document.before,
        cut and bool(new),
        () if cut else tuple(n for n in sorted(changed) if n - 1 not in changed),
    )


@dataclass
class _Passage:
    """The text of a p, a heading and the like, and where its element begins in the output."""

    start: int
    tag: str
    parts: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    """Keeps what is harmless, and remembers the passages."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self._out: list[Markup] = []
        self._open: list[str] = []
        self._hidden: list[str] = []
        self._passages: list[_Passage] = []
        self._inside: list[_Passage] = []
        self.feed(html)
        self.close()
        while self._open:
            self._end(self._open[-1])

    def passages(self) -> list[str]:
        """The text of each passage, spaces made alike."""
        return [" ".join("".join(passage.parts).split()) for passage in self._passages]

    def marked(self, changed: set[int], mark: str) -> Markup:
        """All of it, the passages of these numbers marked, their ids made of ``mark``."""
        out = list(self._out)
        for number in changed:
            passage = self._passages[number]
            out[passage.start] = Markup('<{} class="changed" id="{}-{}">').format(
                passage.tag, mark, number
            )
        return Markup("").join(out)

    def only(self, changed: set[int]) -> Markup:
        """These passages alone."""
        texts = self.passages()
        some = (Markup('<p class="changed">{}</p>\n').format(texts[n]) for n in sorted(changed))
        return Markup("").join(some)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._hidden or tag in _HIDDEN:
            self._hidden.append(tag)
        elif tag in _EMPTY:
            self._out.append(Markup("<{}>").format(tag))
        elif ours := _ELEMENTS.get(tag):
            if ours in _PASSAGES:
                passage = _Passage(len(self._out), ours)
                self._passages.append(passage)
                self._inside.append(passage)
            self._open.append(ours)
            self._out.append(Markup("<{}{}>").format(ours, Markup("").join(_attributes(attrs))))

    def handle_endtag(self, tag: str) -> None:
        if self._hidden:
            if tag in self._hidden:
                del self._hidden[self._hidden.index(tag) :]
        elif (ours := _ELEMENTS.get(tag)) in self._open:
            while self._end(self._open[-1]) != ours:
                pass

    def _end(self, ours: str) -> str:
        self._open.pop()
        if self._inside and ours in _PASSAGES:
            self._inside.pop()
        self._out.append(Markup("</{}>").format(ours))
        return ours

    def handle_data(self, data: str) -> None:
        if self._hidden:
            return
        for passage in self._inside[-1:]:
            passage.parts.append(data)
        self._out.append(escape(block(data)))


def _attributes(attrs: Sequence[tuple[str, str | None]]) -> Iterator[Markup]:
    for name, value in attrs:
        value = value or ""
        known = _CLASSES.intersection(value.split()) if name == "class" else ()
        if known:
            yield Markup(' class="{}"').format(" ".join(sorted(known)))
        if name in ("colspan", "rowspan") and value.isdecimal() and len(value) < 4:
            yield Markup(' {}="{}"').format(name, value)
