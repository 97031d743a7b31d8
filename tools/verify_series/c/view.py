# SPDX-License-Identifier: GPL-2.0-or-later
"""What one configuration sees of some sources, and which configurations there are to look at."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from typing import TypeVar

from . import Unreadable
from .conditions import Defined, Expression, truth
from .lexer import Token
from .macros import expand
from .source import Condition, Macro, Region, Source, read_source
from .values import Unknown, evaluate

T = TypeVar("T")

#: What is set and what is not: options, and other conditions by their text.
Configuration = Mapping[str, bool]

_END = 1 << 30  # a line behind all others
MOST = 32  # configurations that are all read
_MOST_TESTS = 500_000  # of #if in one configuration; a header of the kernel's has some hundreds
_MOST_OPTIONS = 256  # on which one text depends; mm/vmstat.c's names depend on some 40

# Macros of the kernel's that every file uses (include/linux/stringify.h, include/vdso/bits.h).
_KERNEL = read_source(
    "",
    b"""
#define __stringify_1(x...) #x
#define __stringify(x...) __stringify_1(x)
#define BIT(nr) (1 << (nr))
#define BIT_ULL(nr) (1 << (nr))
#define _BITUL(nr) (1 << (nr))
#define _BITULL(nr) (1 << (nr))
""",
)


class _Everything(Mapping[str, bool]):
    """The configuration in which every option is set."""

    def __contains__(self, name: object) -> bool:
        return True

    def __getitem__(self, name: str) -> bool:
        return True

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


EVERYTHING = _Everything()


class _Completed(dict[str, bool]):
    """A configuration in which all else is ``default``; holds what was asked for."""

    def __init__(self, given: Configuration, default: bool) -> None:
        super().__init__(given)
        self.default = default

    def __contains__(self, name: object) -> bool:
        return True

    def __missing__(self, name: str) -> bool:
        if len(self) >= _MOST_OPTIONS:
            raise Unreadable(f"it depends on more than {_MOST_OPTIONS} options")
        self[name] = self.default
        return self.default


class Undecided(Exception):
    """What is read depends on an option that the configuration does not mention."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class View:
    """Some sources, as if one included the other in this order, in one configuration.

    A macro is what its last #define or #undef before a line says, so that a file's own wins over
    its header's. Every question to the view raises Undecided where the answer depends on an
    option that ``given`` does not mention; ``asked`` are the options of all questions so far. The
    macros ``kept`` stay as they are.
    """

    def __init__(
        self, sources: Sequence[Source], given: Configuration, kept: Collection[str] = ()
    ) -> None:
        self.kept = frozenset(kept)
        self.sources = (_KERNEL, *dict.fromkeys(sources))
        self.given = given
        self.asked: set[str] = set()
        self._place = {id(source): i for i, source in enumerate(self.sources)}
        self._held: dict[tuple[int, int], bool] = {}
        self._tests = 0

    def holds(self, source: Source, condition: Condition) -> bool:
        """Whether what stands under ``condition`` in ``source`` is there."""
        key = (id(source), id(condition))
        if key not in self._held:
            self._tests += len(condition)
            if self._tests > _MOST_TESTS:
                raise Unreadable(f"{source.path} has too many #if to be read")
            self._held[key] = all(
                truth(branch.test, partial(self._decide, source, branch.line)) == branch.holds
                for branch in condition
            )
        return self._held[key]

    def tokens(self, region: Region) -> list[Token]:
        """The tokens of a region that are there, with macros expanded.

        Raises Unreadable for an #include inside, whose content is not known.
        """
        source = region.source
        there = [
            source.tokens[i]
            for i in range(region.start, region.end)
            if self.holds(source, source.when[i])
        ]
        first, last = source.tokens[region.start - 1].line, source.tokens[region.end].line
        for line, target in source.includes.items():
            if first <= line <= last:
                raise Unreadable(f"{source.path}:{line} includes {target} in the middle")
        try:
            return expand(there, lambda token: self._macro(source, token))
        except RecursionError:
            raise Unreadable(f"the macros in {source.path} nest too deep") from None

    def expansion(self, source: Source, macro: Macro) -> list[Token]:
        """What a macro without parameters stands for behind the end of its file."""
        body = [token._replace(line=_END) for token in macro.body or ()]
        return expand(body, lambda token: self._macro(source, token))

    def keeping(self, names: Collection[str]) -> View:
        """The same view, in which some macros stay as they are."""
        if not names:
            return self
        other = View(self.sources[1:], self.given, names)
        other.asked = self.asked
        return other

    def _macro(self, source: Source, token: Token) -> Macro | None:
        if token.text in self.kept:
            return None
        macro = self._definition(source, token.text, token.line)
        return macro if macro and macro.body is not None else None

    def _definition(self, source: Source, name: str, line: int) -> Macro | None:
        for other in self.sources[self._place[id(source)] :: -1]:
            for macro in reversed(other.macros.get(name, ())):
                if (other is not source or macro.line < line) and self.holds(other, macro.when):
                    return macro
        return None

    def _decide(self, source: Source, line: int, test: Defined | Expression) -> bool:
        if isinstance(test, Defined):
            macro = self._definition(source, test.name, line)
            if macro:
                return macro.body is not None
            return self._option(test.name)
        placed = [token._replace(line=line) for token in test.tokens]
        try:
            expanded = expand(placed, lambda token: self._macro(source, token))
            return evaluate(expanded, _no_value) != 0
        except Unreadable:
            return self._option(test.text)

    def _option(self, name: str) -> bool:
        self.asked.add(name)
        if name not in self.given:
            raise Undecided(name)
        return self.given[name]


def _no_value(name: str) -> int:
    raise Unknown(name)


class _TooMany(Exception):
    pass


def configurations(
    outer: Callable[[Configuration], bool], read: Callable[[Configuration], T]
) -> tuple[list[tuple[Configuration, T]], bool]:
    """What ``read`` gives in every configuration in which ``outer`` is true.

    Both say by Undecided which options matter. Where there are more than MOST configurations,
    those are read in which all options are set, none is, and each alone is or is not; then the
    second result is False.
    """
    results: list[tuple[Configuration, T]] = []
    complete = True
    try:
        places = [given for given, there in _fork(outer, {}, 2 * MOST) if there]
    except _TooMany:
        raise Unreadable("it stands under too many #if") from None
    for given in places:
        try:
            results += _fork(read, given, MOST)
        except _TooMany:
            results += _sample(read, given)
            complete = False
    return results, complete


def _fork(
    read: Callable[[Configuration], T], given: Configuration, most: int
) -> list[tuple[Configuration, T]]:
    done: list[tuple[Configuration, T]] = []
    pending = [given]
    while pending:
        if len(done) + len(pending) > most:
            raise _TooMany
        given = pending.pop()
        try:
            done.append((given, read(given)))
        except Undecided as question:
            pending += [{**given, question.name: value} for value in (False, True)]
    return done


def _sample(
    read: Callable[[Configuration], T], outer: Configuration
) -> list[tuple[Configuration, T]]:
    done = [complete(read, outer, True), complete(read, outer, False)]
    options = [name for name in {**done[0][0], **done[1][0]} if name not in outer]
    for name in options[: (MOST - 2) // 2]:
        done.append(complete(read, {**outer, name: False}, True))
        done.append(complete(read, {**outer, name: True}, False))
    return done


def complete(
    read: Callable[[Configuration], T], given: Configuration, default: bool
) -> tuple[Configuration, T]:
    """What ``read`` gives in one configuration, in which all that is not given is ``default``."""
    whole = _Completed(given, default)
    result = read(whole)
    return dict(whole), result


def reason(failing: Sequence[Configuration], everything: Sequence[Configuration]) -> str:
    """What tells the ``failing`` configurations from the other ones, in words.

    As little as needed of the first one: ``CONFIG_A is set and CONFIG_B is not set``; empty
    where all fail.
    """
    kept = dict(failing[0])
    for option in failing[0]:
        less = {name: value for name, value in kept.items() if name != option}
        if all(given in failing for given in everything if less.items() <= given.items()):
            kept = less
    words = []
    for name, value in kept.items():
        if name.isidentifier():
            words.append(f"{name} is set" if value else f"{name} is not set")
        else:
            words.append(name if value else f"not {name}")
    return " and ".join(words)
