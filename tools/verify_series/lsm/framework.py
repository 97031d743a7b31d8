# SPDX-License-Identifier: GPL-2.0-or-later
"""The security_*() functions that call hooks: security/security.c and include/linux/security.h."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from ..c.functions import Function, find_functions, parameters
from ..c.lexer import decode
from ..c.source import Source
from ..c.types import misfit, same
from ..c.view import Configuration, configurations, reason
from ..model import Finding, Severity
from .files import Files
from .hooks import CALLING, HEADER, HOOKS, Call, Hook, fault, find_calls, holds, number

_OPTION = "CONFIG_SECURITY"
_BUILT = {_OPTION: True}  # what security/Makefile builds security.c with


class Framework:
    """Who calls hooks in one tree: the files right in security/, and others that the series has.

    ``others`` are the paths of these; ``before`` is the base, None for itself; ``is_used`` tells
    whether a file of the series calls a function from outside of security/.
    """

    def __init__(
        self,
        files: Files,
        hooks: Mapping[str, tuple[Hook, ...]],
        others: Sequence[str],
        before: Framework | None,
        is_used: Callable[[str], bool],
    ) -> None:
        self.hooks = hooks
        self._files = files
        self._is_used = is_used
        self._own = [path for path in files.below("security/") if path.count("/") == 1]
        sources = files.mentioning([*self._own, *others], *CALLING)
        self.header = files.source(HEADER)
        leading = _leading(sources)
        self.calls = [call for source in sources for call in find_calls(source, leading)]
        self.functions = {
            f.name: f for source in sources for f in find_functions(source) if f.defined
        }
        self._gone = set(before.functions) - set(self.functions) if before else set()
        self.declared = _declared(self.header)
        self._before = before
        self.callers: dict[str, list[Function]] = {}
        for call in self.calls:
            function = _around(call)
            if function and function not in self.callers.setdefault(call.hook, []):
                self.callers[call.hook].append(function)

    def text(self, path: str) -> str:
        """The content of a file that calls hooks, or nothing where there is no such file."""
        return decode(self._files.read([path]).get(path, b""))

    def faults(self) -> Iterator[Finding]:
        """Raises Unreadable for what cannot be worked out."""
        for call in self.calls:
            yield from self._call(call)
        if self.header:
            declared: dict[str, list[Function]] = {}
            for f in find_functions(self.header):
                declared.setdefault(f.name, []).append(f)
            wrappers = {f.name: f for functions in self.callers.values() for f in functions}
            for f in wrappers.values():
                if f.name.startswith("security_") and not f.static:
                    yield from self._declarations(self.header, f, declared.get(f.name, []))
            yield from self._left_over(self.header, declared)

    def _call(self, call: Call) -> Iterator[Finding]:
        hooks = self.hooks.get(call.hook, ())
        if not hooks:
            message = f"{HOOKS} has no hook {call.hook}"
            yield fault("unknown-hook", call.source, call.line, message)
            return
        where = self._absent(call, hooks)
        if where:
            message = f"{HOOKS} has no hook {call.hook} where {where}, but it is called there"
            yield fault("unknown-hook", call.source, call.line, message)
        hook = hooks[0]
        if call.by == "call_int_hook" and hook.prototype.result == "void":
            message = f"the hook {call.hook} is void ({HOOKS}:{hook.line}): use call_void_hook()"
            yield fault("arguments", call.source, call.line, message)
        if call.arguments is not None and len(hooks) == 1:
            yield from self._arguments(call, call.arguments, hook)

    def _absent(self, call: Call, hooks: Sequence[Hook]) -> str:
        """Where a call that is always compiled has no hook, in words. One that is not may stand
        under an option that another one implies."""
        if call.source.when[call.at] or any(not hook.when for hook in hooks):
            return ""

        def there(given: Configuration) -> bool:
            return any(holds({**given, **_BUILT}, hook.source, hook.when) for hook in hooks)

        results, _ = configurations(lambda given: True, there)
        failing = [given for given, found in results if not found]
        return reason(failing, [given for given, _ in results]) or "ever" if failing else ""

    def _arguments(
        self, call: Call, arguments: Sequence[Sequence[object]], hook: Hook
    ) -> Iterator[Finding]:
        wanted = hook.prototype.parameters
        place = f"{HOOKS}:{hook.line}"
        if len(arguments) != len(wanted) and "..." not in wanted:
            message = (
                f"the hook {call.hook} takes {number(len(wanted))} ({place}),"
                f" but is called with {len(arguments)}"
            )
            yield fault("arguments", call.source, call.line, message)
            return
        function = _around(call)
        known = parameters(function) if function else {}
        for argument, kind in zip(call.arguments or (), wanted, strict=False):
            given = known.get(argument[0].text) if len(argument) == 1 else None
            if given and misfit(given, kind):
                message = (
                    f"the hook {call.hook} takes {kind} ({place}),"
                    f" but {argument[0].text} is {given}"
                )
                yield fault("arguments", call.source, call.line, message)

    def _declarations(
        self, header: Source, f: Function, declared: Sequence[Function]
    ) -> Iterator[Finding]:
        """What the header says of a function that calls a hook."""
        place = f"{f.source.path}:{f.line}"
        if not declared:
            what = f"{f.name}() is not declared in {HEADER}"
            private = [path for path in self._own if path.endswith(".h")]
            if not self._files.mentioning(private, f.name.encode()) and not (
                self._files.snapshot.grep([f.name], "include")
            ):
                yield fault("undeclared", f.source, f.line, what)
            return
        for d in declared:
            if not d.defined and not same(d.prototype, f.prototype):
                message = f"{f.name}() is {d.prototype} here, but {f.prototype} in {place}"
                yield fault("declaration", header, d.line, message, f"{f.name} {d.prototype}")
            elif d.defined and _differs(d, f):
                message = f"the stub {f.name}() is {d.prototype}, but {f.prototype} in {place}"
                yield fault("stub", header, d.line, message, f"{f.name} {d.prototype}")
        yield from self._stub(header, f, declared)

    def _stub(self, header: Source, f: Function, declared: Sequence[Function]) -> Iterator[Finding]:
        """Whether there is a stub wherever an option of security/ takes the function away."""
        if all(not d.when for d in declared):
            return

        def count(given: Configuration) -> int:
            return sum(holds(given, header, d.when) for d in declared)

        results, _ = configurations(lambda given: True, count)
        everything = [given for given, _ in results]
        place = f"{f.source.path}:{f.line}"
        twice = [given for given, number in results if number > 1]
        if twice:
            where = reason(twice, everything)
            message = f"{f.name}() is declared and has a stub where {where}"
            yield fault("stub", header, declared[-1].line, message, f"{f.name} stub and function")
        other = [_others(given) for given, number in results if number]
        lost = [given for given, number in results if not number and _others(given) in other]
        if lost:
            where = reason(lost, everything)
            message = f"{f.name}(), defined in {place}, has no stub where {where}"
            had = self._before and self._before.declared.get(f.name, (0, False))[1]
            severity = Severity.ERROR if had or self._is_used(f.name) else Severity.WARNING
            yield fault("stub", header, declared[0].line, message, f"{f.name} no stub", severity)

    def _left_over(
        self, header: Source, declared: Mapping[str, Sequence[Function]]
    ) -> Iterator[Finding]:
        """What is declared still, but no longer defined."""
        for name in sorted(self._gone & set(declared)):
            own = self._files.mentioning(self._files.below("security/"), name.encode())
            if any(f.name == name and f.defined for s in own for f in find_functions(s)):
                continue  # moved
            for d in declared[name]:
                if not d.defined:
                    message = f"{name}() is declared, but security/ does not define it any more"
                    yield fault("undefined", header, d.line, message)


def _declared(header: Source | None) -> dict[str, tuple[int | None, bool]]:
    """How many arguments each function of the header takes (None where that differs), and
    whether it has a stub."""
    found: dict[str, tuple[int | None, bool]] = {}
    for f in find_functions(header) if header else ():
        count: int | None = len(f.prototype.parameters)
        known, stub = found.get(f.name, (count, False))
        found[f.name] = (count if count == known else None, stub or f.defined)
    return found


def _leading(sources: Sequence[Source]) -> int:
    """The parameters of call_int_hook() before those of the hook: until 6.8 the second was the
    value to return where no module has the hook."""
    for source in sources:
        for macro in source.macros.get("call_int_hook", ()):
            if macro.parameters:
                return len(macro.parameters) - macro.variadic
    return 1


def _around(call: Call) -> Function | None:
    """The function that a call stands in."""
    for f in find_functions(call.source):
        if f.defined and f.body[0] < call.at < f.body[1]:
            return f
    return None


def _differs(stub: Function, f: Function) -> bool:
    """Whether calls that fit a function surely do not fit its stub."""
    given, wanted = f.prototype.parameters, stub.prototype.parameters
    return (
        len(given) != len(wanted)
        or any(
            misfit(one, other, qualifiers=False) for one, other in zip(given, wanted, strict=True)
        )
        or (stub.prototype.result == "void") > (f.prototype.result == "void")
    )


def _others(given: Configuration) -> frozenset[tuple[str, bool]]:
    """What a configuration says of other options than those of security/."""
    return frozenset((k, v) for k, v in given.items() if not k.startswith(_OPTION))
