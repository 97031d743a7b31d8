# SPDX-License-Identifier: GPL-2.0-or-later
"""What a document can show of a C source: its kernel-doc comments with what they stand above.

Documents such as core-api/kernel-api show dozens of sources and take many seconds to read. A
patch that changes nothing of what is shown cannot change what Sphinx says about them, apart from
line numbers; so such a document need not be read (Documentation/doc-guide/kernel-doc.rst of the
kernel says what is shown).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from ..model import Snapshot
from .scan import normalized

_COMMENT = re.compile(rb"/\*\*(?!\*|/).*?\*/", re.DOTALL)
_EXPORT = re.compile(rb"^[ \t]*EXPORT_SYMBOL\w*[ \t]*\([^)]*\)", re.MULTILINE)
#: What a comment documents: the words of its first line up to a dash, a colon or a bracket.
_HEAD = re.compile(rb"/\*\*(?!\*|/)[ \t]*(?:\n[ \t]*\*)?[ \t]*([\w \t]+)")
_DOC = re.compile(rb"/\*\*(?!\*|/)[ \t]*(?:\n[ \t]*\*[ \t]*)?DOC:(.*)")
_LABEL = re.compile(rb"\.\. _([^:\n]+):")
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


def beside(
    snapshots: Sequence[Snapshot],
    touched: Iterable[str],
    others: Iterable[str],
    names: Iterable[str] = (),
) -> frozenset[str]:
    """Those of ``others`` that have nothing to do with what the series changes.

    A source does, if it speaks of one of ``names``, of a name that the ``touched`` sources begin
    or cease to document, or of a label that they begin or cease to define: it may define the
    same, or refer to it.
    """
    paths = sorted(touched)
    states = [_names(snapshot.read_many(paths).values()) for snapshot in snapshots]
    changing = frozenset().union(*states).difference(frozenset.intersection(*states))
    words = {name.decode("utf-8", "surrogateescape") for name in changing}
    there = frozenset(snapshots[0].object_ids(sorted(others)))
    return there - speaking(snapshots[0], there, {*words, *names})


def speaking(snapshot: Snapshot, paths: Iterable[str], words: Iterable[str]) -> frozenset[str]:
    """Those of ``paths`` that hold one of ``words``, whatever their case and white space."""
    folded = [_folded(word.encode("utf-8", "surrogateescape")) for word in words]
    texts = _folded_texts(snapshot, paths) if folded else {}
    return frozenset(p for p, text in texts.items() if any(word in text for word in folded))


def mentioning(snapshot: Snapshot, paths: Iterable[str], patterns: Iterable[str]) -> frozenset[str]:
    """Those of ``paths`` in which one of a few ``patterns`` matches the text in lower case, with
    white space folded and without the asterisks at the beginning of a comment's lines."""
    joined = "|".join(sorted(patterns))
    texts = _folded_texts(snapshot, paths) if joined else {}
    pattern = re.compile(joined.encode("utf-8", "surrogateescape"))
    return frozenset(path for path, text in texts.items() if pattern.search(text))


def _folded_texts(snapshot: Snapshot, paths: Iterable[str]) -> dict[str, bytes]:
    return {path: _folded(text) for path, text in snapshot.read_each(sorted(paths))}


def labels(snapshot: Snapshot, paths: Iterable[str]) -> frozenset[str]:
    """The labels that comments of these sources define, as docutils compares them."""
    found = (_LABEL.findall(text) for text in snapshot.read_many(sorted(paths)).values())
    return frozenset(
        normalized(label.decode("utf-8", "replace")) for some in found for label in some
    )


def _folded(text: bytes) -> bytes:
    return b" ".join(_MARGIN.sub(b"\n", text.lower()).split())


def _names(sources: Iterable[bytes]) -> frozenset[bytes]:
    found: set[bytes] = set()
    for source in sources:
        found.update(word for head in _HEAD.findall(source) for word in head.split())
        found.update(_LABEL.findall(source))
    return frozenset(found - _KINDS)


def _shown(source: bytes) -> Iterator[bytes]:
    """Comments with what follows each, then what is exported (``:export:`` shows that alone)."""
    text = source.replace(b"\r\n", b"\n")
    for comment in _COMMENT.finditer(text):
        yield comment[0]
        yield text[comment.end() : _end(text, comment.end())]
    yield from sorted(_EXPORT.findall(text))
    yield b"odd" if text.count(b"/*") != text.count(b"*/") else b""  # a comment without an end


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
