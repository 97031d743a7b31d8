# SPDX-License-Identifier: GPL-2.0-or-later
"""A report out of its JSON, the other way of jsonfile.py."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

from ..model import (
    Attestation,
    BaseChoice,
    Document,
    Exhibit,
    Finding,
    Letter,
    NameRow,
    NameTable,
    Outcome,
    Patch,
    Report,
    Series,
    Severity,
    State,
    Status,
    Tried,
    UserError,
    Verdict,
)
from .jsonfile import FORMAT


def read(text: str | bytes, name: str) -> tuple[Report, ...]:
    """The reports of a file that --json wrote; mails and exhibits are there only if it was kept by
    us.

    Raises UserError, which calls the file ``name``, where it is no such file.
    """
    try:
        content = json.loads(text)
        if content["format"] != FORMAT:
            raise UserError(
                f"{name} has format {content['format']}, which this verify-series does not read"
                f" (it reads {FORMAT}: verify the series again)"
            )
        return tuple(_report(one) for one in content.get("reports", [content]))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UserError(
            f"{name} is no report (give a file that --json wrote, or the name of a kept run)"
        ) from error


def _report(content: Mapping[str, Any]) -> Report:
    base = content["base"]
    return Report(
        source=content["source"],
        tree=content["tree"],
        series=_series(content["series"]) if content["series"] else None,
        base=BaseChoice(base["commit"], base["name"], base["rewound"], tuple(base["attempts"]))
        if base
        else None,
        outcomes=tuple(_outcome(outcome) for outcome in content["outcomes"]),
        verdict=Verdict(content["verdict"]),
        reason=content["reason"],
        gates=frozenset(Severity(gate) for gate in content["gates"]),
        versions=content["versions"],
        seconds=content["seconds"],
    )


def _series(content: Mapping[str, Any]) -> Series:
    return Series(
        message_id=content["message_id"],
        subject=content["subject"],
        author=content["author"],
        revision=content["revision"],
        expected=content["expected"],
        patches=tuple(_patch(patch) for patch in content["patches"]),
        base_commit=content["base_commit"],
        newer=content["newer"],
        newer_detail=content["newer_detail"],
        source=content["source"],
        notes=tuple(content["notes"]),
        letter=_letter(content["letter"]) if content["letter"] else None,
    )


def _letter(content: Mapping[str, Any]) -> Letter:
    return Letter(
        message_id=content["message_id"],
        subject=content["subject"],
        author=content["author"],
        date=content["date"],
        recipients=tuple(content["recipients"]),
        references=tuple(content["references"]),
    )


def _patch(content: Mapping[str, Any]) -> Patch:
    return Patch(
        number=content["number"],
        message_id=content["message_id"],
        subject=content["subject"],
        author=content["author"],
        mail=base64.b64decode(content.get("mail", "")),
        attestation=Attestation(content["attestation"]),
        attestation_detail=content["attestation_detail"],
        trailers=tuple(content["trailers"]),
    )


def _outcome(content: Mapping[str, Any]) -> Outcome:
    checker = content["checker"]
    return Outcome(
        checker=checker,
        check=content["check"],
        status=Status(content["status"]),
        examined=content["examined"],
        findings=tuple(_finding(finding, checker) for finding in content["findings"]),
        command=content["command"],
        seconds=content["seconds"],
        reason=content["reason"],
        notes=tuple(content["notes"]),
        versions=content["versions"],
        exhibits=tuple(_exhibit(exhibit) for exhibit in content.get("exhibits", ())),
    )


def _exhibit(content: Mapping[str, Any]) -> Exhibit:
    fields = {name: value for name, value in content.items() if name != "kind"}
    if content["kind"] == NameTable.__name__:
        rows = {n: tuple(NameRow(**row) for row in fields[n]) for n in ("before", "after")}
        return NameTable(**{**fields, **rows})
    if content["kind"] == Document.__name__:
        return Document(**fields)
    return Tried(**fields)


def _finding(content: Mapping[str, Any], checker: str) -> Finding:
    return Finding(
        checker=checker,
        rule=content["rule"],
        severity=Severity(content["severity"]),
        path=content["path"],
        line=content["line"],
        message=content["message"],
        patch=content["patch"],
        state=State(content["state"]),
        identity=content["identity"],
    )
