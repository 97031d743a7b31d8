# SPDX-License-Identifier: GPL-2.0-or-later
"""Macro expansion with # and ## (C11 6.10.3), and GNU's named and empty variable arguments."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from . import Unreadable
from .lexer import Token, retoken
from .source import Macro

#: The macro that a name stands for at its line, or None.
Find = Callable[[Token], Macro | None]

_DEEPEST = 60  # macros within macros
_MOST = 100_000  # tokens that one expansion may give


def expand(tokens: Sequence[Token], find: Find) -> list[Token]:
    """``tokens`` with every macro that ``find`` knows replaced by what it stands for.

    All tokens of an expansion carry the line of the invocation, which is the place in the file
    that the reader sees. Raises Unreadable where the expansion does not come to an end.
    """
    expanded = _expand(tokens, find, frozenset())
    return [t._replace(kind="name") if t.kind == "painted" else t for t in expanded]


def _expand(tokens: Sequence[Token], find: Find, hidden: frozenset[str]) -> list[Token]:
    """A name of ``hidden``, met within its own expansion, is painted and never expanded again."""
    if len(hidden) > _DEEPEST:
        raise Unreadable(f"the macros around {tokens[0].text if tokens else '?'} nest too deep")
    out: list[Token] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        at += 1
        macro = find(token) if token.kind == "name" else None
        if macro and token.text in hidden:
            macro, token = None, token._replace(kind="painted")
        arguments: list[list[Token]] = []
        if macro and macro.parameters is not None:
            call = _arguments(tokens, at)
            if call is None:
                macro = None  # the name of a function-like macro alone is no invocation
            else:
                arguments, at = call
        if macro is None:
            out.append(token)
            continue
        replaced = _substitute(macro, arguments, token, find, hidden)
        out += _expand(replaced, find, hidden | {macro.name})
        if len(out) > _MOST:
            raise Unreadable(f"the expansion of {macro.name} is too long")
        if out and out[-1].kind == "name" and at < len(tokens) and tokens[at].text == "(":
            tokens, at = [out.pop(), *tokens[at:]], 0  # its arguments stand behind the expansion
    return out


def _arguments(tokens: Sequence[Token], at: int) -> tuple[list[list[Token]], int] | None:
    """The arguments of a call whose ``(`` is at ``at``, and where it ends; None for no call.

    Each but the first begins with the comma before it.
    """
    if at >= len(tokens) or tokens[at].text != "(":
        return None
    arguments: list[list[Token]] = [[]]
    depth = 1
    for i in range(at + 1, len(tokens)):
        text = tokens[i].text if tokens[i].kind == "punct" else ""
        depth += (text == "(") - (text == ")")
        if depth == 0:
            return arguments, i + 1
        if depth == 1 and text == ",":
            arguments.append([])
        arguments[-1].append(tokens[i])
    return None


def _bind(macro: Macro, arguments: list[list[Token]]) -> dict[str, list[Token]]:
    """Parameter to argument; the last parameter of a variadic macro takes all that is left."""
    names = macro.parameters or ()
    fixed = len(names) - macro.variadic
    bare = [argument[1:] if i else argument for i, argument in enumerate(arguments)]
    if macro.variadic and len(bare) > fixed:
        rest = [token for argument in arguments[fixed:] for token in argument]
        bare[fixed:] = [rest[1:] if fixed else rest]
    elif macro.variadic and len(bare) == fixed:
        bare.append([])
    if len(bare) != len(names) and not (not names and bare == [[]]):
        raise Unreadable(f"{macro.name} is given {len(bare)} arguments, but takes {len(names)}")
    return dict(zip(names, bare, strict=False))


def _substitute(
    macro: Macro,
    arguments: list[list[Token]],
    call: Token,
    find: Find,
    hidden: frozenset[str],
) -> list[Token]:
    """The body of ``macro`` with its arguments in place."""
    body = macro.body or ()
    bound = _bind(macro, arguments) if macro.parameters is not None else {}
    out: list[Token] = []
    at = 0
    while at < len(body):
        token = body[at]
        at += 1
        following = body[at].text if at < len(body) else ""
        if token.text == "#" and following in bound:
            piece = [_stringify(bound[following], call.line)]
            at += 1
        elif token.text == "##" and following:
            right = bound.get(following, [body[at]])
            at += 1
            comma = bool(out) and out[-1].text == "," and following in bound and macro.variadic
            if comma and following == (macro.parameters or ("",))[-1]:
                if not right:  # GNU: the comma goes where the variable arguments are empty
                    out.pop()
                piece = list(right)
            elif out and right and out[-1].kind != "empty":
                left = out.pop()
                pasted = retoken(left.text + right[0].text, call.line, left.spaced)
                piece = [pasted, *right[1:]]
            else:
                piece = list(right)
        elif token.text in bound and token.kind == "name":
            argument = bound[token.text]
            raw = following == "##"
            piece = list(argument) if raw else _expand(argument, find, hidden)
            if raw and not piece:
                piece = [Token("empty", "", call.line)]  # C11's placemarker
            if piece:
                piece[0] = piece[0]._replace(spaced=token.spaced)
        else:
            piece = [token]
        out += piece
        if len(out) > _MOST:
            raise Unreadable(f"the expansion of {macro.name} is too long")
    return [t._replace(line=call.line) for t in out if t.kind != "empty"]


def _stringify(argument: Sequence[Token], line: int) -> Token:
    text = ""
    for token in argument:
        quoted = token.kind in ("string", "char")
        piece = re.sub(r'(["\\])', r"\\\1", token.text) if quoted else token.text
        text += f" {piece}" if token.spaced and text else piece
    return Token("string", f'"{text}"', line)
