# SPDX-License-Identifier: GPL-2.0-or-later
"""Hold what a machine did against what the scenario expects."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..model import Tried
from .heard import Done, Heard, Record, name_of
from .plan import Plan
from .scenario import Expected, Scenario, Step

Choose = Callable[[Step], Expected]


@dataclass(frozen=True, slots=True)
class Fault:
    """A step that did not come out as expected; ``rule`` is one of those of the boot checker."""

    rule: str
    message: str
    precondition: bool


def before(step: Step) -> Expected:
    """What is expected of a kernel without the feature."""
    return step.before


def after(step: Step) -> Expected:
    """What is expected of a kernel with the feature."""
    return step.after


def faults(scenario: Scenario, plan: Plan, heard: Heard, choose: Choose) -> tuple[Fault, ...]:
    """Every way in which the machine's steps differ from ``before`` or ``after``."""
    found = []
    for number, step in enumerate(scenario.steps):
        done = heard.done[plan.number(number)]
        for rule, message in _differences(scenario, choose(step), done):
            place = f"step {number + 1}, {step.name}: {message}"
            found.append(Fault(rule, place, step.precondition))
    return tuple(found)


def _differences(scenario: Scenario, expected: Expected, done: Done) -> Iterator[tuple[str, str]]:
    saw = name_of(done.result or 0)
    if saw != expected.result:
        yield "return-code", f"expected {expected.result}, saw {saw}"
    elif expected.text is not None and done.text.rstrip() != expected.text:
        yield "text", f"expected to read {expected.text!r}, saw {done.text.rstrip()!r}"
    if expected.records is not None:
        counted = [record for record in done.records if record.type in scenario.record_types]
        yield from _record_differences(expected.records, counted)
    for line in expected.log:
        if not any(line in said for said in done.log):
            heard = "; ".join(done.log) or "nothing"
            yield "kernel-log", f"expected {line!r} in the kernel log, saw {heard}"


def _record_differences(
    expected: Sequence[Mapping[str, str]], records: Sequence[Record]
) -> Iterator[tuple[str, str]]:
    """Pair what is expected with what came: first what fits, then what is nearest to it."""
    left, missing = list(records), []
    for wanted in expected:
        fits = next((record for record in left if _misfits(wanted, record) == []), None)
        if fits:
            left.remove(fits)
        else:
            missing.append(wanted)
    for wanted in missing:
        near = min(left, key=lambda record: len(_misfits(wanted, record)), default=None)
        if near is None:
            yield "audit-record", f"expected a record with {_shown(wanted)}, saw none"
            continue
        left.remove(near)
        names = _misfits(wanted, near)
        yield (
            "audit-record",
            f"expected a record with {_shown({name: wanted[name] for name in names})}, "
            f"saw {_shown({name: near.fields.get(name, '(no such field)') for name in names})}",
        )
    for record in left:
        yield "unexpected-record", f"expected no such record, saw type={record.type} {record.text}"


def _misfits(wanted: Mapping[str, str], record: Record) -> list[str]:
    fields = record.fields
    return [name for name, value in wanted.items() if fields.get(name) != value]


def _shown(values: Mapping[str, str]) -> str:
    return " ".join(f"{name}={value}" for name, value in values.items())


def table(scenario: Scenario, plan: Plan, base: Heard, head: Heard) -> tuple[Tried, ...]:
    """What was tried, a step after the other: what the base did, and what the series does."""
    tried = []
    for number, step in enumerate(scenario.steps):
        old, new = (
            _told(scenario, step, heard.done[plan.number(number)]) for heard in (base, head)
        )
        tried.append(Tried(step.name, old, new))
    return tuple(tried)


def _told(scenario: Scenario, step: Step, done: Done) -> str:
    """The result, and of each record that counts the fields that the profile chose to show."""
    shown = [
        ", ".join(record.fields.get(name, "?") for name in scenario.show)
        for record in done.records
        if scenario.show and record.type in scenario.record_types
    ]
    return " ".join([name_of(done.result or 0), *(f"({text})" for text in shown)])
