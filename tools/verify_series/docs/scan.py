# SPDX-License-Identifier: GPL-2.0-or-later
"""What the documents of a tree define, refer to and are made of, read from their text alone.

One pass of regular expressions over every .rst file, without Sphinx: a third of a second for the
kernel's 4,000 documents (scan_kept.py keeps the result). It says which documents a change can
concern and where a label is likely defined; it never decides a verdict, which is Sphinx's alone.

The constructs are those of the docutils reStructuredText specification ("Explicit Markup
Blocks", "Hyperlink Targets", "Sections") and of Documentation/doc-guide of the kernel.
"""

from __future__ import annotations

import codecs
import posixpath
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from ..model import Snapshot
from . import BUILD

ROOT = "Documentation"

#: The netlink specifications.
SPECS = f"{ROOT}/netlink/specs"

#: A toctree entry that stands for the ``P:`` entries of MAINTAINERS (maintainers_include.py).
PROFILES = "(MAINTAINERS profiles)"

#: Directives whose argument is a file, relative to the document.
_FILE_DIRECTIVES = frozenset(
    (
        *("include", "literalinclude", "image", "figure"),
        *("kernel-image", "kernel-figure", "kernel-render"),
    )
)
_C_DIRECTIVES = frozenset(
    f"c:{kind}"
    for kind in ("function", "macro", "struct", "union", "enum", "type", "var", "member")
)

_MARKUP = re.compile(
    r"\.\.[ \t]+(?:"
    r"_(?!_)(?P<label>`[^`\n]+`|(?:[^`:\n\\]|\\.|:(?=\S))+):[ \t]*$"
    r"|\[(?P<citation>[A-Za-z][\w.-]*)\]"
    r"|(?:\|[^|\n]+\|[ \t]+)?(?P<directive>[A-Za-z][\w:-]*)::[ \t]*(?P<argument>.*)$"
    r")",
    re.MULTILINE,
)
#: References, and which options there are: in one pass, for a pass over all texts takes long.
_COLON = re.compile(r":(?:(ref|doc|term):(?=`([^`]+)`)|(name|file|exception-file|orphan):)")
_ROLES = {"ref": "label", "doc": "doc", "term": "term"}
_CITED = re.compile(r"\[([A-Za-z][\w.-]*)\]_")
_INLINE_TARGET = re.compile(r"_`(?<![\w`:_]_`)([^`]+)`")  # begins with a text: that is quick
_NAME_OPTION = re.compile(r"^[ \t]+:name:[ \t]*(\S.*)$", re.MULTILINE)
_FILE_OPTION = re.compile(r"^[ \t]+:(?:exception-)?file:[ \t]*(\S+)", re.MULTILINE)
_ABI_FILE = re.compile(r"Documentation/ABI/(?:\w+/[\w/-]+|README\b)")
_PICTURE = re.compile(r"\.\.[ \t]+(?:kernel-)?(?:figure|image)::[ \t]*(\S+)")
_UNDERLINE = re.compile(r"([!-/:-@\[-`{-~])\1*[ \t]*$")
_TITLE = re.compile(r"^\S.*\n([!-/:-@\[-`{-~])\1{2,}[ \t]*$", re.MULTILINE)
_EXPLICIT = re.compile(r"(?s)^.+?\s*<([^<]*?)>$")
_GLOB = re.compile(r"[*?\[]")
_BEFORE_MARKUP = re.compile(r"[\s*|+-]*\Z")
_IDENTIFIER = re.compile(r"[A-Za-z_]\w*")


@dataclass(frozen=True, slots=True)
class FileScan:
    """One .rst file. Names carry their kind: ``label:x``, ``citation:x``, ``term:x``, ``c:x``,
    ``doc:x``, ``kernel-doc:file options``.

    ``titled`` are the labels that certainly have a title to show (a section follows at once).
    ``files`` are the paths it is made of, relative to the tree, with ``*`` where a directive
    takes a pattern. ``toctree`` holds document names, and patterns where it has ``:glob:``;
    ``numbered`` those of toctrees that number them.
    """

    has_title: bool = False
    orphan: bool = False
    defines: frozenset[str] = frozenset()
    titled: frozenset[str] = frozenset()
    refers: frozenset[str] = frozenset()
    files: frozenset[str] = frozenset()
    toctree: tuple[str, ...] = ()
    numbered: tuple[str, ...] = ()

    def as_json(self) -> list[object]:
        """A list of the fields that json can write."""
        return [
            self.has_title,
            self.orphan,
            *map(list, (self.defines, self.titled, self.refers, self.files)),
            *map(list, (self.toctree, self.numbered)),
        ]

    @classmethod
    def from_json(cls, record: list[list[str]]) -> FileScan:
        has_title, orphan, defines, titled, refers, files, toctree, numbered = record
        return cls(
            bool(has_title),
            bool(orphan),
            frozenset(defines),
            frozenset(titled),
            frozenset(refers),
            frozenset(files),
            tuple(toctree),
            tuple(numbered),
        )


def is_document(path: str) -> bool:
    """Whether Sphinx reads the file as a document of its own, by its place and name."""
    return path.startswith(f"{ROOT}/") and (
        path.endswith(".rst") or (path.endswith(".yaml") and "/netlink/specs/" in path)
    )


def other_documents(snapshot: Snapshot) -> frozenset[str]:
    """Documents that are no .rst file of the tree: netlink specifications, where it has a parser
    for them. Before, ``make`` wrote a .rst file for each (generated.py)."""
    listing = snapshot.blob_ids(SPECS)
    specs = [path for path in listing if path.endswith(".yaml")]
    if not specs or snapshot.object_id(f"{ROOT}/sphinx/parser_yaml.py"):
        return frozenset(specs)
    names = ["index", *(posixpath.basename(path).removesuffix(".yaml") for path in specs)]
    return frozenset(f"{ROOT}/networking/netlink_spec/{name}.rst" for name in names)


@lru_cache(maxsize=1 << 14)  # each document is asked for again and again
def document_name(path: str) -> str:
    """``Documentation/a/b.rst`` → ``a/b``: what ``:doc:`` and toctrees call it."""
    return posixpath.splitext(path.removeprefix(f"{ROOT}/"))[0]


def normalized(name: str) -> str:
    """A label as docutils compares it: lower case, white space folded, quoting undone."""
    bare = name.strip("`")
    if "\\" in bare:
        bare = re.sub(r"\\(.)", r"\1", bare)
    return " ".join(bare.lower().split())


def pattern(glob: str) -> re.Pattern[str]:
    """A toctree pattern: ``*`` and ``?`` stop at a slash, ``**`` does not."""
    parts = re.split(r"(\*\*|\*|\?|\[[^\]]*\])", glob)
    known = {"**": ".*", "*": "[^/]*", "?": "[^/]"}
    translated = (known.get(p, p if p.startswith("[") else re.escape(p)) for p in parts)
    return re.compile("".join(translated).replace("[!", "[^") + r"\Z")


def scan_text(path: str, text: str) -> FileScan:
    """Scan one document; ``path`` is relative to the tree and decides relative references."""
    here = document_name(path)
    folder = posixpath.dirname(path)
    defines: set[str] = set()
    titled: set[str] = set()
    refers: set[str] = set()
    files: set[str] = set()
    toctree: list[str] = []
    numbered: list[str] = []

    for match in _MARKUP.finditer(text):
        start = text.rfind("\n", 0, match.start()) + 1
        if start < match.start() and not _BEFORE_MARKUP.match(text[start : match.start()]):
            continue
        if label := match["label"]:
            name = f"label:{normalized(label)}"
            defines.add(name)
            if start == match.start() and _section_follows(text, match.end()):
                titled.add(name)
        elif citation := match["citation"]:
            defines.add(f"citation:{citation}")
        else:
            directive, argument = match["directive"], match["argument"].strip()
            if directive == "toctree":
                lines = list(_body(text, start, match.start(), match.end()))
                entries = [joined(here, entry) for entry in _toctree(lines)]
                toctree += entries
                if any(line.startswith(":numbered:") for line in lines):
                    numbered += entries
            elif directive == "kernel-doc":
                options = _options(_body(text, start, match.start(), match.end()))
                files.update((argument, *_exports(options)))
                defines.add(f"kernel-doc:{argument} {' '.join(options)}".rstrip())
            elif directive == "kernel-include":
                files.add(argument.replace("$BUILDDIR", BUILD))
            elif directive in _FILE_DIRECTIVES and argument and not argument.startswith("<"):
                files.add(_path(folder, argument))
            elif directive in _C_DIRECTIVES and (names := _IDENTIFIER.findall(argument)):
                function = re.search(r"(\w+)\s*\(", argument)
                defines.add(f"c:{function[1] if function else names[-1]}")
            elif directive == "glossary":
                for line in _body(text, start, match.start(), match.end()):
                    defines.add(f"term:{line.split(' : ')[0].strip().lower()}")
            elif directive in ("option", "cmdoption"):
                defines.add("option:")
            elif directive == "maintainers-include":
                files.add("MAINTAINERS")
                defines.add("label:maintainers")
            elif directive == "maintainers-profile-toc":
                files.add("MAINTAINERS")
                toctree.append(PROFILES)
            elif directive == "kernel-abi":
                files.add(f"{ROOT}/ABI/{argument.removeprefix('ABI/')}**")
            elif directive == "kernel-feat":
                files.add(f"{ROOT}/features/**")

    given = set()
    for role, content, option in _COLON.findall(text):
        if role:
            refers.add(f"{_ROLES[role]}:{_target(_ROLES[role], here, content)}")
        given.add(option)
    refers.update(f"citation:{name}" for name in _CITED.findall(text))
    defines.update(f"label:{normalized(name)}" for name in _INLINE_TARGET.findall(text))
    if "name" in given:
        defines.update(f"label:{normalized(name)}" for name in _NAME_OPTION.findall(text))
    if not given.isdisjoint(("file", "exception-file")):
        files.update(_path(folder, name) for name in _FILE_OPTION.findall(text))
    files.update(abi_files(text))
    return FileScan(
        has_title=bool(_TITLE.search(text)),
        orphan="orphan" in given and f"\n{text}".find("\n:orphan:") >= 0,
        defines=frozenset(defines),
        titled=frozenset(titled),
        refers=frozenset(refers),
        files=frozenset(files),
        toctree=tuple(toctree),
        numbered=tuple(numbered),
    )


def abi_files(text: str) -> set[str]:
    """The files of Documentation/ABI that a text names: automarkup.py looks for them."""
    return set(_ABI_FILE.findall(text))


def pictures(path: str, source: str) -> set[str]:
    """The pictures that kernel-doc comments of a source show in the document ``path``."""
    return {_path(posixpath.dirname(path), name) for name in _PICTURE.findall(source)}


def _section_follows(text: str, position: int) -> bool:
    """Whether the next thing after a label, other labels aside, is certainly a section title."""
    lines = map(str.rstrip, text[position : position + 1000].split("\n"))
    rest = list(islice((line for line in lines if line and not line.startswith(".. _")), 3))
    if len(rest) < 3:
        return False
    if _UNDERLINE.match(rest[0]) and len(rest[0]) > 3:
        return rest[2] == rest[0]
    title, under = rest[0], rest[1]
    plain = not title[0].isspace() and not title.startswith("..")
    return plain and bool(_UNDERLINE.match(under)) and len(under) >= min(4, len(title))


def _body(text: str, line: int, markup: int, end: int) -> Iterator[str]:
    """The lines of a directive's options and content, stripped: those indented deeper."""
    indent = len(text[line:markup].expandtabs())
    position = end + 1
    while position < len(text):
        stop = text.find("\n", position)
        stop = len(text) if stop < 0 else stop
        content = text[position:stop].expandtabs()
        position = stop + 1
        stripped = content.lstrip()
        if not stripped:
            continue
        if len(content) - len(stripped) <= indent:
            return
        yield stripped.rstrip()


def _options(lines: Iterable[str]) -> list[str]:
    """The option lines of a directive; a line that continues one is joined to it."""
    options: list[str] = []
    for line in lines:
        if line.startswith(":") or not options:
            options.append(line)
        else:
            options[-1] += f" {line}"
    return options


def _exports(options: Iterable[str]) -> Iterator[str]:
    """The source files that ``:export:`` and ``:internal:`` of a kernel-doc directive name."""
    for option in options:
        name, _, value = option.removeprefix(":").partition(":")
        if name in ("export", "internal"):
            yield from (word.rstrip("\\") for word in value.split() if word != "\\")


def _toctree(lines: Iterable[str]) -> Iterator[str]:
    """The entries of a toctree: document names, patterns only under ``:glob:``."""
    glob = False
    for line in lines:
        if line.startswith(":"):
            glob = glob or line.startswith(":glob:")
            continue
        explicit = _EXPLICIT.match(line)
        entry = explicit[1] if explicit else line
        if "://" in entry or entry == "self" or (_GLOB.search(entry) and not glob):
            continue
        yield entry.removesuffix(".rst")


def _target(kind: str, here: str, content: str) -> str:
    explicit = _EXPLICIT.match(content) if ">" in content else None
    target = explicit[1] if explicit else content
    if kind == "doc":
        return joined(here, target)
    return normalized(target)


def joined(here: str, name: str) -> str:
    """A document name relative to another, as Sphinx joins them."""
    if not name.startswith("/"):
        name = f"{posixpath.dirname(here)}/{name}"
    return posixpath.normpath(f"/{name}").lstrip("/")


def _path(folder: str, name: str) -> str:
    """A file that a document names: relative to its folder, absolute ones to Documentation."""
    if name.startswith("/"):
        return posixpath.normpath(ROOT + name)
    return posixpath.normpath(posixpath.join(folder, name))


def decoded(data: bytes) -> str:
    """The text of a document."""
    return data.removeprefix(codecs.BOM_UTF8).decode("utf-8", "replace")


def scan_snapshot(snapshot: Snapshot, paths: Iterable[str]) -> dict[str, FileScan]:
    """Scan those of ``paths`` that exist in the snapshot and are .rst files."""
    found = snapshot.read_many(path for path in paths if path.endswith(".rst"))
    return {path: scan_text(path, decoded(data)) for path, data in found.items()}
