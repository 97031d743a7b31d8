# SPDX-License-Identifier: GPL-2.0-or-later
"""Every value of our own profiles and manifests spoilt in turn: one sentence, never a traceback."""

from __future__ import annotations

import copy
import json
import tomllib
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from verify_series.manifest import manifests, read_manifest
from verify_series.model import UserError
from verify_series.profile import read_profile

TOP = Path(__file__).parent.parent
PROFILES = sorted((TOP / "checks").glob("*.toml"))
MANIFESTS = sorted(manifests().values())
Step = str | int
Reader = Callable[[Path], object]

#: A value of each kind, among them such as nobody writes.
OTHERS: tuple[Any, ...] = (
    "",
    "\x00",
    0,
    -1,
    2**63 - 1,
    float("nan"),
    True,
    [],
    [""],
    [1],
    [{}],
    {"": {}},
)


def toml(value: object) -> str:
    """A value as TOML writes it within a line (toml.io, "Inline Table")."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(k)} = {toml(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value).replace("NaN", "nan").replace("\\u0000", "\\u0001")


def places(value: object, way: tuple[Step, ...] = ()) -> Iterator[tuple[Step, ...]]:
    """The ways to all values below, in their order."""
    entries: list[tuple[Step, object]] = []
    if isinstance(value, dict):
        entries = list(value.items())
    elif isinstance(value, list):
        entries = list(enumerate(value))
    for step, inner in entries:
        yield (*way, step)
        yield from places(inner, (*way, step))


def spoilt(content: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The content with one value another, gone, or under another name."""
    for way in places(content):
        changed = copy.deepcopy(content)
        holder: Any = changed
        for step in way[:-1]:
            holder = holder[step]
        old = holder.pop(way[-1])
        yield copy.deepcopy(changed)
        if isinstance(way[-1], str):
            holder[f"{way[-1]}x"] = old
            yield copy.deepcopy(changed)
            del holder[f"{way[-1]}x"]
        for other in OTHERS:
            if isinstance(way[-1], str):
                holder[way[-1]] = other
            else:
                holder.insert(way[-1], other)
            yield copy.deepcopy(changed)
            holder.pop(way[-1])


@pytest.mark.parametrize(
    ("file", "read"),
    [*((f, read_profile) for f in PROFILES), *((f, read_manifest) for f in MANIFESTS)],
    ids=lambda value: value.stem if isinstance(value, Path) else "",
)
def test_a_spoilt_value_is_refused_or_can_be_meant(
    file: Path, read: Reader, tmp_path: Path
) -> None:
    content = tomllib.loads(file.read_text("utf-8"))
    path = tmp_path / file.name
    refused = tried = 0
    for changed in islice(spoilt(content), 0, None, 5):  # coprime to the kinds: each has its turn
        path.write_text("\n".join(f"{json.dumps(k)} = {toml(v)}" for k, v in changed.items()))
        assert tomllib.loads(path.read_text())  # the fault is not one of TOML
        tried += 1
        try:
            read(path)
        except UserError as error:
            assert str(error).startswith(f"{path}: ") and "\n" not in str(error)
            refused += 1
    assert refused > tried / 2


@pytest.mark.parametrize(
    "text",
    [
        "\x00",
        "\ufeffpaths = 1",
        "paths = [",
        "a = 1\na = 2",
        "[a]\n[a]",
        "a.b = 1\na = 2",
        "x = " + "[" * 5000 + "]" * 5000,
        "x = {" * 2000,
        "x = 1" + "0" * 5000,
        "d = 2026-99-99",
        'paths = ["a"]\n' + "".join(f"key{n} = 1\n" for n in range(10_000)),
        "x = [" + "1, " * 350_000 + "]",
        'x = "' + "x" * (1 << 20) + '"',
        "[[x]]\n" * 170_000,
    ],
)
@pytest.mark.parametrize("read", [read_profile, read_manifest])
def test_what_is_no_toml(text: str, read: Reader, tmp_path: Path) -> None:
    path = tmp_path / "one.toml"
    path.write_text(text)
    with pytest.raises(UserError) as caught:
        read(path)
    assert str(caught.value).startswith(f"{path}") and len(str(caught.value)) < 1000


def test_files_that_are_none(tmp_path: Path) -> None:
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"\xff\xfe\x00")
    (tmp_path / "itself.toml").symlink_to("itself.toml")
    itself = tmp_path / "itself.toml"
    for path in (binary, tmp_path, tmp_path / "gone.toml", itself, Path("/dev/zero")):
        for read in (read_profile, read_manifest):
            with pytest.raises(UserError):
                read(path)
