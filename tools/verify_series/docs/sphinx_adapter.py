# SPDX-License-Identifier: GPL-2.0-or-later
"""Everything that is taken from inside Sphinx and docutils, in one place.

A full build reads every document, then resolves references between them. :class:`Documents`
does the same for a few: all documents of the tree are known by name, titles and labels of those
that are not read are stand-ins, and the warnings come out one by one as a full build words them.

Sphinx promises no stability for most of this; tests/test_sphinx_adapter.py holds each
assumption.
"""

from __future__ import annotations

import logging
import posixpath
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from inspect import signature
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import docutils
import sphinx
import sphinx.application
from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.environment.collectors.toctree import TocTreeCollector
from sphinx.errors import SphinxError
from sphinx.highlighting import PygmentsBridge
from sphinx.util.docutils import docutils_namespace, patch_docutils
from sphinx.util.logging import NAMESPACE, WarningLogRecordTranslator, WarningSuppressor
from sphinx.util.matching import Matcher

from . import kernel_extensions
from .declarations import declarations
from .kernel_extensions import Unsupported, is_strict

#: Builders and post-transforms that write output, which nothing here does. Loading them costs a
#: third of the start.
_UNUSED = frozenset(
    (
        *(f"sphinx.builders.{name}" for name in ("changes", "epub3", "dirhtml", "html", "latex")),
        *(f"sphinx.builders.{name}" for name in ("linkcheck", "manpage", "singlehtml", "texinfo")),
        *(f"sphinx.builders.{name}" for name in ("text", "xml")),
        *(f"sphinxcontrib.{name}help" for name in ("apple", "dev", "html", "qt")),
        "sphinxcontrib.serializinghtml",
        "sphinx.transforms.post_transforms.images",
    )
)


#: Sphinx 9 asks for them, Sphinx 8 takes the builder's.
_TAKES_TAGS = "tags" in signature(BuildEnvironment.get_and_resolve_doctree).parameters


@dataclass(frozen=True, slots=True)
class Warned:
    """One warning: ``location`` is Sphinx's ``path:line`` or empty, ``kind`` its warning type or
    the name of the logger. ``document`` is the one being read or resolved, or empty."""

    document: str
    level: str
    location: str
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """A name that a document refers to and no document read so far defines.

    ``kind`` is label, term, option, citation or c (a declaration, where even these must resolve);
    ``titled`` says that the reference shows the title that stands behind the label.
    """

    kind: str
    name: str
    titled: bool


def setup(app: Sphinx) -> None:
    """Called by Sphinx: what others want of the html builder."""
    app.add_config_value("html_compact_lists", True, "html")
    app.add_event("html-collect-pages")
    app.add_event("html-page-context")


def versions() -> dict[str, str]:
    """The versions of the libraries that read the documents."""
    return {"Sphinx": sphinx.__version__, "docutils": docutils.__version__}


_WANTED_ROLES = {
    "ref": "label",
    "numref": "label",
    "keyword": "label",
    "any": "label",
    "term": "term",
    "option": "option",
}


class _Collector(logging.Handler):
    """Passes warnings on; in the place of the handler that would print them."""

    def __init__(self, app: Sphinx, sink: Callable[[str, str, str, str], None]) -> None:
        super().__init__(logging.WARNING)
        self._sink = sink
        self.addFilter(WarningSuppressor(app))
        self.addFilter(WarningLogRecordTranslator(app))

    def emit(self, record: logging.LogRecord) -> None:
        kind, subtype = getattr(record, "type", None), getattr(record, "subtype", None)
        name = ".".join(filter(None, (kind, subtype))) or record.name.removeprefix(f"{NAMESPACE}.")
        location = getattr(record, "location", None) or ""
        # LogRecord's own text: Sphinx's subclass puts the location in front.
        self._sink(record.levelname, str(location), name, logging.LogRecord.getMessage(record))


class _StandIns(dict[str, Any]):
    """Titles, or tables of contents, of documents: made up for those that were not read."""

    def __init__(self, known: set[str], make: Callable[[str], nodes.Element]) -> None:
        super().__init__()
        self._known = known
        self._make = make

    def __missing__(self, name: str) -> nodes.Element:
        if name not in self._known:
            raise KeyError(name)
        return self._make(name)


class _All(_StandIns):
    """The same, but every known document is in it."""

    def __contains__(self, name: object) -> bool:
        return name in self._known


def _title(name: str) -> nodes.Element:
    return nodes.title("", "", nodes.Text(name))


def _toc(name: str, listed: Sequence[str] = ()) -> nodes.Element:
    """What sphinx.environment.collectors.toctree makes of a document with one title, and perhaps
    a toctree."""
    reference = nodes.reference("", "", nodes.Text(name), internal=True, refuri=name, anchorname="")
    item = nodes.list_item("", addnodes.compact_paragraph("", "", reference))
    return nodes.bullet_list("", item, *([_toctree(listed)] if listed else []))


def _toctree(listed: Iterable[str]) -> addnodes.toctree:
    return addnodes.toctree("", entries=[(None, name) for name in listed], numbered=999)


class Documents:
    """A Sphinx application on a folder of which only some documents are there.

    ``source`` is the Documentation folder with the conf.py to use, ``output`` a folder to
    scribble in. Raises Unsupported where the application does not start.
    """

    def __init__(self, source: Path, output: Path) -> None:
        self._stack = ExitStack()
        self._stack.enter_context(patch_docutils(source))
        self._stack.enter_context(docutils_namespace())
        self._current = ""
        self._warnings: list[Warned] = []
        self._wanted: dict[str, set[Wanted]] = {}
        wanted = (e for e in sphinx.application.builtin_extensions if e not in _UNUSED)
        sphinx.application.builtin_extensions = (__name__, *wanted)
        try:
            self.app = Sphinx(
                source,
                source,
                output,
                output / ".doctrees",
                "dummy",
                confoverrides={**kernel_extensions.settings(source), "show_warning_types": False},
                status=None,
                warning=None,
                freshenv=True,
            )
        except (SphinxError, OSError) as error:
            raise Unsupported(f"Sphinx does not start with the tree's conf.py: {error}") from error
        kernel_extensions.refuse_unknown(self.app)
        self._replace_printing_handler()
        self.app.connect("doctree-read", self._note_references)
        self._env: BuildEnvironment = self.app.env
        self._known = self._env.found_docs
        self._known.clear()
        self._env.titles = _StandIns(self._known, _title)
        self._env.tocs = _StandIns(self._known, _toc)
        self._highlighter: PygmentsBridge | None = None

    def _replace_printing_handler(self) -> None:
        logger = logging.getLogger(NAMESPACE)
        logger.setLevel(logging.WARNING)  # a large document makes ten thousands of debug records
        for handler in logger.handlers[:]:
            logger.removeHandler(handler)
        logger.addHandler(_Collector(self.app, self.warn))

    def warn(self, level: str, location: str, kind: str, text: str) -> None:
        """Keep a warning about the document at hand."""
        self._warnings.append(Warned(self._current, level, location, kind, text))

    @contextmanager
    def _about(self, name: str) -> Iterator[None]:
        self._current = name
        try:
            yield
        finally:
            self._current = ""

    @contextmanager
    def nothing_suppressed(self) -> Iterator[None]:
        """Without what conf.py sets as ``suppress_warnings``."""
        kept, self.app.config.suppress_warnings = self.app.config.suppress_warnings, []
        try:
            yield
        finally:
            self.app.config.suppress_warnings = kept

    @contextmanager
    def plain_quotes(self) -> Iterator[None]:
        """Without turning quotes into typographic ones: a fifth of the time of reading, and no
        name depends on it."""
        kept, self.app.config.smartquotes = self.app.config.smartquotes, False
        try:
            yield
        finally:
            self.app.config.smartquotes = kept

    @contextmanager
    def declarations_only(self) -> Iterator[None]:
        """Read of each document no more than the C declarations at its left margin; its title and
        table of contents stay stand-ins."""
        names: list[str] = []

        def cut(app: Sphinx, name: str, content: list[str]) -> None:
            names.append(name)
            content[0] = declarations(content[0])

        listener = self.app.connect("source-read", cut)
        try:
            yield
        finally:
            self.app.disconnect(listener)
            for name in names:
                self._env.titles.pop(name, None)
                self._env.tocs.pop(name, None)

    def take_warnings(self) -> list[Warned]:
        """What was said since the last call."""
        taken, self._warnings = self._warnings, []
        return taken

    def know(self, paths: Iterable[str]) -> None:
        """Set which documents exist; ``paths`` are relative to the source folder.

        The same choice as sphinx.project.Project.discover makes from the files of a folder.
        """
        config, project = self.app.config, self.app.project
        included = Matcher(config.include_patterns)
        excluded = Matcher([*config.exclude_patterns, *config.templates_path, "**/.*"])
        suffixes = tuple(config.source_suffix)

        @cache
        def left_out(folder: str) -> bool:  # a pattern that fits a folder leaves out what it holds
            return bool(folder) and (excluded(folder) or left_out(posixpath.dirname(folder)))

        project._docname_to_path.clear()
        self._known.clear()
        for path in paths:
            if left_out(posixpath.dirname(path)):
                continue
            if path.endswith(suffixes) and included(path) and not excluded(path):
                suffix = next(filter(path.endswith, suffixes))
                name = path.removesuffix(suffix)
                if suffix != suffixes[0] and name not in self._known:
                    project._docname_to_path[name] = Path(path)  # else doc2path appends the first
                self._known.add(name)
        self._env.all_docs = dict.fromkeys(self._known, 0)

    def knows(self, name: str) -> bool:
        """Whether a document of this name exists."""
        return name in self._known

    def forget(self, names: Iterable[str]) -> None:
        """Drop everything that reading these documents left, and stand-ins for their labels."""
        for name in names:
            self.app.events.emit("env-purge-doc", self._env, name)
            self._env.clear_doc(name)
            self._env._pickled_doctree_cache.pop(name, None)  # what get_doctree() gives
            self._wanted.pop(name, None)
            if name in self._known:
                self._env.all_docs[name] = 0

    def read(self, name: str) -> bool:
        """Read one document, which was forgotten before; False where a full build would stop."""
        with self._about(name):
            try:
                self.app.builder.read_doc(name)
            except Unsupported:
                raise
            except Exception as error:  # whatever an extension raises ends a full build as well
                self._env.prepare_settings(name)
                reason = (str(error).splitlines() or [""])[0]
                self.warn(
                    "CRITICAL",
                    "",
                    "stop",
                    f"a full build stops here: {type(error).__name__}: {reason}",
                )
                return False
        return True

    def begin(self, names: list[str]) -> None:
        """Tell extensions that these documents are about to be read."""
        self.app.events.emit("env-before-read-docs", self._env, names)

    def dependencies(self, name: str) -> list[Path]:
        """The files that a document was made of, as it told Sphinx; some may not be there."""
        return [self.app.srcdir / path for path in self._env.dependencies.get(name, ())]

    def _note_references(self, app: Sphinx, doctree: nodes.document) -> None:
        """Keep what a document refers to; called by Sphinx when it has read one."""
        wanted = self._wanted.setdefault(app.env.docname, set())
        for node in doctree.findall(addnodes.pending_xref):
            role, domain = node["reftype"], node.get("refdomain")
            if domain == "c":
                if is_strict(self._env, node.source):
                    wanted.add(Wanted("c", node["reftarget"].rpartition(".")[2], False))
            elif domain == "citation":
                wanted.add(Wanted("citation", node["reftarget"], False))
            elif kind := _WANTED_ROLES.get(role):
                titled = role == "ref" and not node["refexplicit"]
                wanted.add(Wanted(kind, node["reftarget"], titled))

    def wanted(self, names: Iterable[str]) -> list[Wanted]:
        """What these documents refer to and nothing known defines, in a fixed order."""
        asked = {wanted for name in names for wanted in self._wanted.get(name, ())}
        declared = set()
        if any(wanted.kind == "c" for wanted in asked):
            declared = {o[0].rpartition(".")[2] for o in self._env.domains["c"].get_objects()}
        missing = (
            w for w in asked if not ((w.kind == "c" and w.name in declared) or self._defined(w))
        )
        return sorted(missing, key=lambda w: (w.kind, w.name, w.titled))

    def _defined(self, wanted: Wanted) -> bool:
        standard = self._env.domains["std"]
        if wanted.kind == "label":
            return wanted.name in (standard.labels if wanted.titled else standard.anonlabels)
        if wanted.kind == "citation":
            return wanted.name in self._env.domains["citation"].citations
        if wanted.kind == "term":
            return (
                "term",
                wanted.name,
            ) in standard.objects or wanted.name.lower() in standard._terms
        return any(wanted.name == option for _, option in standard.progoptions)

    def stand_in(self, labels: Mapping[str, str]) -> None:
        """Make labels known, each in its document, without reading it."""
        standard = self._env.domains["std"]
        for label, document in labels.items():
            standard.labels.setdefault(label, (document, label, label))
            standard.anonlabels.setdefault(label, (document, label))

    def resolve(self, name: str) -> nodes.document:
        """Resolve the references and toctrees of a document that was read; gives what it shows."""
        with self._about(name):
            builder = self.app.builder
            tags: dict[str, Any] = {"tags": builder.tags} if _TAKES_TAGS else {}
            tree = self._env.get_and_resolve_doctree(name, builder, **tags)
            self._highlight(tree)
            return tree

    def _highlight(self, tree: nodes.document) -> None:
        """Lex the code blocks as the html writer does, for its warnings."""
        for block in tree.findall(nodes.literal_block):
            language = block.get("language", "default")
            if language in ("none", "default", "text") or block.rawsource != block.astext():
                continue
            if self._highlighter is None:
                self._highlighter = PygmentsBridge("html")
            self._highlighter.highlight_block(
                block.rawsource,
                language,
                opts=self.app.config.highlight_options.get(language, {}),
                force=block.get("force", False),
                location=block,
            )

    def check(
        self,
        names: Iterable[str],
        *,
        listed: Iterable[str],
        included: Iterable[str],
        orphans: Iterable[str],
        cited: Iterable[str],
        numbered: Mapping[str, Sequence[str]],
        below: Mapping[str, Sequence[str]],
    ) -> None:
        """Do the checks between documents (``env.check_consistency``) for these only, and number
        their sections, as is done when all documents are read.

        The rest of the tree is told by names: documents that stand in a toctree, that are
        included by another one, that are marked as orphans, citations that are referred to; what
        documents with numbered toctrees list there, and those below them in all of theirs.
        """
        env = self._env
        judged = set(names) & self._known
        everything, listings, inclusions = env.all_docs, env.files_to_rebuild, env.included
        env.all_docs = dict.fromkeys(judged, 0)
        env.files_to_rebuild = {**{name: set() for name in listed}, **listings}
        env.included = {**inclusions, "": set(included)}
        for name in orphans:
            env.metadata[name].setdefault("orphan", "")
        for name in cited:
            env.domains["citation"].citation_refs.setdefault(name, {""})
        said_before = len(self._warnings)
        try:
            self._number_sections(judged.intersection(env.numbered_toctrees), numbered, below)
            env.check_consistency()
        finally:
            env.all_docs, env.files_to_rebuild, env.included = everything, listings, inclusions
        paths = {str(env.doc2path(name)) for name in judged}
        self._warnings[said_before:] = [
            warning
            for warning in self._warnings[said_before:]
            if warning.location.rpartition(":")[0] in paths or warning.location in paths
        ]

    def _number_sections(
        self,
        judged: Iterable[str],
        unread: Mapping[str, Sequence[str]],
        below: Mapping[str, Sequence[str]],
    ) -> None:
        """Sphinx says where a document gets a second number; stand-ins count as read for that."""
        env = self._env
        tocs = _All(self._known, lambda name: _toc(name, below.get(name, ())))
        tocs.update(env.tocs)
        first = {name: _toctree(listed) for name, listed in unread.items()}
        numbering: Any = SimpleNamespace(
            get_doctree=lambda name: first[name] if name in first else env.get_doctree(name),
            numbered_toctrees=sorted({*judged, *first}),
            titles=env.titles,
            toc_secnumbers={},
            tocs=tocs,
        )
        TocTreeCollector().assign_section_numbers(numbering)

    def path(self, name: str) -> Path:
        """Where a document's source lies."""
        return Path(self._env.doc2path(name))
