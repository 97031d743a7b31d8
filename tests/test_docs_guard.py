# SPDX-License-Identifier: GPL-2.0-or-later
"""The fence around the process that reads documents, tried from inside."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

TOOLS = Path(__file__).parent.parent / "tools"

BEGIN = """
import sys, os, pathlib
sys.path.insert(0, {tools!r})
from verify_series.docs import guard
import socket, subprocess, importlib
guard.limit(20)
guard.confine(pathlib.Path({private!r}), [pathlib.Path({trusted!r})])
"""


def tried(tmp_path: Path, code: str) -> subprocess.CompletedProcess[str]:
    for name in ("private", "trusted", "outside"):
        (tmp_path / name).mkdir(exist_ok=True)
    (tmp_path / "outside" / "secret").write_text("secret")
    (tmp_path / "private" / "mine").write_text("mine")
    (tmp_path / "private" / "link").symlink_to(tmp_path / "outside" / "secret")
    (tmp_path / "trusted" / "tool").write_text("#!/bin/sh\necho tool\n")
    (tmp_path / "trusted" / "tool").chmod(0o755)
    (tmp_path / "private" / "evil.py").write_text("print('ran')\n")
    begin = BEGIN.format(
        tools=str(TOOLS), private=str(tmp_path / "private"), trusted=str(tmp_path / "trusted")
    )
    argv = [sys.executable, "-c", begin + f"top = {str(tmp_path)!r}\n{code}\n"]
    return subprocess.run(argv, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "code",
    [
        "print(open(top + '/private/mine').read())",
        "open(top + '/private/new', 'w').write('x')",
        "import json, docutils.nodes, sphinx.domains.c",
        "print(subprocess.run([top + '/trusted/tool'], capture_output=True).stdout)",
        "print(os.listdir(top + '/private'))",
    ],
)
def test_what_is_needed_works(tmp_path: Path, code: str) -> None:
    done = tried(tmp_path, code)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    "code",
    [
        "open(top + '/outside/secret')",
        "open(top + '/private/../outside/secret')",
        "open(top + '/private/link')",
        "open('/etc/passwd')",
        "open(top + '/outside/new', 'w')",
        "open(top + '/trusted/tool', 'a')",
        "os.open(top + '/outside/new', os.O_CREAT)",
        "os.listdir(top + '/outside')",
        "os.remove(top + '/outside/secret')",
        "os.rename(top + '/private/mine', top + '/outside/mine')",
        "os.link(top + '/private/mine', top + '/outside/mine')",
        "os.symlink(top + '/private/mine', top + '/outside/etc')",
        "subprocess.run(['/bin/sh', '-c', 'true'])",
        "os.system('true')",
        "socket.create_connection(('127.0.0.1', 9))",
        "socket.getaddrinfo('example.org', 80)",
        "import urllib.request; urllib.request.urlopen('http://127.0.0.1:9/')",
        "sys.path.insert(0, top + '/private'); import evil",
        "exec(compile(open(top + '/private/evil.py').read(), top + '/private/evil.py', 'exec'))",
    ],
)
def test_what_leaves_the_fence_does_not(tmp_path: Path, code: str) -> None:
    done = tried(tmp_path, code)
    assert done.returncode == 1
    assert "PermissionError" in done.stderr
    assert "ran" not in done.stdout
    assert not (tmp_path / "outside" / "new").exists()
    assert (tmp_path / "outside" / "secret").exists()


@pytest.mark.parametrize("code", ["bytearray(3 << 30)", "while True: pass"])
def test_what_takes_too_much_ends(tmp_path: Path, code: str) -> None:
    limited = code if "bytearray" in code else f"guard.limit(1)\n{code}"
    done = tried(tmp_path, limited)
    assert done.returncode != 0
