# SPDX-License-Identifier: GPL-2.0-or-later
"""One file of C with all its branches: each token with the #if it stands under."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from .conditions import Defined, Not, Test, constant, parse
from .lexer import Directive, Token, decode, lex

_CLOSING = {"{": "}", "(": ")", "[": "]"}


@dataclass(frozen=True, slots=True)
class Branch:
    """One #if on the way to a token: its test is to give ``holds``. ``line`` is its place."""

    test: Test
    holds: bool
    line: int


#: All branches that must be taken, outermost first; empty where no #if is around.
Condition = tuple[Branch, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Macro:
    """A #define, or an #undef where ``body`` is None.

    ``parameters`` is None for an object-like macro. Where it is ``variadic``, the last of them
    takes the rest of the arguments.
    """

    name: str
    parameters: tuple[str, ...] | None
    variadic: bool
    body: tuple[Token, ...] | None
    line: int
    when: Condition


@dataclass(slots=True, eq=False)
class Source:
    """A file, read. ``when[i]`` is the condition of ``tokens[i]``.

    ``closes`` maps the index of each bracket to that of its closing one, ``opens`` back; a
    bracket without a partner is missing there. ``macros`` are in the order of the file, and
    ``includes`` maps a line to what follows #include there.
    """

    path: str
    tokens: list[Token] = field(default_factory=list)
    when: list[Condition] = field(default_factory=list)
    closes: dict[int, int] = field(default_factory=dict)
    opens: dict[int, int] = field(default_factory=dict)
    macros: dict[str, list[Macro]] = field(default_factory=dict)
    includes: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Region:
    """What stands between two brackets: the tokens from ``start`` to before ``end``."""

    source: Source
    start: int
    end: int


@lru_cache(maxsize=256)
def read_source(path: str, data: bytes) -> Source:
    """Read a file. Any bytes can be read: what is no C gives tokens that mean nothing."""
    return _Reader(path, data).source


@dataclass(slots=True)
class _If:
    """An open #if: the tests so far, where the current branch begins, and the brackets then."""

    outer: Condition
    dead: bool  # what is outside of it
    tests: list[Branch]
    before: list[int]
    kept: list[int] | None = None  # the open brackets at the end of the first live branch


def _guard(directives: list[Directive], length: int) -> Directive | None:
    """The #ifndef of an include guard: around all tokens, so it says nothing of configurations."""
    conditionals = [d for d in directives if d.name not in ("include", "pragma")]
    if len(conditionals) < 3:
        return None
    first, define, last = conditionals[0], conditionals[1], conditionals[-1]
    test = _test(first.name, first.body)
    name = define.body[0].text if define.name == "define" and define.body else ""
    if test != Not(Defined(name)) or define.at > 0 or (last.name, last.at) != ("endif", length):
        return None
    depth = 0
    for directive in conditionals:
        depth += directive.name.startswith("if")
        depth -= directive.name == "endif"
        if depth == 0:
            return first if directive is last else None
    return None


def _test(name: str, body: tuple[Token, ...]) -> Test:
    """The test of an #if, #ifdef or #ifndef."""
    if name == "if" or not body:
        return parse(body)
    defined = Defined(body[0].text)
    return Not(defined) if name == "ifndef" else defined


class _Reader:
    """Walks through tokens and directives once.

    Brackets pair within a branch; after #endif those that the first branch left open count, so
    that ``#if A / f(a, / #else / f( / #endif / b)`` pairs as the compiler sees it with A.
    """

    def __init__(self, path: str, data: bytes) -> None:
        self.source = Source(path)
        self.condition: Condition = ()
        self.dead = False
        self.open: list[int] = []
        self.ifs: list[_If] = []
        tokens, directives = lex(decode(data))
        guard = _guard(directives, len(tokens))
        done = 0
        for directive in directives:
            self._take(tokens[done : directive.at])
            done = directive.at
            if directive is guard:
                self.ifs.append(_If((), False, [], []))  # always taken, the first time
            else:
                self._direct(directive)
        self._take(tokens[done:])

    def _take(self, tokens: list[Token]) -> None:
        if self.dead or not tokens:
            return
        source, stack = self.source, self.open
        for i, (kind, text, _, _) in enumerate(tokens, len(source.tokens)):
            if kind != "punct":
                continue
            if text in "{([":
                stack.append(i)
            elif text in "})]":
                self._close(i, text, tokens, len(source.tokens))
        source.tokens += tokens
        source.when += [self.condition] * len(tokens)

    def _close(self, at: int, text: str, tokens: list[Token], offset: int) -> None:
        source, stack = self.source, self.open
        for depth in range(len(stack) - 1, max(len(stack) - 9, -1), -1):
            start = stack[depth]
            opening = tokens[start - offset] if start >= offset else source.tokens[start]
            if _CLOSING[opening.text] == text:
                del stack[depth:]
                source.closes[start], source.opens[at] = at, start
                return

    def _direct(self, directive: Directive) -> None:
        name, body = directive.name, directive.body
        if name in ("if", "ifdef", "ifndef"):
            self.ifs.append(_If(self.condition, self.dead, [], list(self.open)))
            self._branch(_test(name, body), directive.line)
        elif name in ("elif", "elifdef", "elifndef", "else") and self.ifs:
            self._end_branch()
            test = None if name == "else" else _test(name.removeprefix("el"), body)
            self._branch(test, directive.line)
        elif name == "endif" and self.ifs:
            self._end_branch()
            last = self.ifs.pop()
            self.open = last.before if last.kept is None else last.kept
            self.condition, self.dead = last.outer, last.dead
        elif self.dead:
            return
        elif name in ("define", "undef") and body and body[0].kind == "name":
            self._define(directive)
        elif name == "include":
            self.source.includes[directive.line] = "".join(t.text for t in body)

    def _branch(self, test: Test | None, line: int) -> None:
        """Enter a branch: no test before it was true, and its own is (None for #else)."""
        this = self.ifs[-1]
        taken = list(this.tests)
        if test is not None:
            taken.append(Branch(test, True, line))
            this.tests.append(Branch(test, False, line))
        self.open = list(this.before)
        self.condition = this.outer + tuple(taken)
        self.dead = this.dead or any(constant(b.test) not in (None, b.holds) for b in taken)

    def _end_branch(self) -> None:
        if self.ifs[-1].kept is None and not self.dead:
            self.ifs[-1].kept = self.open

    def _define(self, directive: Directive) -> None:
        name, *rest = directive.body
        parameters: list[str] | None = None
        variadic = False
        body: tuple[Token, ...] | None = tuple(rest)
        if directive.name == "undef":
            body = None
        elif rest and rest[0].text == "(" and not rest[0].spaced:
            end = next((i for i, t in enumerate(rest) if t.text == ")"), len(rest))
            texts = [t.text for t in rest[1:end] if t.text != ","]
            variadic = bool(texts) and texts[-1] == "..."
            parameters = [t for t in texts if t != "..."]
            if variadic and (len(texts) == 1 or rest[end - 2].text == ","):
                parameters.append("__VA_ARGS__")
            body = tuple(rest[end + 1 :])
        self.source.macros.setdefault(name.text, []).append(
            Macro(
                name.text,
                None if parameters is None else tuple(parameters),
                variadic,
                body,
                directive.line,
                self.condition,
            )
        )
