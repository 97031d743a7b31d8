# SPDX-License-Identifier: GPL-2.0-or-later
"""Coverage-guided fuzzing of one reader or writer, from the miniatures of the tests, bounded in
time; what is found is left as crash-... in the current folder, and printed.

Needs atheris, whose wheels are not there for every Python.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["verify_series"]):
    import invariants
    from seeds import pieces, seeds

_LONGEST = 4096  # bytes of an input
_SLOWEST = 10  # seconds for one


def c(data: bytes) -> None:
    invariants.c(data)


def diff(data: bytes) -> None:
    invariants.diff(data.decode("utf-8", "surrogateescape"))


def rst(data: bytes) -> None:
    invariants.rst(data.decode("utf-8", "replace"))


def report(data: bytes) -> None:
    invariants.report(data.decode("utf-8", "surrogateescape"))


def kept(data: bytes) -> None:
    invariants.kept(data)


TARGETS = {"diff": diff, "c": c, "rst": rst, "report": report, "kept": kept}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("--seconds", type=int, default=60)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="verify-series-fuzz-") as name:
        corpus, words = Path(name) / "corpus", Path(name) / "words"
        corpus.mkdir()
        for number, data in enumerate(seeds(given.target)):
            (corpus / str(number)).write_bytes(data)
        words.write_text("".join(f'"{_escaped(p)}"\n' for p in pieces(given.target) if len(p) > 1))
        limits = {"max_total_time": given.seconds, "timeout": _SLOWEST, "max_len": _LONGEST}
        options = [f"-{option}={value}" for option, value in limits.items()]
        atheris.Setup([sys.argv[0], *options, f"-dict={words}", str(corpus)], TARGETS[given.target])
        atheris.Fuzz()


def _escaped(word: str) -> str:
    """As libFuzzer's dictionaries have it."""
    return "".join(f"\\x{byte:02x}" for byte in word.encode("utf-8", "replace")[:60])


if __name__ == "__main__":
    main()
