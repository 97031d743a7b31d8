# SPDX-License-Identifier: GPL-2.0-or-later
"""The scans of all documents of a tree, kept in the cache under the tree's id.

A file that is kept begins with the SHA-256 of the rest, so that one that was cut short or
altered is not believed; its name holds a hash of scan.py, so that another version of us scans
afresh. Of a new tree only the documents are scanned that the last one had not, by blob id.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path

from ..model import Snapshot
from . import scan
from .scan import ROOT, FileScan, decoded, scan_text

_CODE = hashlib.sha256(Path(scan.__file__).read_bytes()).hexdigest()[:12]
_MOST_FILES = 8  # of some 2 MB

#: Path to the blob's id and its scan.
_Scans = Mapping[str, tuple[str, FileScan]]

_State = tuple[str, int, int]

#: What was read last, by the file and its state, for the next series in this process.
_last: dict[_State, _Scans] = {}


def scan_tree(snapshot: Snapshot, cache: Path) -> dict[str, FileScan]:
    """Every .rst file below Documentation; kept in the folder ``cache``."""
    tree = snapshot.object_id(ROOT)
    if tree is None:
        return {}
    kept = cache / f"scan-{_CODE}-{tree}"
    scans = _last.get(_state(kept)) or _load(kept)
    if not scans:
        scans = _scan(snapshot, _load(_newest(cache)))
        _save(kept, scans)
    _last.clear()
    _last[_state(kept)] = scans
    return {path: one for path, (_, one) in scans.items()}


def _scan(snapshot: Snapshot, before: _Scans) -> _Scans:
    """Scan what is not in ``before`` under the same path and blob id."""
    ids = {p: oid for p, oid in snapshot.blob_ids(ROOT).items() if p.endswith(".rst")}
    scans = {p: before[p] for p, oid in ids.items() if p in before and before[p][0] == oid}
    fresh = {path: oid for path, oid in ids.items() if path not in scans}
    for path, data in snapshot.contents(fresh):
        scans[path] = (ids[path], scan_text(path, decoded(data)))
    return {path: scans[path] for path in ids}


def _state(file: Path) -> _State:
    """What changes with a file; zeros where it is not there."""
    try:
        found = file.stat()
    except OSError:
        return str(file), 0, 0
    return str(file), found.st_size, found.st_mtime_ns


def _newest(cache: Path) -> Path:
    files = list(cache.glob(f"scan-{_CODE}-*"))
    return max(files, key=lambda file: file.stat().st_mtime, default=cache / "none")


def _load(file: Path) -> _Scans:
    """What a file keeps; nothing where it is not there or is not as it was written."""
    try:
        checksum, _, text = file.read_bytes().partition(b"\n")
    except OSError:
        return {}
    if hashlib.sha256(text).hexdigest().encode() != checksum:
        return {}
    return {path: (oid, FileScan.from_json(r)) for path, (oid, r) in json.loads(text).items()}


def _save(file: Path, scans: _Scans) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({path: (oid, one.as_json()) for path, (oid, one) in scans.items()}).encode()
    part = file.with_name(f"part-{os.getpid()}")
    part.write_bytes(hashlib.sha256(text).hexdigest().encode() + b"\n" + text)
    part.replace(file)
    others = sorted(file.parent.glob("scan-*"), key=lambda one: one.stat().st_mtime)
    for old in others[:-_MOST_FILES]:
        old.unlink(missing_ok=True)
