# SPDX-License-Identifier: GPL-2.0-or-later
"""init, compiled and run as the first process of a namespace, where that can be had."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from verify_series.boot import heard
from verify_series.boot.program import can_be_linked, compile_init

pytestmark = pytest.mark.skipif(not can_be_linked(), reason="no gcc with a static libc")

UNSHARE = ["unshare", "--user", "--map-root-user", "--pid", "--mount", "--fork"]


@pytest.fixture(scope="module")
def init(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("init") / "init"
    compile_init(path)
    return path


def test_as_another_process_it_does_nothing(init: Path) -> None:
    done = subprocess.run([init], capture_output=True, check=True)
    assert done.stdout == b""


def _run(init: Path, root: Path, *steps: str) -> heard.Heard:
    chroot = [*UNSHARE, "chroot", str(root)]
    shutil.copy(init, root / "init")
    for name in ("dev", "tmp"):
        (root / name).mkdir()
    (root / "script").write_text("#!/init\n")
    (root / "script").chmod(0o755)
    if subprocess.run([*UNSHARE, "true"], check=False, capture_output=True).returncode:
        pytest.skip("no user namespaces here")
    (root / "steps").write_text("".join(f"{step}\n".replace(" ", "\t") for step in ("4d2", *steps)))
    done = subprocess.run([*chroot, "/init"], capture_output=True, check=True, timeout=60)
    return heard.read(done.stdout.decode(), "4d2")


def test_actions(init: Path, tmp_path: Path) -> None:
    steps = [
        ("mount tmpfs /tmp", "0"),
        ("mount nosuchfs /tmp", "ENODEV"),
        ("copy /init /tmp/program 755", "0"),
        ("copy /init /tmp/program 700", "EEXIST"),
        ("copy /nothing /tmp/x 755", "ENOENT"),
        ("execute /tmp/program", "0"),
        ("execute /script", "0"),
        ("execute /steps", "EACCES"),
        ("execute /nothing", "ENOENT"),
        ("map /tmp/program", "0"),
        ("map /nothing", "ENOENT"),
        ("protect /tmp/program", "0"),
        ("write /tmp/file hello", "0"),
        ("read /tmp/file", "0"),
        ("open /tmp/file", "0"),
        ("remove /tmp/file", "0"),
        ("open /tmp/file", "ENOENT"),
        ("read /nothing", "ENOENT"),
        ("write /nothing/file hello", "ENOENT"),
        ("fly /tmp", "ENOSYS"),
        ("open", "ENOSYS"),
    ]
    found = _run(init, tmp_path, *(step for step, _ in steps))
    assert found.finished
    results = [heard.name_of(done.result or 0) for done in found.done.values()]
    assert list(zip((step for step, _ in steps), results, strict=True)) == steps
    texts = {step: done.text for (step, _), done in zip(steps, found.done.values(), strict=True)}
    assert texts["read /tmp/file"] == "hello"
    assert texts["execute /script"] == "exit 0"
