# SPDX-License-Identifier: GPL-2.0-or-later
"""What a document can show of a C source: its kernel-doc comments with what they stand above.

Documents such as core-api/kernel-api show dozens of sources and take many seconds to read. A
patch that changes nothing of what is shown cannot change what Sphinx says about them, apart from
line numbers; so such a document need not be read (Documentation/doc-guide/kernel-doc.rst of the
kernel says what is shown).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from ..model import Snapshot
from .scan import normalized

T = TypeVar("T")

_COMMENT = re.compile(rb"/\*\*(?!\*|/).*?\*/", re.DOTALL)
_EXPORT = re.compile(rb"^[ \t]*EXPORT_SYMBOL\w*[ \t]*\([^)]*\)", re.MULTILINE)
_EXPORTED = re.compile(rb"^[ \t]*EXPORT_SYMBOL\w*[ \t]*\(\s*(\w+)", re.MULTILINE)
#: What a comment documents: the words of its first line up to a dash, a colon or a bracket.
_HEAD = re.compile(rb"/\*\*(?!\*|/)[ \t]*(?:\n[ \t]*\*)?[ \t]*([\w \t]+)")
_DOC = re.compile(rb"/\*\*(?!\*|/)[ \t]*(?:\n[ \t]*\*[ \t]*)?DOC:(.*)")
_LABEL = re.compile(rb"\.\. _([^:\n]+):")
#: What else has a name of which a document may have only one: a substitution, a citation or a
#: footnote, an inline target, an embedded URI.
_NAMED = re.compile(
    rb"\.\. \|([^|\n]+)\||\.\. \[#?([\w.-]+)\]|[\s(]_`([^`]+)`|`([^`<]+?)\s*<[^>]+>`_(?!_)"
)
_TITLE = re.compile(rb"(?m)^(.*\n[ \t]*\*?[ \t]*([!-/:-@\[-`{-~])\2{2,})[ \t]*$")
_KINDS = frozenset((b"struct", b"union", b"enum", b"typedef", b"define", b"DOC"))
_MARGIN = re.compile(rb"\n[ \t]*\*(?!/)")
_TYPES = [[kind] for kind in sorted(_KINDS)]
_MACRO = re.compile(rb"\s*#[ \t]*define(?:\\\n|.)*")
#: The end of what a comment stands above: of a function's head, of a type, of a declaration.
_END = re.compile(rb"^\{|^\}|;[ \t]*(?://.*|/\*.*)?$", re.MULTILINE)
_TYPE = re.compile(rb"\s*(?:typedef|struct|union|enum)\b")
_BODY = re.compile(rb"\{[ \t]*(?://.*|/\*.*|\\)?$", re.MULTILINE)
_CLOSE = re.compile(rb"^\}.*", re.MULTILINE)


def same(before: Snapshot, after: Snapshot, path: str) -> bool:
    """Whether a C source shows the same in both states, wherever in the file it stands."""
    old, new = before.read(path), after.read(path)
    return old is not None and new is not None and same_text(old, new)


def same_text(old: bytes, new: bytes) -> bool:
    """Whether two texts of a C source show the same, wherever it stands in them."""
    return list(_shown(old)) == list(_shown(new))


def documented(source: bytes) -> frozenset[str]:
    """What the kernel-doc comments of a source document, and more rather than less: the words with
    which each begins, and ``DOC: title`` of each section."""
    titles = [title.decode("utf-8", "replace").split() for title in _DOC.findall(source)]
    words = {word.decode("ascii", "replace") for h in _HEAD.findall(source) for word in h.split()}
    sections = (f"DOC: {' '.join(title) or 'Introduction'}" for title in titles)
    return frozenset(words.union(*titles, sections))


def declared(snapshot: Snapshot, paths: Iterable[str]) -> frozenset[str]:
    """The C names that comments of these sources document."""
    texts = snapshot.read_many(sorted(paths)).values()
    found = (head.split() for text in texts for head in _HEAD.findall(text))
    names = (words[-1] for words in found if len(words) == 1 or words[:-1] in _TYPES)
    return frozenset(name.decode("utf-8", "replace") for name in names if name not in _KINDS)


def declaring(snapshot: Snapshot, paths: Iterable[str], names: Iterable[str]) -> list[str]:
    """Those of ``paths`` in which a comment documents one of these C names."""
    words = b"|".join(re.escape(name.encode()) for name in sorted(names))
    head = re.compile(
        rb"/\*\*(?!\*|/)[ \t]*(?:\n[ \t]*\*)?[ \t]*(?:\w+[ \t]+)?(?:" + words + rb")\b"
    )
    return [path for path, text in snapshot.read_many(sorted(paths)).items() if head.search(text)]


def comments(source: bytes) -> bytes:
    """All kernel-doc comments of a source, one after the other."""
    return b"\n".join(_COMMENT.findall(source))


def changed(before: Snapshot, after: Snapshot, paths: Iterable[str]) -> list[str]:
    """Those of ``paths`` that are no C source, or one that does not show the same."""
    return [p for p in paths if not (p.endswith((".c", ".h")) and same(before, after, p))]


@dataclass(frozen=True)
class Names:
    """What sources say by name: ``documented`` are what comments document and what is exported,
    ``labels`` are labels, titles of DOC sections and whatever else has a name, ``titles`` are the
    section titles, whose levels follow from all the others of the document."""

    documented: frozenset[bytes]
    labels: frozenset[bytes]
    titles: frozenset[bytes]

    @classmethod
    def changing(cls, states: Sequence[Collection[bytes]]) -> Names:
        """What sources say more or less often in one state than in another."""

        def changed(find: Callable[[bytes], Iterable[bytes]]) -> frozenset[bytes]:
            said = [Counter(n for source in state for n in find(source)) for state in states]
            names = frozenset().union(*said)
            return frozenset(n for n in names if len({counter[n] for counter in said}) > 1)

        documented = changed(_heads) | changed(_EXPORTED.findall)
        return cls(documented, changed(_labels), changed(_titles))

    def concern(self, texts: Iterable[tuple[T, bytes]], words: Iterable[str]) -> frozenset[T]:
        """The keys of those texts that document such a name as well, or that hold such a label or
        one of ``words``, whatever the case and white space."""
        sought = [_folded(word.encode("utf-8", "surrogateescape")) for word in words]
        sought += [_folded(label) for label in self.labels]
        return frozenset(key for key, text in texts if self._concerns(text, sought))

    def _concerns(self, text: bytes, sought: Collection[bytes]) -> bool:
        if not self.documented.isdisjoint(_heads(text)):
            return True
        folded = _folded(text) if sought else b""
        return any(word in folded for word in sought)


def mentioning(snapshot: Snapshot, paths: Iterable[str], patterns: Iterable[str]) -> frozenset[str]:
    """Those of ``paths`` in which one of a few ``patterns`` matches the text in lower case, with
    white space folded and without the asterisks at the beginning of a comment's lines."""
    joined = "|".join(sorted(patterns))
    pattern = re.compile(joined.encode("utf-8", "surrogateescape"))
    texts = snapshot.read_each(sorted(paths)) if joined else iter(())
    return frozenset(path for path, text in texts if pattern.search(_folded(text)))


def labels(snapshot: Snapshot, paths: Iterable[str]) -> frozenset[str]:
    """The labels that comments of these sources define, as docutils compares them."""
    found = (_LABEL.findall(text) for text in snapshot.read_many(sorted(paths)).values())
    return frozenset(
        normalized(label.decode("utf-8", "replace")) for some in found for label in some
    )


def _folded(text: bytes) -> bytes:
    return b" ".join(_MARGIN.sub(b"\n", text.lower()).split())


def _heads(source: bytes) -> list[bytes]:
    """What the comments document, and more rather than less: the words with which each begins."""
    words = (word for head in _HEAD.findall(source) for word in head.split())
    return [word for word in words if word not in _KINDS]


def _labels(source: bytes) -> Iterator[bytes]:
    yield from _LABEL.findall(source)
    yield from (title.strip() for title in _DOC.findall(source))
    yield from (b"".join(name) for name in _NAMED.findall(comments(source)))


def _titles(source: bytes) -> Iterator[bytes]:
    return (title for title, _ in _TITLE.findall(comments(source)))


def units(text: bytes) -> Iterator[tuple[int, int]]:
    """Where each comment begins, and where that ends which it stands above. Nothing of a source
    in which kernel-doc might see other comments."""
    if b"\r" not in text and not _is_odd(text):
        for comment in _COMMENT.finditer(text):
            yield comment.start(), _end(text, comment.end())


def _is_odd(text: bytes) -> bool:
    """Whether a comment has no end."""
    return text.count(b"/*") != text.count(b"*/")


def _shown(source: bytes) -> Iterator[bytes]:
    """Comments with what follows each, then what is exported (``:export:`` shows that alone)."""
    text = source.replace(b"\r\n", b"\n")
    for comment in _COMMENT.finditer(text):
        yield comment[0]
        yield text[comment.end() : _end(text, comment.end())]
    yield from sorted(_EXPORT.findall(text))
    yield b"odd" if _is_odd(text) else b""


def _end(text: bytes, start: int) -> int:
    """Where the declaration behind a comment ends at the latest.

    More than kernel-doc needs does no harm: then a document is read for nothing.
    """
    if macro := _MACRO.match(text, start):
        return macro.end()
    end = _END.search(text, start)
    if end is None:
        return len(text)
    # Of a type, or where the first statement or member of a body was found, take the whole body.
    head = end[0] == b"{"
    if _TYPE.match(text, start) if head else _BODY.search(text, start, end.start()):
        close = _CLOSE.search(text, end.end())
        return close.end() if close else len(text)
    stop = text.find(b"\n", end.end())
    return stop if stop >= 0 else len(text)
