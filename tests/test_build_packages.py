# SPDX-License-Identifier: GPL-2.0-or-later
"""What has to be installed, and how it is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from verify_series.build import packages
from verify_series.model import Execution


@pytest.fixture
def only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A PATH with every program of ours, each a script that does nothing."""
    for name in packages._PROGRAMS:
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def test_nothing_is_missing(only: Path) -> None:
    assert packages.missing(Execution()) == ""


def test_programs(only: Path) -> None:
    (only / "flex").unlink()
    (only / "bc").unlink()
    assert packages.missing(Execution()) == "flex, bc not found (apt-get install flex bc)"


def test_no_compiler(only: Path) -> None:
    (only / "gcc").unlink()
    assert packages.missing(Execution()) == "gcc not found (apt-get install gcc)"
    assert packages.compiler.__wrapped__(Execution()) == ""


def test_headers(only: Path) -> None:
    (only / "gcc").write_text("#!/bin/sh\nread -r line\ncase $line in *gelf*) exit 1;; esac\n")
    assert packages.missing(Execution()) == "gelf.h not found (apt-get install libelf-dev)"


def test_another_architecture(only: Path) -> None:
    cross = Execution(cross_compile="aarch64-linux-gnu-")
    expected = "aarch64-linux-gnu-gcc not found (apt-get install gcc-aarch64-linux-gnu)"
    assert packages.missing(cross) == expected
