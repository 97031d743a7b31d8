# SPDX-License-Identifier: GPL-2.0-or-later
"""A real public-inbox of one's own on 127.0.0.1, for tests that fetch from an archive.

    with public_inbox(mails, tmp_path) as url:
        ...                     # url is what --archive takes

The mails go into the inbox's git repository in one go (public-inbox-v2-format(5): each commit
holds one mail as the file ``m``), which takes a second; public-inbox-mda needs half of that for
each single mail.
"""

from __future__ import annotations

import contextlib
import re
import shutil
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from verify_series.run import Completed, clean_environment, run, start

_PROGRAMS = ("public-inbox-init", "public-inbox-index", "public-inbox-httpd", "git")

#: Why there can be no public-inbox here; empty where there can. For pytest.mark.skipif.
MISSING = ", ".join(f"no {name}" for name in _PROGRAMS if not shutil.which(name))


@contextlib.contextmanager
def public_inbox(
    mails: Iterable[bytes], folder: Path, name: str = "list", level: str = "full"
) -> Iterator[str]:
    """Serve ``mails`` until the block ends; gives the URL of the archive.

    ``folder`` is an empty one to work in. ``level`` is public-inbox-index(1)'s --indexlevel:
    with ``basic`` a search is refused (HTTP status 501), with ``medium`` a search for a phrase
    finds nothing, only with ``full`` it works as on lore.kernel.org.
    """
    inbox = folder / name
    env = clean_environment(folder, PI_CONFIG=str(folder / "config"), PI_DIR=str(folder))
    address = f"{name}@lists.example.org"

    def must(*argv: str | Path, stdin: bytes = b"") -> Completed:
        done = run(argv, env=env, cwd=folder, stdin=stdin, timeout=120)
        assert done.status == 0, f"{argv}: {done.error_text}"
        return done

    where = f"http://127.0.0.1/{name}"
    must("public-inbox-init", "-V2", "-j1", "-L", level, name, inbox, where, address)
    must("git", "-C", inbox / "git" / "0.git", "fast-import", "--quiet", stdin=stream(mails))
    must("public-inbox-index", "-j0", "-L", level, inbox)
    with start(
        ["public-inbox-httpd", "-l", "http://127.0.0.1:0", "-W0"], env=env, cwd=folder
    ) as httpd:
        assert httpd.stderr
        said = b""
        while not (port := re.search(rb"127\.0\.0\.1:(\d+)", said)):
            line = httpd.stderr.readline()
            assert line, f"public-inbox-httpd ended: {said.decode()}"
            said += line
        threading.Thread(target=httpd.stderr.read, daemon=True).start()  # or its pipe fills up
        yield f"http://127.0.0.1:{int(port[1])}/{name}"


def add(inbox: Path, mails: Iterable[bytes], level: str = "full") -> None:
    """More mails for an inbox of :func:`public_inbox`, as they come in; with an empty ``level``
    only git has them, not yet the web server."""
    folder = inbox.parent
    env = clean_environment(folder, PI_CONFIG=str(folder / "config"), PI_DIR=str(folder))
    git = ["git", f"--git-dir={inbox}/git/0.git"]
    more = stream(mails, b"from refs/heads/master^0\n", int(time.time()))
    for argv, stdin in (
        ([*git, "fast-import", "--quiet"], more),
        (["public-inbox-index", "-j0", "-L", level, str(inbox)], b""),
    )[: 2 if level else 1]:
        done = run(argv, env=env, cwd=folder, stdin=stdin, timeout=120)
        assert done.status == 0, f"{argv}: {done.error_text}"


def stream(mails: Iterable[bytes], parent: bytes = b"", begin: int = 1700000000) -> bytes:
    """The input of git fast-import(1) that adds one commit for each mail, the first on
    ``parent``."""
    parts = []
    for number, mail in enumerate(mails):
        when = b"<list@lists.example.org> %d +0000" % (begin + number)
        parts.append(
            b"commit refs/heads/master\nauthor list %s\ncommitter list %s\n" % (when, when)
        )
        parts.append(b"data 4\nmail\n%s" % (b"" if number else parent))
        parts.append(b"M 100644 inline m\ndata %d\n%s\n" % (len(mail), mail))
    return b"".join(parts)
