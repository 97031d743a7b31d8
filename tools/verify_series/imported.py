# SPDX-License-Identifier: GPL-2.0-or-later
"""Make a git repository of a source tarball or an unpacked folder, once, in the cache."""

from __future__ import annotations

import bz2
import contextlib
import gzip
import hashlib
import lzma
import os
import re
import stat
import subprocess
import tarfile
import tempfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, cast

from .cache import once
from .model import UserError
from .run import RunError, clean_environment, run, start

_FORMAT = "2"  # part of the cache's key: raise it when the import changes
_EVERY = 10_000  # files between two words of progress
#: First bytes of a file to how it is opened.
_COMPRESSIONS: Mapping[bytes, Callable[[Path], IO[bytes]]] = {
    b"\xfd7zXZ\0": lambda path: cast("IO[bytes]", lzma.LZMAFile(path)),  # noqa: SIM115
    b"\x1f\x8b": lambda path: cast("IO[bytes]", gzip.GzipFile(path)),
    b"BZh": lambda path: cast("IO[bytes]", bz2.BZ2File(path)),
}
_NEXT_STEP = "give --tree a git repository, an unpacked kernel or a source tarball"


@dataclass(frozen=True, slots=True)
class _Entry:
    """A file, a symbolic link, or (where ``same_as`` is a path seen before) a hard link."""

    path: str
    mode: str
    data: bytes = b""
    same_as: str = ""


def from_tarball(path: Path, *, cache: Path, progress: Callable[[str], None]) -> Path:
    """The bare repository made of a tarball such as Debian's linux-source (any compression).

    A single top folder is stripped. Raises UserError for what is not a sound tarball.
    """
    info = path.stat()
    key = f"{path.resolve()}\0{info.st_size}\0{info.st_mtime_ns}\0{info.st_ino}"
    return _once(_tar_entries(path), key, path, cache=cache, progress=progress)


def from_folder(path: Path, *, cache: Path, progress: Callable[[str], None]) -> Path:
    """The bare repository made of an unpacked tree; a .git folder in it is left out."""
    files = sorted(_walk(path))
    states = (f"{p}\0{s.st_mode}\0{s.st_size}\0{s.st_mtime_ns}" for p, s in files)
    key = "\0".join([str(path.resolve()), *states])
    return _once(_folder_entries(path, files), key, path, cache=cache, progress=progress)


def _walk(top: Path) -> Iterator[tuple[str, os.stat_result]]:
    for folder, subfolders, names in os.walk(top):
        subfolders[:] = [n for n in subfolders if n != ".git"]
        links = [n for n in subfolders if Path(folder, n).is_symlink()]
        for name in names + links:
            file = Path(folder, name)
            yield file.relative_to(top).as_posix(), file.lstat()


def _folder_entries(top: Path, files: list[tuple[str, os.stat_result]]) -> Iterator[_Entry]:
    for path, info in files:
        if stat.S_ISLNK(info.st_mode):
            yield _Entry(path, "120000", os.fsencode((top / path).readlink()))
        elif stat.S_ISREG(info.st_mode):
            mode = "100755" if info.st_mode & 0o100 else "100644"
            yield _Entry(path, mode, (top / path).read_bytes())


def _tar_entries(path: Path) -> Iterator[_Entry]:
    top: str | None = None
    try:
        # Decompressed by ourselves: tarfile takes a stream that breaks off for its end.
        with _plain(path) as raw, tarfile.open(fileobj=raw, mode="r|", errorlevel=2) as tar:
            for member in tar:
                parts = PurePosixPath(member.name).parts
                if top is None:  # the first member tells: a folder that holds all the rest, or none
                    top = f"{parts[0]}/" if parts and (member.isdir() or len(parts) > 1) else ""
                entry = _member(tar, member, top)
                if entry:
                    yield entry
            while raw.read(1 << 20):
                pass  # up to the checksum at the end
    except (tarfile.TarError, EOFError, OSError, lzma.LZMAError, zlib.error) as error:
        raise UserError(f"{path} is not a sound tarball: {error} ({_NEXT_STEP})") from error


def _plain(path: Path) -> IO[bytes]:
    with path.open("rb") as file:
        start = file.read(6)
    for magic, opener in _COMPRESSIONS.items():
        if start.startswith(magic):
            return opener(path)
    return path.open("rb")  # the caller closes it, as those above


def _member(tar: tarfile.TarFile, member: tarfile.TarInfo, top: str) -> _Entry | None:
    if member.isdir():
        return None
    path = _inner(member.name, top)
    if member.issym():
        return _Entry(path, "120000", os.fsencode(member.linkname))
    if member.islnk():
        return _Entry(path, "", same_as=_inner(member.linkname, top))
    file = tar.extractfile(member)
    if file is None:
        return None  # a device or a pipe
    return _Entry(path, "100755" if member.mode & 0o100 else "100644", file.read())


def _inner(name: str, top: str) -> str:
    """The path below the top folder; a path that leaves it, or enters a .git, is refused."""
    parts = PurePosixPath(name).parts
    path = "/".join(parts)
    if name.startswith("/") or ".." in parts or ".git" in parts or not path.startswith(top):
        raise tarfile.TarError(f"it holds the path {name!r}")
    return path[len(top) :]


def _once(
    entries: Iterator[_Entry],
    key: str,
    origin: Path,
    *,
    cache: Path,
    progress: Callable[[str], None],
) -> Path:
    digest = hashlib.sha256(os.fsencode(f"{_FORMAT}\0{key}")).hexdigest()[:32]
    try:
        return once(cache / "trees", digest, lambda part: _import(entries, part, origin, progress))
    except RunError as error:
        raise UserError(f"cannot import {origin}: {error}") from error


def _import(
    entries: Iterator[_Entry], folder: Path, origin: Path, progress: Callable[[str], None]
) -> None:
    env = clean_environment(GIT_DIR=str(folder))
    run(["git", "init", "-q", "--bare", "--template=", folder], env=env)
    command = ["git", "-c", "core.compression=1", "fast-import", "--quiet", "--force"]
    with tempfile.TemporaryFile() as errors:
        with start(
            command, cwd=folder, env=env, stdin=subprocess.PIPE, stdout=None, stderr=errors
        ) as process:
            assert process.stdin is not None
            count = 0
            with contextlib.suppress(BrokenPipeError):
                count = _write(entries, process.stdin, origin, progress)
                process.stdin.close()
            status = process.wait()
        if status:
            errors.seek(0)
            reason = errors.read().decode("utf-8", "replace").strip().splitlines()
            raise UserError(f"cannot import {origin}: {reason[0] if reason else 'git failed'}")
    if not count:
        raise UserError(f"{origin} holds no files ({_NEXT_STEP})")
    run(["git", "symbolic-ref", "HEAD", "refs/heads/imported"], cwd=folder, env=env)
    makefile = run(["git", "cat-file", "-p", "HEAD:Makefile"], cwd=folder, env=env).stdout
    for tag in version_tags(makefile.decode("utf-8", "replace")):
        run(["git", "tag", tag, "HEAD"], cwd=folder, env=env)


def version_tags(makefile: str) -> list[str]:
    """The tags that a kernel of this version has: by the first lines of its top Makefile.

    A stable release such as 6.12.57 also answers to v6.12, a release candidate does not.
    """
    lines = re.findall(r"^(\w+) *= *(\S*) *$", makefile[:1000], re.MULTILINE)
    number = {name: value for name, value in lines if re.fullmatch(r"[\w.-]*", value)}
    if not number.get("VERSION") or not number.get("PATCHLEVEL"):
        return []
    series = f"v{number['VERSION']}.{number['PATCHLEVEL']}"
    level, extra = number.get("SUBLEVEL", "0"), number.get("EXTRAVERSION", "")
    whole = f"{series}{f'.{level}' if level not in ('', '0') else ''}{extra}"
    return [whole] if extra else list(dict.fromkeys((series, whole)))


def _write(
    entries: Iterator[_Entry], out: IO[bytes], origin: Path, progress: Callable[[str], None]
) -> int:
    """The stream that git-fast-import(1) reads: every file as a blob, then one commit of them."""
    marks: dict[str, tuple[str, int]] = {}
    for mark, entry in enumerate(entries, 1):
        if entry.same_as:
            if entry.same_as not in marks:
                raise UserError(f"{origin} is not sound: {entry.path!r} is a hard link to nothing")
            marks[entry.path] = marks[entry.same_as]
        else:
            marks[entry.path] = (entry.mode, mark)
            out.write(b"blob\nmark :%d\ndata %d\n" % (mark, len(entry.data)))
            out.write(entry.data)
            out.write(b"\n")
        if mark % _EVERY == 0:
            progress(f"importing {origin.name}: {mark} files")
    message = os.fsencode(f"{origin.name}, as it is")
    out.write(b"commit refs/heads/imported\n")
    out.write(b"committer verify-series <verify-series@localhost> 0 +0000\n")
    out.write(b"data %d\n%s\n" % (len(message), message))
    for path, (mode, mark) in marks.items():
        out.write(b"M %s :%d %s\n" % (mode.encode(), mark, quote_path(path)))
    return len(marks)


def quote_path(path: str) -> bytes:
    """A path as git-fast-import(1) takes it, always in double quotes."""
    raw = os.fsencode(path)
    for plain, escaped in ((b"\\", b"\\\\"), (b'"', b'\\"'), (b"\n", b"\\n")):
        raw = raw.replace(plain, escaped)
    return b'"' + raw + b'"'
