# SPDX-License-Identifier: GPL-2.0-or-later
"""Read the report of init: what came of every action, and whether all of it arrived."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from ..model import CheckError
from .plan import Plan

_ESCAPED = re.compile(r"\\x([0-9a-f]{2})")
_FIELD = re.compile(r'(?:^|\s)([\w-]+)=("[^"]*"|\S*)')


@dataclass(frozen=True, slots=True)
class Record:
    """An audit record: its type, and its fields by name, quotes removed."""

    type: int
    text: str

    @property
    def fields(self) -> Mapping[str, str]:
        return {"type": str(self.type), **{k: v.strip('"') for k, v in _FIELD.findall(self.text)}}


@dataclass(slots=True)
class Done:
    """What came of one action: ``result`` is 0 or an errno; None where it did not end."""

    result: int | None = None
    text: str = ""
    records: list[Record] = field(default_factory=list)
    log: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Heard:
    """The report of a machine, read as far as it goes.

    ``lost`` counts audit records that the kernel dropped; None where it did not say.
    ``finished`` is whether the last line is init's own, with the nonce of this run. ``trouble`` is
    ``unaudited`` or ``unreadable`` and the name of an errno, where init could not work.
    """

    done: Mapping[int, Done]
    lost: int | None
    finished: bool
    trouble: str

    @property
    def last(self) -> int:
        """The number of the last action that was begun; 0 where init did not begin one."""
        return max(self.done, default=0)


def read(report: str, nonce: str) -> Heard:
    """Read a report, also one that breaks off."""
    done: dict[int, Done] = {}
    now = Done()
    lost: int | None = None
    finished, trouble = False, ""
    for line in report.split("\n"):
        word, _, rest = line.partition(" ")
        if word == "begin" and rest.isdecimal():
            now = done[int(rest)] = Done()
        elif word == "data":
            now.text += _plain(rest)
        elif word == "record" and (found := re.match(r"(\d+) (.*)", rest)):
            now.records.append(Record(int(found[1]), _plain(found[2])))
        elif word == "log":
            now.log.append(_plain(rest))
        elif word == "end" and (found := re.fullmatch(r"(\d+) (\d+)", rest)):
            now.result = int(found[2])
        elif word == "lost" and rest.isdecimal():
            lost = int(rest)
        elif word in ("unaudited", "unreadable"):
            trouble = trouble or f"{word} {name_of(int(rest))}"
        finished = finished or line == f"done {nonce}"
    return Heard(done, lost, finished, trouble)


def require_complete(heard: Heard, plan: Plan) -> None:
    """Raises CheckError unless every action was done, every record came, and the set-up worked."""
    kind, _, reason = heard.trouble.partition(" ")
    if kind == "unreadable":
        raise CheckError(f"init could not read its steps ({reason})")
    if not heard.finished:
        raise CheckError("truncated: init's report breaks off before its last line")
    if heard.lost is None:
        why = f" ({reason})" if reason else ""
        raise CheckError(f"lost records: the audit subsystem did not answer{why}")
    if heard.lost:
        raise CheckError(f"lost records: the kernel dropped {heard.lost} audit records")
    for number, line in enumerate((*plan.setup, *plan.steps), 1):
        done = heard.done.get(number)
        words = line.replace("\t", " ")
        if done is None or done.result is None:
            raise CheckError(f"truncated: init's report says nothing of: {words}")
        if done.result and number <= len(plan.setup):
            raise CheckError(f"set-up: {words} failed: {os.strerror(done.result)}")
    if plan.modules:
        started = heard.done[len(plan.setup)].text.strip()
        if lacking := plan.modules.difference(started.split(",")):
            raise CheckError(
                f"set-up: the kernel did not start {', '.join(sorted(lacking))}, only {started}"
            )


def name_of(result: int) -> str:
    """``0``, or the name of an errno."""
    return errno.errorcode.get(result, str(result)) if result else "0"


def _plain(text: str) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
