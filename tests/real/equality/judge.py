# SPDX-License-Identifier: GPL-2.0-or-later
"""The judge: a full documentation build of a kernel tree, and what it says of changes.

One full build is made of a tree and kept, with the tree, in the user's cache. A change is judged
by writing it into that tree and building again: Sphinx reads what became outdated, resolves it
and the documents named besides, and says about them what a full build says. Then the tree and
the build are put back.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import sphinx

from verify_series.cache import once
from verify_series.docs.warnings import finding
from verify_series.model import Finding, Snapshot

#: A file's new text; None removes it.
Changes = Mapping[str, str | None]

_RECORD = re.compile(r"(?:(?P<place>\S.*?): )?(?:WARNING|ERROR|CRITICAL|SEVERE): (?P<text>.*)")
#: What a kernel-doc program (before 6.19) writes to standard error itself.
_PROGRAM = re.compile(r"(?P<place>[\w./+-]+:\d+): (?:warning|error): (?P<text>.*)")
#: What Sphinx writes when it ends with an exception.
_EPILOGUE = re.compile(r"(?m)^.*\n\nVersions\n=+$|^Exception occurred:$")
_TYPE = re.compile(r" \[[\w.-]+\]\Z")
_NOISE = re.compile(r"Using \w+ theme|.*search index couldn't be loaded")


@dataclass(frozen=True)
class Said:
    """What a build said. ``stopped`` is the end of a build that ended with an exception."""

    findings: frozenset[Finding]
    stopped: str = ""


class Judge:
    """The full build of the kernel tree ``source`` (a repository; ``base`` is its HEAD)."""

    def __init__(self, source: Path, base: Snapshot, cache: Path) -> None:
        self._base = base
        self._source = source
        key = f"{self._git('rev-parse', f'{base.commit}^{{tree}}')[:16]}-{sphinx.__version__}"
        self._folder = once(cache, key, self._export)
        self._lock = (self._folder / "lock").open("w")
        fcntl.flock(self._lock, fcntl.LOCK_EX)  # one judge at a time: it changes the tree
        self.tree = (self._folder / "tree").resolve()
        self._kept = self._folder / "kept"
        self._work = self._folder / "work"
        self._version = self._make("kernelversion").strip()
        self._touched = self._folder / "touched"
        if not (self._kept / "log").exists():
            self._build_all()
        self._put_back()
        self.untouched = self._read((self._kept / "log").read_text("utf-8", "replace"))

    def _export(self, folder: Path) -> None:
        (folder / "tree").mkdir()
        archive = ["git", "-C", str(self._source), "archive", self._base.commit]
        with subprocess.Popen(archive, stdout=subprocess.PIPE) as process:
            subprocess.run(["tar", "x", "-C", folder / "tree"], stdin=process.stdout, check=True)

    def _make(self, *arguments: str) -> str:
        argv = ["make", "-s", *arguments]
        env = {**self._environment(), "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
        done = subprocess.run(argv, cwd=self.tree, env=env, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"make {' '.join(arguments)}: {done.stderr}")
        return done.stdout

    def _generate(self) -> None:
        """Let old trees make the documents that they generate before Sphinx runs."""
        if "cmd_sphinx" in (self.tree / "Documentation" / "Makefile").read_text():
            self._make("htmldocs", "SPHINXBUILD=true")

    def _generate_again(self, when: float) -> None:
        """make goes by times, and what was generated from a changed file is newer than the file."""
        documentation = self.tree / "Documentation"
        made = [*documentation.glob("output/*.rst")]
        made += documentation.glob("networking/netlink_spec/*.rst")
        for file in made:
            file.unlink()
        self._generate()
        for file in made:
            if file.exists():
                os.utime(file, (when, when))

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self._folder),
            "LC_ALL": "C.UTF-8",
            "srctree": ".",
            "BUILDDIR": str(self.tree / "Documentation" / "output"),
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def _build(self, builder: str, into: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        into.mkdir(parents=True, exist_ok=True)
        settings = {"version": self._version, "release": self._version, "kerneldoc_srctree": "."}
        if "kerneldoc_bin" in (self.tree / "Documentation/conf.py").read_text():
            settings["kerneldoc_bin"] = "./scripts/kernel-doc"
        argv: list[str | Path] = [sys.executable, Path(__file__).with_name("full_build.py")]
        argv += ["-q", "-b", builder, "-c", self.tree / "Documentation", "-d", into / "doctrees"]
        argv += [part for name, value in settings.items() for part in ("-D", f"{name}={value}")]
        argv += [self.tree / "Documentation", into / "out", *arguments]
        return subprocess.run(
            argv,
            cwd=self.tree,
            env=self._environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
        )

    def _build_all(self) -> None:
        self._generate()
        done = self._build("dummy", self._kept, "-E", f"-j{len(os.sched_getaffinity(0))}")
        if done.returncode:
            raise RuntimeError(f"the full build failed: {done.stderr[-2000:]}")
        (self._kept / "log").write_text(done.stderr)

    def verdict(self, changes: Changes, concerned: Iterable[str] = ()) -> Said:
        """Build with these changes. ``concerned`` are documents that are read again although
        nothing of their text changed: what they refer to, or define as well, did. The html
        builder speaks, so its warnings are in."""
        self._touched.write_text("\n".join({*changes, *concerned}))
        try:
            for path, text in changes.items():
                file = self.tree / path
                if text is None:
                    file.unlink()
                else:
                    file.parent.mkdir(parents=True, exist_ok=True)
                    file.write_text(text, "utf-8")
            self._generate()
            for path in concerned:
                (self.tree / path).touch()
            # What became outdated is written as well. Without a name, html would write all.
            there = (self.tree / p for p in sorted({*changes, *concerned}) if p.endswith(".rst"))
            named = next(filter(Path.exists, there), self.tree / "Documentation/index.rst")
            done = self._build("html", self._work, str(named))
        finally:
            self._put_back()
        said = self._read(_EPILOGUE.split(done.stderr)[0])
        if done.returncode == 0:
            return said
        reason = done.stderr.partition("\nTraceback\n")[2] or done.stderr[-2000:]
        return Said(said.findings, " ".join(reason.replace(f"{self.tree}/", "").split()))

    def _put_back(self) -> None:
        """Make the tree and the working copy of the build what they are without changes.

        Each file gets back the time that ``git archive`` gave it and all others: Sphinx reads again
        what is newer than its doctree.
        """
        touched = self._touched.read_text().split() if self._touched.exists() else []
        there = self._base.read_many(touched)
        when = (self.tree / "COPYING").stat().st_mtime
        for path in touched:
            file = self.tree / path
            if path in there:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(there[path])
                os.utime(file, (when, when))
            else:
                file.unlink(missing_ok=True)
        if touched:
            self._generate_again(when)
        self._touched.unlink(missing_ok=True)
        kept, work = (_listing(folder / "doctrees") for folder in (self._kept, self._work))
        for name in work.keys() - kept.keys():
            (self._work / "doctrees" / name).unlink()
        for name, state in kept.items():
            if work.get(name) != state:
                target = self._work / "doctrees" / name
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(self._kept / "doctrees" / name, target)

    def _git(self, *arguments: str) -> str:
        argv = ["git", "-C", str(self._source), *arguments]
        return subprocess.run(argv, check=True, capture_output=True, text=True).stdout.strip()

    def _read(self, log: str) -> Said:
        """The warnings of a log; one goes on until the next begins."""
        records: list[tuple[str, str, list[str]]] = []
        for line in log.splitlines():
            if _NOISE.match(line):
                continue
            if match := _RECORD.match(line):
                kind = "" if match["place"] else "kerneldoc"
                records.append((match["place"] or "", kind, [match["text"]]))
            elif match := _PROGRAM.match(line):
                records.append(("", "stderr", [f"{match['place']}: {match['text']}"]))
            elif line.startswith("Error: "):
                records.append(("", "stderr", [line]))
            elif records:
                records[-1][2].append(line)
        found = set()
        for place, kind, lines in records:
            text = _TYPE.sub("", "\n".join(lines).strip())
            made = finding("", place, kind, text, tree=str(self.tree))
            if made:
                found.add(made)
        return Said(frozenset(found))


def _listing(folder: Path) -> dict[str, tuple[int, int]]:
    """Each file below a folder, with its size and time."""
    found = {}
    for top, _, names in os.walk(folder):
        for name in names:
            file = Path(top, name)
            state = file.stat()
            found[str(file.relative_to(folder))] = (state.st_size, state.st_mtime_ns)
    return found
