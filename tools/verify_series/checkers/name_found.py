# SPDX-License-Identifier: GPL-2.0-or-later
"""The tables that no profile declares: found, compared, and told. Part of name-table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from ..c.declared import Spec
from ..carry import classify
from ..model import AppliedSeries, Examined, Finding, NameTable, Severity
from ..names.discover import Concerned, discover
from ..names.links import Link
from ..names.rule import Fault
from ..names.series import Judged, judge
from ..names.sites import SWITCH, TABLE, Site
from ..names.spelling import rule
from ..names.trees import Trees
from .name_faults import NAME

_MOST_PAIRS = 12  # new names that are listed one by one, of a table


@dataclass(frozen=True, slots=True)
class Found:
    """Every table but the ``declared`` ones, which are held to their profile's rules."""

    declared: tuple[Spec, ...] = ()
    name: str = NAME

    def beside(self, declared: Iterable[Spec]) -> Found:
        """The same, but for what the profiles declare."""
        return replace(self, declared=tuple(declared))

    def leaves_out(self, site: Site) -> bool:
        """Whether a profile declares the table."""
        return any(
            spec.table == site.name and spec.table_file == site.source.path
            for spec in self.declared
        )


def examine(applied: AppliedSeries, spec: Found) -> Examined:
    """Find and compare; counts the names of all tables that the series concerns."""
    trees = Trees(applied)
    findings: list[Finding] = []
    notes: list[str] = []
    exhibits: list[NameTable] = []
    count, concerned = 0, discover(trees, spec.leaves_out)
    for each in concerned:
        one = judge(trees, each.number, each.link)
        if one.unread:
            findings += _unread(applied, each, one.unread)
            continue
        states = [[_finding(one, i, f) for f in faults] for i, faults in enumerate(one.faults)]
        findings += classify(applied, states)
        notes += _pairs(one)
        if not one.complete:
            table = one.link.site.name
            notes.append(f"{table} has too many configurations: read with each option alone")
        count += one.enumerators
        exhibits.append(_drawn(one))
    skip = "it changes no enum or table of names with a counterpart that no profile declares"
    if concerned:
        skip = "what it changes could not be compared"
    return Examined(
        count,
        tuple(findings),
        skip="" if count else skip,
        notes=tuple(notes),
        exhibits=tuple(exhibits),
    )


def _drawn(judged: Judged) -> NameTable:
    link = judged.links[-1] or judged.link
    enum = link.enum.names[0] if link.enum.names else "enum"
    places = (enum, link.enum.source.path, link.site.name, link.site.source.path)
    return NameTable(*places, *judged.drawn)


def _unread(applied: AppliedSeries, concerned: Concerned, reason: str) -> tuple[Finding, ...]:
    """A pair of which nothing is known is no fault, but the reader must know of it."""
    link = concerned.link
    finding = Finding(
        NAME,
        "unread",
        Severity.WARNING,
        link.site.source.path,
        link.site.line,
        f"{_what(link)} could not be compared: {reason}; compare it by hand",
        identity=f"{link.site.name}: unread",
    )
    before = [()] * concerned.first
    after = [(finding,)] * (len(applied.steps) + 1 - concerned.first)
    return classify(applied, [*before, *after])


def _what(link: Link) -> str:
    enum = link.enum.names[0] if link.enum.names else "the enum"
    place = f"{link.enum.source.path}:{link.enum.line}"
    site = f"{link.site.name} ({link.site.source.path}:{link.site.line})"
    return f"{site} against {enum} ({place})"


def _finding(judged: Judged, number: int, fault: Fault) -> Finding:
    link = judged.links[number] or judged.link
    message = fault.message
    if fault.add:
        message += f"; add {_line(judged, link, fault.add)}"
        if fault.line:
            message += f" after line {fault.line}"
    certain = fault.certain
    if _is_late(judged, fault):
        message, certain = f"{message} (a later patch does)", False
    severity = Severity.ERROR if certain and not link.site.is_loose() else Severity.WARNING
    return Finding(
        NAME,
        fault.rule,
        severity,
        link.site.source.path,
        fault.line or link.site.line,
        message,
        identity=f"{link.site.name}: {fault.what}",
    )


def _is_late(judged: Judged, fault: Fault) -> bool:
    """Whether a later patch brings a name that is missing, and until then no other is wrong."""
    last = {(other.rule, other.what) for other in judged.faults[-1]}
    return fault.rule == "noname" and not fault.shifts and (fault.rule, fault.what) not in last


def _line(judged: Judged, link: Link, enumerator: str) -> str:
    """The line that is missing, as the table writes its lines."""
    spell = rule({name: next(iter(texts)) for name, texts in judged.before.items()})
    text = spell(enumerator) if spell else "..."
    if link.site.kind == SWITCH:
        return f'case {enumerator}: "{text}"'
    if link.site.kind != TABLE:
        return f'{{ {enumerator}, "{text}" }}'
    designated = any(token.text == "[" for token in link.site.raw())
    return f'[{enumerator}] = "{text}",' if designated else f'"{text}",'


def _pairs(judged: Judged) -> list[str]:
    """The names that are new or other than before: a slip in one shows nowhere else."""
    table, before = judged.link.site.name, judged.before
    old = frozenset[str]().union(*before.values())  # one of these that moved is a finding
    changed = {n: t for n, t in judged.after.items() if t != before.get(n) and not t & old}
    if not before:
        return [f"new: {_what(judged.link)}, {len(changed)} names"] if changed else []
    spell = rule({name: next(iter(texts)) for name, texts in before.items()})
    notes = []
    for name, texts in list(changed.items())[:_MOST_PAIRS]:
        was = _quoted(before[name]) if name in before else ""
        note = f"{'renamed' if was else 'new'} in {table}: {name} ↔ {_quoted(texts)}"
        note += f", was {was}" if was else ""
        if spell and not was and spell(name) not in texts:
            note += f' (by the rule of all other names it were "{spell(name)}")'
        notes.append(note)
    if len(changed) > _MOST_PAIRS:
        notes.append(f"and {len(changed) - _MOST_PAIRS} more in {table}")
    return notes


def _quoted(texts: Iterable[str]) -> str:
    return " or ".join(sorted(f'"{text}"' for text in texts))
