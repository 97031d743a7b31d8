# SPDX-License-Identifier: GPL-2.0-or-later
"""What came out for each mutation, kept in a file so that a run that was cut off can go on."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from verify_series.docs.scan import ROOT

from .compare import Compared, Key
from .kinds import KINDS


@dataclass(frozen=True)
class Result:
    """``both`` is what the docs check and the judge say, ``paths`` what was changed."""

    name: str
    paths: tuple[str, ...]
    both: tuple[Key, ...]
    missing: tuple[Key, ...] = ()
    extra: tuple[Key, ...] = ()
    error: str = ""

    @classmethod
    def of(cls, one: Compared) -> Result:
        """The outcome of a comparison."""
        both = tuple(sorted(key for key in one.new if key not in one.extra))
        paths = tuple(sorted(one.mutation.changes))
        return cls(one.mutation.name, paths, both, one.missing, one.extra, one.error)

    @property
    def agrees(self) -> bool:
        return not (self.error or self.missing or self.extra)

    def show(self, everything: bool) -> None:
        """Print what differs, and with ``everything`` what does not."""
        print("ok  " if self.agrees else "DIFF", self.name, len(self.both), flush=True)
        if self.error:
            print("     error:  ", self.error)
        for word in ("missing", "extra", "both") if everything else ("missing", "extra"):
            for path, line, message in getattr(self, word):
                print(f"     {word + ':':8} {path}:{line}: {message[:200]}")


def read(file: Path | None) -> dict[str, Result]:
    """The results that are kept in a file, by name; the last of a name counts."""
    found = {}
    for line in file.read_text("utf-8").splitlines() if file and file.exists() else ():
        record = json.loads(line)
        keys = {word: tuple(map(tuple, record[word])) for word in ("both", "missing", "extra")}
        found[record["name"]] = Result(**{**record, **keys, "paths": tuple(record["paths"])})
    return found


def append(file: Path, results: Iterable[Result]) -> None:
    """Keep these, too."""
    with file.open("a", encoding="utf-8") as out:
        out.writelines(json.dumps(asdict(result)) + "\n" for result in results)


def summary(results: Iterable[Result]) -> str:
    """How many agree, and what they are about: rules, files, parts of Documentation, kinds."""
    done = list(results)
    agreed = sum(result.agrees for result in done)
    rules = {result.name.partition(": ")[0] for result in done}
    changed = {path for result in done for path in result.paths}
    documents = {path for path in changed if path.startswith(f"{ROOT}/")}
    parts = Counter("/".join(_part(path)) for path in documents)
    messages = [key[2] for result in done for key in result.both]
    kinds = Counter(n for text in messages for n, words in KINDS.items() if words.search(text))
    return "\n".join(
        (
            f"{agreed} of {len(done)} mutations agree ({agreed / max(len(done), 1):.1%})",
            f"{len(rules)} rules, {len(documents)} documents, {len(changed - documents)} other"
            f" files, {len(messages)} findings that both name",
            "parts: " + ", ".join(f"{part}: {parts[part]}" for part in sorted(parts)),
            "kinds: " + ", ".join(f"{number}: {kinds[number]}" for number in KINDS),
        )
    )


def _part(path: str) -> list[str]:
    names = path.split("/")[1:-1] or ["(top)"]
    return names[: 2 if names[0] == "translations" else 1]
