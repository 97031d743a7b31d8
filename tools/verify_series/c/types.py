# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether two types are one, and whether a value of one can be given where another is wanted.

Only what is sure is said: a typedef that is not known here may stand for anything.
"""

from __future__ import annotations

from .functions import Prototype

#: Typedefs that mean the same everywhere (include/linux/types.h, include/asm-generic/int-ll64.h).
_TYPEDEFS = {
    **{f"{p}u8": "unsigned char" for p in ("", "__")},
    **{f"{p}u16": "unsigned short" for p in ("", "__")},
    **{f"{p}u32": "unsigned int" for p in ("", "__")},
    **{f"{p}u64": "unsigned long long" for p in ("", "__")},
    **{f"{p}s8": "signed char" for p in ("", "__")},
    **{f"{p}s16": "short" for p in ("", "__")},
    **{f"{p}s32": "int" for p in ("", "__")},
    **{f"{p}s64": "long long" for p in ("", "__")},
    "uint8_t": "unsigned char",
    "uint16_t": "unsigned short",
    "uint32_t": "unsigned int",
    "uint64_t": "unsigned long long",
    "umode_t": "unsigned short",
    "dev_t": "unsigned int",
    "loff_t": "long long",
    "pid_t": "int",
}
_INTEGERS = frozenset((*_TYPEDEFS.values(), "char", "unsigned long", "long", "bool"))
_KINDS = ("struct", "union")
_QUALIFIERS = ("const", "volatile")
_SPACES = ("__user", "__rcu", "__iomem", "__percpu")  # seen by sparse alone


def same(one: Prototype, other: Prototype) -> bool:
    """Whether the compiler takes two prototypes for the same type."""
    return _plain(one.result) == _plain(other.result) and (
        tuple(map(_plain, one.parameters)) == tuple(map(_plain, other.parameters))
    )


def _plain(text: str) -> str:
    """A type with the known typedefs replaced."""
    return " ".join(_TYPEDEFS.get(word, word) for word in text.split())


def misfit(given: str, wanted: str, *, qualifiers: bool = True) -> bool:
    """Whether the compiler surely complains when a ``given`` is passed as a ``wanted``.

    That is: another struct, an integer for a pointer or the other way, and, with ``qualifiers``,
    a pointer to const where what it points to may be written.
    """
    if "(" in given or "(" in wanted or "..." in (given, wanted):
        return False
    base, depth, const = _parts(given)
    other, other_depth, other_const = _parts(wanted)
    if depth and other_depth:
        if qualifiers and depth == other_depth == 1 and const and not other_const:
            return True
        if (base, depth) == ("void", 1) or (other, other_depth) == ("void", 1):
            return False
        return depth != other_depth or (base != other and _known(base) and _known(other))
    if depth or other_depth:
        return _known(base if not depth else other)
    structs = base.startswith(_KINDS), other.startswith(_KINDS)
    return any(structs) and base != other and _known(base) and _known(other)


def _parts(text: str) -> tuple[str, int, bool]:
    """What a pointer points to in the end, how many stars there are, and whether it is const."""
    head, _, stars = _plain(text).partition("*")
    words = [word for word in head.split() if word not in (*_QUALIFIERS, *_SPACES)]
    return " ".join(words), 1 + stars.count("*") if "*" in text else 0, "const" in head.split()


def _known(base: str) -> bool:
    return base == "void" or base in _INTEGERS or base.startswith(_KINDS)
