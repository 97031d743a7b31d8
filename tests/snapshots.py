# SPDX-License-Identifier: GPL-2.0-or-later
"""Applied series without git: trees as dicts of path to content. Samples are read here, too."""

from __future__ import annotations

import difflib
import fnmatch
import hashlib
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from verify_series.model import (
    AppliedSeries,
    Change,
    Examined,
    Finding,
    Hunk,
    Patch,
    Series,
    Snapshot,
    Step,
)

Tree = Mapping[str, str | bytes]

SAMPLES = Path(__file__).parent / "samples"


class DictObjects:
    """The Objects protocol of model.py over trees that are dicts, by the name of the commit."""

    def __init__(self, trees: Mapping[str, Mapping[str, bytes]]) -> None:
        self.trees = trees

    def read(self, commit: str, path: str) -> bytes | None:
        return self.trees[commit].get(path)

    def read_many(self, commit: str, paths: Iterable[str]) -> dict[str, bytes]:
        tree = self.trees[commit]
        return {path: tree[path] for path in paths if path in tree}

    def read_each(self, commit: str, paths: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        return iter(self.read_many(commit, paths).items())

    def blob_ids(self, commit: str, under: str) -> dict[str, str]:
        folder = f"{under.rstrip('/')}/" if under else ""
        tree = self.trees[commit]
        return {path: _blob_id(tree[path]) for path in sorted(tree) if path.startswith(folder)}

    def object_ids(self, commit: str, paths: Iterable[str]) -> dict[str, str]:
        tree, found = self.trees[commit], {}
        for path in paths:
            if path in tree:
                found[path] = _blob_id(tree[path])
            elif below := self.blob_ids(commit, path):
                found[path] = hashlib.sha1(repr(below).encode()).hexdigest()
        return found

    def contents(self, ids: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
        blobs = {_blob_id(data): data for tree in self.trees.values() for data in tree.values()}
        return ((path, blobs[oid]) for path, oid in ids.items())

    def export(self, commit: str, paths: Iterable[str], folder: Path) -> None:
        wanted = tuple(paths)
        for path, data in self.trees[commit].items():
            if any(path == p or path.startswith(f"{p.rstrip('/')}/") for p in wanted):
                target = folder / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(data)

    def grep(self, commit: str, words: Iterable[str], where: str) -> bytes:
        whole = re.compile(rb"\b(?:" + b"|".join(re.escape(w.encode()) for w in words) + rb")\b")
        matches = (where, f"{where.rstrip('/')}/*")
        return b"".join(
            line + b"\n"
            for path, data in sorted(self.trees[commit].items())
            if any(fnmatch.fnmatch(path, pattern) for pattern in matches)
            for line in data.splitlines()
            if whole.search(line)
        )

    def files_with(self, commit: str, texts: Iterable[str], where: Iterable[str]) -> list[str]:
        wanted, where = [text.encode() for text in texts], list(where)
        return [
            path
            for path, data in sorted(self.trees[commit].items())
            if matches(path, where) and any(text in data for text in wanted)
        ]

    def lines_with(self, commit: str, text: str) -> Iterator[tuple[str, int, bytes]]:
        for path, data in sorted(self.trees[commit].items()):
            for number, line in enumerate(data.split(b"\n"), 1):
                if text.encode() in line:
                    yield path, number, line

    def check_out(
        self,
        commit: str,
        worktree: Path,
        index: Path,
        *,
        clean: bool,
        progress: Callable[[float], None],
    ) -> None:
        tree = self.trees[commit]
        for path in worktree.rglob("*"):
            if path.is_file() and str(path.relative_to(worktree)) not in tree:
                path.unlink()
        changed = {
            p: d
            for p, d in tree.items()
            if not (worktree / p).is_file() or (worktree / p).read_bytes() != d
        }
        for path, data in changed.items():
            (worktree / path).parent.mkdir(parents=True, exist_ok=True)
            (worktree / path).write_bytes(data)

    def as_patch(self, commit: str) -> bytes:
        raise AssertionError("a dict has no commits: use repos.py")

    def git_environment(
        self, commit: str, worktree: Path, index: Path, listed: Iterable[str]
    ) -> dict[str, str]:
        raise AssertionError("git cannot read a dict: use repos.py")


def matches(path: str, pathspecs: Iterable[str]) -> bool:
    """Whether git's pathspecs name a file; those that begin with ``:!`` leave out."""
    patterns = list(pathspecs)
    out = [pattern.removeprefix(":!") for pattern in patterns if pattern.startswith(":!")]
    if any(fnmatch.fnmatch(path, pattern) for pattern in out):
        return False
    inside = [pattern for pattern in patterns if not pattern.startswith(":!")]
    return any(fnmatch.fnmatch(path, p) or path.startswith(f"{p}/") for p in inside)


def _blob_id(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


def apply(*trees: Tree) -> AppliedSeries:
    """The first tree is the base, each further one the tree after the next patch."""
    data = {
        f"commit{i}": {p: t.encode() if isinstance(t, str) else t for p, t in tree.items()}
        for i, tree in enumerate(trees)
    }
    objects = DictObjects(data)
    snapshots = [Snapshot(commit, objects) for commit in data]
    patches = tuple(
        Patch(i, f"patch{i}@example.org", f"Patch {i}", "A <a@example.org>", b"")
        for i in range(1, len(trees))
    )
    series = Series("cover@example.org", "A series", "A <a@example.org>", 1, len(patches), patches)
    contents = list(data.values())
    steps = tuple(
        _step(patch, snapshots[i], contents[i - 1], contents[i])
        for i, patch in enumerate(patches, 1)
    )
    return AppliedSeries(series, snapshots[0], steps)


def _step(
    patch: Patch, snapshot: Snapshot, old: Mapping[str, bytes], new: Mapping[str, bytes]
) -> Step:
    removed = [path for path in old if path not in new]
    changes: list[Change] = []
    hunks: dict[str, tuple[str, tuple[Hunk, ...]]] = {}
    for path in new:
        if path in old and old[path] == new[path]:
            continue
        source = path if path in old else _renamed(new[path], removed, old)
        changes.append(Change(source, path))
        if source:
            hunks[path] = (source, _hunks(old[source], new[path]))
            if source in removed:
                removed.remove(source)
    changes += [Change(path, None) for path in removed]
    return Step(patch, snapshot, tuple(changes), hunks)


def _renamed(data: bytes, removed: Sequence[str], old: Mapping[str, bytes]) -> str | None:
    """The removed file that is at least half the same, as git finds renames."""
    lines = data.split(b"\n")
    for path in removed:
        matcher = difflib.SequenceMatcher(None, old[path].split(b"\n"), lines, autojunk=False)
        if matcher.ratio() >= 0.5:
            return path
    return None


def _hunks(old: bytes, new: bytes) -> tuple[Hunk, ...]:
    """As ``diff -U0`` numbers them: a count of 0 means "after that line"."""
    matcher = difflib.SequenceMatcher(None, old.split(b"\n"), new.split(b"\n"), autojunk=False)
    return tuple(
        Hunk(a + (b > a), b - a, c + (d > c), d - c)
        for tag, a, b, c, d in matcher.get_opcodes()
        if tag != "equal"
    )


@dataclass(frozen=True)
class Sample:
    """A folder of tests/samples/CHECKER/: a small series, and in sample.toml what is expected.

    ``base/`` is the tree, that beside the sample where it has none of its own; ``1/``, ``2/`` ...
    hold the files that each patch adds or changes, and the list ``removed`` of sample.toml names
    what a patch removes, as ``"1: path"``. ``check`` is the table of the profile; ``expected``
    what :func:`outcome` gives, or ``error``, the reason why the checker cannot run. One that is
    called fail-... has one of these two, and each finding all that :func:`outline` gives.
    """

    applied: AppliedSeries
    check: Mapping[str, Any]
    expected: Mapping[str, Any]


def load_sample(folder: Path) -> Sample:
    expected = tomllib.loads((folder / "sample.toml").read_text(encoding="utf-8"))
    check = expected.pop("check", {})
    removed = [entry.split(": ", 1) for entry in expected.pop("removed", [])]
    _require_exact(folder.name, expected)
    base = folder / "base"
    trees = [_files(base if base.is_dir() else folder.parent / "base")]
    while (overlay := folder / str(len(trees))).is_dir() or any(
        number == str(len(trees)) for number, _ in removed
    ):
        gone = {path for number, path in removed if number == str(len(trees))}
        kept = {path: data for path, data in trees[-1].items() if path not in gone}
        trees.append({**kept, **_files(overlay)})
    return Sample(apply(*trees), check, expected)


def _require_exact(name: str, expected: Mapping[str, Any]) -> None:
    """Raises ValueError for a sample that does not say exactly what is to be found."""
    findings = expected.get("findings", ())
    wanted = {"rule", "severity", "path", "line", "message", "state"}
    for finding in findings:
        place = {"patch"} if finding.get("state") != "existing" else set()
        if finding.keys() != wanted | place or not finding["message"]:
            raise ValueError(f"{name}: a finding is not stated in full: {finding}")
    new = any(finding["state"] == "new" for finding in findings)
    if name.startswith("fail-") != (new or bool(expected.get("error"))):
        raise ValueError(f"{name} has no new finding and no error, or one of them and should not")
    if not (findings or "error" in expected or expected.get("count") or expected.get("skip")):
        raise ValueError(f"{name} states nothing")


def _files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def outline(finding: Finding) -> dict[str, Any]:
    """A finding as sample.toml writes it; an existing one has no patch."""
    keys = ("rule", "severity", "path", "line", "message", "patch", "state")
    values = {key: getattr(finding, key) for key in keys}
    return {key: value for key, value in values.items() if value is not None}


def outcome(examined: Examined) -> dict[str, Any]:
    """What a checker gave, in the form of sample.toml; versions differ from machine to machine, and
    so does whether there is a sandbox."""
    result: dict[str, Any] = {"count": examined.count}
    if examined.skip:
        result["skip"] = examined.skip
    if notes := [note for note in examined.notes if "no sandbox (" not in note]:
        result["notes"] = notes
    if examined.findings:
        result["findings"] = [outline(finding) for finding in examined.findings]
    return result
