# SPDX-License-Identifier: GPL-2.0-or-later
"""Tables of checks/*.toml as typed specifications."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from verify_series.checkers.keys import parse
from verify_series.model import UserError


@dataclass(frozen=True)
class Spec:
    table_file: str
    prefix: str = ""
    files: tuple[str, ...] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)


def test_keys_have_dashes() -> None:
    table = {"table-file": "a.c", "files": ["b", "c"], "aliases": {"A": "a"}}
    assert parse(Spec, table) == Spec("a.c", "", ("b", "c"), {"A": "a"})
    assert parse(Spec, {"table-file": "a.c"}) == Spec("a.c")


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({}, "table-file is missing"),
        ({"table-file": ""}, "table-file must be a text that is not empty"),
        ({"table-file": 1}, "table-file must be a text that is not empty"),
        ({"table-file": "a", "files": "b"}, "files must be a list of texts"),
        ({"table-file": "a", "files": ["b", 1]}, "files must be a list of texts"),
        ({"table-file": "a", "aliases": {"A": 1}}, "aliases must be a table of texts"),
        ({"table-file": "a", "prefx": "b"}, "unknown key 'prefx' (did you mean prefix?)"),
        (
            {"table_file": "a"},
            "unknown key 'table_file' (did you mean table-file?)",
        ),
        ({"xyz": "a"}, "unknown key 'xyz' (known: table-file, prefix, files, aliases)"),
    ],
)
def test_errors_name_the_key(table: dict[str, object], message: str) -> None:
    with pytest.raises(UserError) as caught:
        parse(Spec, table)
    assert str(caught.value) == message
