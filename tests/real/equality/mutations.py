# SPDX-License-Identifier: GPL-2.0-or-later
"""Changes to a kernel tree that break its documentation, or do not: made by rules from seeds.

Every rule is tried on several documents or sources, spread over all parts of the tree. What a
change should lead to is not said here: the judge says it, and the docs check has to say the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from verify_series.docs.scan import document_name

from . import texts
from .kernel import FUNCTION, Kernel, Mutation, insert
from .sources import of_other_files, of_sources


def of_texts(kernel: Kernel, times: int) -> Iterator[Mutation]:
    """A paragraph more in a document: most faults of reStructuredText and of references."""
    for name, text in texts.PARAGRAPHS.items():
        for number in range(times):
            path = kernel.turn()
            folder = path.rpartition("/")[0]
            near = sorted(p for p in kernel.documents if p.rpartition("/")[0] == folder)
            more = text.format(
                n=f"{number}{len(kernel.used)}",
                near=document_name(kernel.random.choice(near)).rpartition("/")[2],
                label=kernel.random.choice(sorted(_labels(kernel))),
                document=document_name(kernel.random.choice(sorted(kernel.documents))),
            )
            changed = insert(kernel.text(path), more, kernel.random)
            yield Mutation(f"{name}: {path}", {path: changed}, stops=name in texts.STOPS)


def _labels(kernel: Kernel) -> set[str]:
    """Labels that one document defines above a title."""
    names = {name for scan in kernel.scans.values() for name in scan.titled}
    return {
        name[6:] for name in names if re.fullmatch(r"label:[a-z_][\w-]+", name)
        and len(kernel.index.definers[name]) == 1
    }  # fmt: skip


def of_titles(kernel: Kernel, times: int) -> Iterator[Mutation]:
    """Lines under and over titles that are too short."""
    under = re.compile(r"(?m)^([^\s.=-][^\n]{9,})\n(([=~^\"-])\3{9,})$")
    over = re.compile(r"(?m)\A(?:\.\. [^\n]*\n|\n)*((=|\*)\2{9,})\n[^\n]{10,}\n\1$")
    for name, pattern, group in (("underline", under, 2), ("overline", over, 1)):
        for _ in range(times):
            path = kernel.find(lambda p, pattern=pattern: bool(pattern.search(kernel.text(p))))  # type: ignore[misc]
            match = kernel.random.choice(list(pattern.finditer(kernel.text(path))))
            line = match[group]
            new = match[0].replace(line, line[:5])
            text = kernel.text(path)
            changed = text[: match.start()] + new + text[match.end() :]
            yield Mutation(f"{name} too short: {path}", {path: changed})


def of_duplicates(kernel: Kernel, times: int) -> Iterator[Mutation]:
    """Names that another document defines already."""
    labels = sorted(_labels(kernel))
    terms = sorted(n for n in kernel.index.definers if n.startswith("term:"))
    terms = [t for t in terms if len(kernel.index.definers[t]) == 1 and re.fullmatch(r"[\w: ]+", t)]
    for number in range(times):
        label = kernel.random.choice(labels)
        yield _twice(kernel, f"label:{label}", f".. _{label}:\n\nA title\n=======\n\nText.\n")
        term = kernel.random.choice(terms)
        yield _twice(kernel, term, f".. glossary::\n\n   {term[5:]}\n      Another meaning.\n")
        source = next(kernel.sources(lambda text: bool(FUNCTION.search(text))))
        match = FUNCTION.search(kernel.text(source))
        assert match
        path, user = kernel.turn(), kernel.index.users[source][0]
        text = f".. c:function:: int {match['name']}(int x{number})\n\n   Again.\n"
        changed = insert(kernel.text(path), text, kernel.random)
        yield Mutation(f"function of {source} twice: {path}", {path: changed}, frozenset([user]))


def _twice(kernel: Kernel, name: str, text: str) -> Mutation:
    path = kernel.turn()
    changed = insert(kernel.text(path), text, kernel.random)
    return Mutation(
        f"{name} twice: {path}", {path: changed}, frozenset(kernel.index.definers[name]) - {path}
    )


def of_toctrees(kernel: Kernel, times: int) -> Iterator[Mutation]:
    """Documents that come, go and move, with and without the toctree that lists them."""
    title = "=====\nTitle\n=====\n\nText.\n"
    for number in range(times):
        index, entry, child = _listed(kernel)
        text = kernel.text(index)
        folder = index.rpartition("/")[0]
        new = f"{folder}/verify-new-{number}.rst"
        line = f"{entry}\n"
        added = text.replace(line, f"{line}{_indent(entry)}verify-new-{number}\n", 1)
        yield Mutation(f"new document, unlisted: {folder}", {new: title})
        yield Mutation(f"new document, listed: {index}", {new: title, index: added})
        index, entry, child = _listed(kernel)
        text, line = kernel.text(index), f"{entry}\n"
        folder = index.rpartition("/")[0]
        new = f"{folder}/verify-untitled-{number}.rst"
        added = text.replace(line, f"{line}{_indent(entry)}verify-untitled-{number}\n", 1)
        yield Mutation(f"untitled document: {index}", {new: "Text.\n", index: added})
        for name, changed in (
            ("entry dropped", text.replace(line, "", 1)),
            ("entry twice", text.replace(line, line + line, 1)),
            ("entry misspelt", text.replace(line, f"{entry}-no\n", 1)),
        ):
            yield Mutation(f"{name}: {index} {entry.strip()}", {index: changed}, frozenset([child]))
        index, entry, child = _listed(kernel)
        around = frozenset([index]) | _referring(kernel, child)
        yield Mutation(f"document removed: {child}", {child: None}, around)
        index, entry, child = _listed(kernel)
        moved = child.replace(".rst", "-moved.rst")
        around = frozenset([index]) | _referring(kernel, child)
        text = kernel.text(child)
        yield Mutation(f"document moved: {child}", {child: None, moved: text}, around)


def _indent(entry: str) -> str:
    return entry[: len(entry) - len(entry.lstrip())]


def _listed(kernel: Kernel) -> tuple[str, str, str]:
    """A toctree's document, a line of it that names a neighbour, and that neighbour."""
    while True:
        index = kernel.find(lambda p: len(kernel.scans[p].toctree) > 3)
        text, folder = kernel.text(index), index.rpartition("/")[0]
        for entry in re.findall(r"(?m)^[ \t]+[\w-]+$", text):
            child = f"{folder}/{entry.strip()}.rst"
            if text.count(entry) == 1 and child in kernel.documents and child not in kernel.used:
                kernel.used.add(child)
                return index, entry, child


def _referring(kernel: Kernel, path: str) -> frozenset[str]:
    """Documents that refer to a document or to one of its labels, or may do so."""
    name = re.escape(document_name(path).rpartition("/")[2])
    words = [rf"[/<`]{name}(?:\.rst|[>`])"]
    words += [_quoted(n[6:]) for n in kernel.scans[path].defines if n.startswith("label:")]
    return _speaking(kernel, words) - {path}


def _quoted(name: str) -> str:
    return rf"[`<]\s*{re.escape(name)}\s*[`>]"


def _speaking(kernel: Kernel, patterns: Iterable[str]) -> frozenset[str]:
    any_of_them = re.compile("|".join(patterns), re.IGNORECASE)
    return frozenset(p for p, text in kernel.documents.items() if any_of_them.search(text))


def of_labels(kernel: Kernel, times: int) -> Iterator[Mutation]:
    """A label that goes, or a term, while other documents refer to it."""
    kinds = (
        ("label", r"(?m)^\.\. _{}:\n()", ""),
        ("term", r"(?mi)^([ \t]+){}$", r"\1Some other term"),
    )
    for kind, pattern, instead in kinds:
        found = [
            name
            for name, paths in sorted(kernel.index.definers.items())
            if name.startswith(f"{kind}:") and len(paths) == 1
            and 1 < len(kernel.index.concerned[name]) < 6
            and re.search(pattern.format(re.escape(name[len(kind) + 1:])), kernel.text(paths[0]))
        ]  # fmt: skip
        for name in kernel.random.sample(found, min(times, len(found))):
            path = kernel.index.definers[name][0]
            if path in kernel.used:
                continue
            kernel.used.add(path)
            gone = re.compile(pattern.format(re.escape(name[len(kind) + 1 :])))
            changed = gone.sub(instead, kernel.text(path), count=1)
            around = _speaking(kernel, [_quoted(name.partition(":")[2])]) - {path}
            yield Mutation(f"{name} removed: {path}", {path: changed}, around)


def make(kernel: Kernel, times: int) -> list[Mutation]:
    """All mutations; ``times`` is how often each rule is tried."""
    rules = (of_toctrees, of_labels, of_duplicates, of_titles, of_sources, of_texts, of_other_files)
    return [mutation for rule in rules for mutation in rule(kernel, times)]
