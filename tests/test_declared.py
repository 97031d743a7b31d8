# SPDX-License-Identifier: GPL-2.0-or-later
"""Manifests and profiles: what they may hold, and what is said where they hold something else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from verify_series.manifest import manifests, read_manifest
from verify_series.model import UserError
from verify_series.profile import profiles, read_profile


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "one.toml"
    path.write_text(text)
    return path


def test_a_manifest(tmp_path: Path) -> None:
    text = 'file = "mails/x.mbox"\ntree = "tree"\nrevision = 2\npatches = 3\nbase = "v7.2"\n'
    manifest = read_manifest(written(tmp_path, text))
    assert manifest.file == tmp_path / "mails" / "x.mbox"
    assert manifest.tree == tmp_path / "tree"
    assert (manifest.name, manifest.title) == ("one", "one")
    assert (manifest.revision, manifest.patches, manifest.base) == (2, 3, "v7.2")
    assert manifest.listed


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "give either message-id or file"),
        ('file = "x"\nmessage-id = "y@z"', "give either message-id or file"),
        ('file = "x"\nrevison = 2', "unknown key 'revison' (did you mean revision?)"),
        ('file = "x"\nzzz = 2', "unknown key 'zzz' (known: title, message-id"),
        ('file = "x"\nrevision = "2"', "revision must be a number from 1"),
        ('file = "x"\nrevision = true', "revision must be a number from 1"),
        ('file = "x"\npatches = 0', "patches must be a number from 1"),
        ('file = "x"\nlisted = 1', "listed must be true or false"),
        ("file = 3", "file must be a text that is not empty"),
        ('file = " "', "file must be a text that is not empty"),
        ("file = ", "is not TOML"),
        ("a" * ((1 << 20) + 1), "is larger than 1 MiB"),
    ],
)
def test_what_a_manifest_may_not_hold(tmp_path: Path, text: str, said: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(UserError, match=re.escape(said)) as caught:
        read_manifest(path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('subsystem = "x"', "paths is missing"),
        ("paths = []", "paths is missing"),
        ('paths = "security/"', "paths must be a list of texts"),
        ("paths = [1]", "paths must be a list of texts"),
        ('paths = ["a"]\nlsm-hok = 1', "unknown key 'lsm-hok' (did you mean lsm-hook?)"),
        ('paths = ["a"]\nname-table = 1', "name-table must be written as [[name-table]]"),
        ('paths = ["a"]\nname-table = [1]', "name-table must be written as [[name-table]]"),
        ('paths = ["a"]\n[[name-table]]\nx = 1', "[[name-table]] number 1: unknown key 'x'"),
        ('paths = ["a"]\n[[docs]]\n', "docs runs on every series, so it is not declared"),
        ('paths = ["a"]\n[[checkpatch]]\n', "checkpatch runs on every series"),
        ('paths = ["a"]\n[[lsm-hook]]\n', "[[lsm-hook]] number 1: it says nothing"),
    ],
)
def test_what_a_profile_may_not_hold(tmp_path: Path, text: str, said: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(UserError, match=re.escape(said)) as caught:
        read_profile(path)
    assert str(path) in str(caught.value)


def test_a_profile_concerns_its_paths_and_what_is_below(tmp_path: Path) -> None:
    profile = read_profile(written(tmp_path, 'paths = ["security/ipe/", "include/x.h"]'))
    assert profile.concerns(["security/ipe/a.c"])
    assert profile.concerns(["README", "include/x.h"])
    assert not profile.concerns(["security/ipecac/a.c", "include/x.h.orig"])


def test_ours_are_sound() -> None:
    assert list(manifests()) == ["sample", "ipe-script-enforcement", "sample-broken"]
    for path in manifests().values():
        read_manifest(path)
    assert [profile.subsystem for profile in profiles()] == ["ipe", "lockdown"]
