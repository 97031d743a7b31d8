# SPDX-License-Identifier: GPL-2.0-or-later
"""Small git repositories, and series of patches made from them by git itself."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from verify_series.model import Patch, Series

_IDENTITY = {
    "GIT_AUTHOR_NAME": "Ada Example",
    "GIT_AUTHOR_EMAIL": "ada@example.org",
    "GIT_COMMITTER_NAME": "Ada Example",
    "GIT_COMMITTER_EMAIL": "ada@example.org",
    "GIT_AUTHOR_DATE": "2026-01-05T10:00:00+0100",
    "GIT_COMMITTER_DATE": "2026-01-05T10:00:00+0100",
}


class Repo:
    """A git repository with a work tree; every commit has the same author and date."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True)
        self.git("init", "-q", "-b", "main")

    def git(self, *args: str, **env: str) -> str:
        return self.raw(*args, **env).decode("utf-8", "surrogateescape").strip()

    def raw(self, *args: str, **env: str) -> bytes:
        done = subprocess.run(
            ["git", *args],
            cwd=self.folder,
            env={**os.environ, **_IDENTITY, **env},
            capture_output=True,
            check=True,
        )
        return done.stdout

    def commit(self, files: Mapping[str, str | bytes | None], subject: str = "a commit") -> str:
        """Write files (None removes one), commit all, and give the commit's id."""
        for name, content in files.items():
            path = self.folder / name
            if content is None:
                path.unlink()
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        self.git("add", "-A")
        message = f"{subject}\n\nWhy it is done.\n\nSigned-off-by: Ada Example <ada@example.org>\n"
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD")

    def series(self, since: str, *options: str) -> Series:
        """The commits since ``since`` as a series of mails."""
        listed = self.git("rev-list", "--reverse", f"{since}..HEAD").split()
        patches = tuple(
            make_patch(number, self._mail(commit, *options))
            for number, commit in enumerate(listed, 1)
        )
        return make_series(patches)

    def _mail(self, commit: str, *options: str) -> bytes:
        return self.raw("format-patch", "-1", "--stdout", "--no-signature", *options, commit)


def make_patch(number: int, mail: bytes) -> Patch:
    """A patch of a mail that git made."""
    lines = mail.decode("utf-8", "replace").splitlines()
    subject = next((x[9:] for x in lines if x.startswith("Subject: ")), "no subject")
    return Patch(number, f"{number}@example.org", subject, "Ada Example <ada@example.org>", mail)


def make_series(patches: tuple[Patch, ...]) -> Series:
    """A complete series of these patches."""
    first = patches[0]
    return Series(first.message_id, first.subject, first.author, 1, len(patches), patches)


def fingerprint(folder: Path) -> dict[str, tuple[int, str]]:
    """Path to (mode, sha256) of everything below a folder, .git included."""
    found = {}
    for path in sorted(folder.rglob("*")):
        mode = path.lstat().st_mode
        content = os.fsencode(path.readlink()) if path.is_symlink() else b""
        if path.is_file() and not path.is_symlink():
            content = path.read_bytes()
        found[str(path.relative_to(folder))] = (mode, hashlib.sha256(content).hexdigest())
    return found


def mail_of_change(
    tree: Path, folder: Path, path: str, change: Callable[[str], str], moved_to: str = ""
) -> Path:
    """A mail that changes one file of a repository's HEAD, and may move it; what it makes lies in
    ``folder``."""
    store = folder / "store.git"
    subprocess.run(["git", "clone", "-q", "--bare", "--shared", tree, store], check=True)
    env = {
        **os.environ,
        **_IDENTITY,
        "GIT_DIR": str(store),
        "GIT_INDEX_FILE": str(folder / "index"),
    }

    def git(*args: str, stdin: str = "") -> str:
        data = stdin.encode()
        done = subprocess.run(["git", *args], env=env, input=data, capture_output=True, check=True)
        return done.stdout.decode()

    before = git("show", f"HEAD:{path}")
    after = change(before)
    assert moved_to or after != before
    blob = git("hash-object", "-w", "--stdin", stdin=after).strip()
    git("read-tree", "HEAD")
    git("rm", "-q", "--cached", path)
    git("update-index", "--add", "--cacheinfo", f"100644,{blob},{moved_to or path}")
    tree_id = git("write-tree").strip()
    message = "lib: change it\n\nOn purpose.\n\nSigned-off-by: Ada <ada@example.org>\n"
    commit = git("commit-tree", tree_id, "-p", "HEAD", stdin=message).strip()
    mail = folder / "one.mail"
    mail.write_text(git("format-patch", "-1", "-M", "--stdout", commit))
    return mail


def without(tree: Path, mails: Iterable[bytes], folder: Path) -> Path:
    """A bare repository in ``folder`` over the objects of ``tree``, its HEAD one commit on: the
    series of these mails, which the tree has, is taken back."""
    subprocess.run(["git", "clone", "-q", "--bare", "--shared", tree, folder], check=True)
    env = {
        **os.environ,
        **_IDENTITY,
        "GIT_DIR": str(folder),
        "GIT_INDEX_FILE": str(folder / "private-index"),
    }

    def git(*args: str, stdin: bytes = b"") -> str:
        done = subprocess.run(["git", *args], env=env, input=stdin, capture_output=True, check=True)
        return done.stdout.decode().strip()

    git("read-tree", "HEAD")
    for mail in mails:
        if b"\ndiff --git " in mail:
            git("apply", "--cached", "-R", stdin=mail)
    commit = git("commit-tree", git("write-tree"), "-p", "HEAD", "-m", "without the series")
    git("update-ref", "HEAD", commit)
    return folder
