# SPDX-License-Identifier: GPL-2.0-or-later
"""What name-table says of the difference of two kernel trees, taken as one patch.

``nox -s bench -- names TREE --since OLDER``: each enum and its names in the older tree are
compared with what they are in the newer one, whatever else changed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from verify_series import cache
from verify_series.c.source import read_source
from verify_series.model import AppliedSeries, Change, Patch, Series, Snapshot, Step
from verify_series.names import whole
from verify_series.names.links import Link, links
from verify_series.names.series import Judged, judge
from verify_series.names.sites import find_sites
from verify_series.names.skim import may_have_names
from verify_series.names.trees import Trees
from verify_series.store import Store
from verify_series.tree import open_tree

#: What a file has that may have lists of pairs or switch statements with names.
_OTHERS = re.compile(rb'\bcase\s+\w+:\s*(?:return|\w+\s*=)\s*"|\{\s*\w+,\s*"|\bEM\(')
_AT_ONCE = 200  # files that are in memory together

Part = tuple[int, int]


def part(text: str) -> Part:
    """``N/M`` of the command line."""
    number, count = map(int, text.split("/"))
    return number, count


def share(paths: Sequence[str], which: Part) -> list[str]:
    """The Nth of M parts; a table is in the same one whatever else is asked for."""
    number, count = which
    return list(paths[number - 1 :: count])


def difference(
    old: Path, new: Path, which: Part, say: Callable[[str], None], files: Sequence[str] = ()
) -> Iterator[str]:
    """What is found where one tree becomes the other in one patch, a line a finding.

    Of the older tree all C files are looked at for tables, or ``files``, or one part of them.
    """
    with cache.workspace() as work:
        base, head = (snapshot_of(tree, work / tree.name, say) for tree in (old, new))
        patch = Patch(1, "d@example.org", "the difference", "A <a@example.org>", b"")
        series = Series("d@example.org", "the difference", "A <a@example.org>", 1, 1, (patch,))
        linked = compared = unread = 0
        for link in _links(base, share(files or list(whole.c_files(base)), which)):
            both = {link.site.source.path, link.enum.source.path, *link.helpers}
            changes = tuple(Change(path, path) for path in sorted(both))
            applied = AppliedSeries(series, base, (Step(patch, head, changes, {}),))
            judged = judge(Trees(applied), 0, link)
            linked += 1
            unread += bool(judged.unread)
            compared += bool(judged.after) and not judged.unread
            yield from _lines(link, judged)
        say(f"{linked} are linked in the old tree, {compared} are in the new tree as well")
        say(f"{unread} could not be read")


def snapshot_of(tree: Path, folder: Path, say: Callable[[str], None]) -> Snapshot:
    opened = open_tree(tree, cache=cache.root(), progress=say)
    commit = opened.resolve("HEAD")
    assert commit
    store = Store.create(folder, opened.objects)
    store.blob_ids(commit, "")
    return Snapshot(commit, store)


def _links(base: Snapshot, paths: Sequence[str]) -> Iterator[Link]:
    reached = whole.reach(base)
    for first in range(0, len(paths), _AT_ONCE):
        for path, data in base.read_many(paths[first : first + _AT_ONCE]).items():
            if may_have_names(data) or _OTHERS.search(data):
                for site in find_sites(read_source(path, data)):
                    yield from links(reached, site)


def _lines(link: Link, judged: Judged) -> Iterator[str]:
    for fault in judged.faults[-1] if judged.faults else ():
        word = "error" if fault.certain and not link.site.is_loose() else "warning"
        place = f"{link.site.source.path}:{fault.line}"
        yield f"{link.site.kind}: {place}: {word}: {fault.message} [{fault.rule}]"
