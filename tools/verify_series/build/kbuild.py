# SPDX-License-Identifier: GPL-2.0-or-later
"""Run kbuild on one revision after the other: first the base, then what the series makes of it.

The worktree is read-only to what runs; only the output folder can be written. ccache is used
where it is installed; a series reads it and cannot write to it.
"""

from __future__ import annotations

import hashlib
import os
import platform
import posixpath
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from ..cache import root
from ..model import CheckError, Execution, Snapshot
from ..run import RunError, follow, run
from ..sandbox import Sandbox, choose, environment
from . import packages
from .folder import Folder, opened
from .lists import Lists, said_aside

_VERSION = re.compile(rb"^VERSION *= *(\d+)\nPATCHLEVEL *= *(\d+)$", re.M)
_STEP = re.compile(r"  [A-Z][A-Z0-9_+ ]*(?:\[M\])? +\S")  # kbuild's quiet commands: "  CC      x.o"
_CONFIGURES = re.compile(r"(?:^|/)Kconfig[^/]*$|^scripts/|^Makefile$|^arch/[^/]+/Makefile$")
_LISTS = re.compile(r"(?:^|/)(?:Kconfig|Makefile|Kbuild)[^/]*$|\.mk$|^scripts/")
_SETTING = re.compile(r"(CONFIG_\w+)=(.*)|# (CONFIG_\w+) is not set")
_TOO_LITTLE = re.compile(  # strerror(3) and the compiler's words for limits of the machine
    r"No space left on device|Disk quota exceeded|Cannot allocate memory"
    r"|virtual memory exhausted|File size limit exceeded|File too large"
)
_CLOCK = "Clock skew detected"  # make's words for a file that is newer than now
_LARGEST_CONFIG = 4 << 20  # bytes
_MOST_SAID = 16 << 20  # bytes of messages
_MOST_PRINTED = 64 << 20  # characters of progress
_PATIENCE = 4 * 3600  # seconds for one make

#: What would make two builds of the same source differ (Documentation/kbuild/reproducible-builds).
_FIXED = {
    "KBUILD_BUILD_TIMESTAMP": "Thu Jan  1 00:00:00 UTC 1970",
    "KBUILD_BUILD_USER": "verify-series",
    "KBUILD_BUILD_HOST": "localhost",
    "KBUILD_BUILD_VERSION": "1",
    "LOCALVERSION": "",
}


@dataclass(frozen=True, slots=True)
class Configuration:
    """A kernel configuration: ``whole`` as it is, or a fragment on top of allnoconfig.

    ``files`` are there while the kernel is built: ``@NAME@`` in ``text`` is the path of one.
    """

    text: str
    whole: bool = False
    files: Mapping[str, str] = field(default_factory=dict)

    def at(self, folder: Path) -> Configuration:
        """The same for files that lie in ``folder``, with their paths in the text."""
        text = self.text
        for name in self.files:
            text = text.replace(f"@{name}@", str(folder / name))
        return replace(self, text=text)

    @property
    def settings(self) -> dict[str, str]:
        """Option to value; ``n`` where it says that one is not set."""
        found = (_SETTING.fullmatch(line.strip()) for line in self.text.splitlines())
        return {m[1] or m[3]: m[2] if m[1] else "n" for m in found if m}


@dataclass(frozen=True, slots=True)
class Made:
    """What one make left: its exit status, and what it wrote to standard error."""

    status: int
    errors: str
    command: str


@dataclass
class Kbuild:
    """A kernel that is being built; made by :func:`building`.

    Call :meth:`base` first, unless its output is kept, then :meth:`series` for each tree of the
    series, and :meth:`make` behind either as often as needed.
    """

    folder: Folder
    sandbox: Sandbox
    execution: Execution
    configuration: Configuration
    at: str = ""  # "base" or "series", whatever ``out`` holds now
    notes: list[str] = field(default_factory=list)
    _lists: Lists | None = None

    @property
    def foreign(self) -> bool:
        """Whether what runs now is the series' own code, and not the base's."""
        return self.at == "series"

    @property
    def out(self) -> Path:
        """kbuild's output folder: what :meth:`make` built last."""
        return self.folder.out

    @property
    def kept(self) -> Path:
        """A copy of it as the base left it; there once :meth:`keep` was called."""
        return self.folder.kept

    @property
    def tree(self) -> Path:
        """The worktree."""
        return self.folder.tree

    def base(self, snapshot: Snapshot, *, every_option: bool = True) -> Made:
        """Go to the base, and configure it: what make said then. Raises CheckError where it cannot
        be configured as asked.

        Without ``every_option`` it need not have all options, as the series brings some.
        """
        self.at = "base"
        self.folder.go_to(snapshot)
        self.folder.restore()
        made = self._configure()
        if every_option:
            self.require_settings()
        return made

    def is_kept(self, snapshot: Snapshot) -> bool:
        """Whether the kept output is this base's, so that :meth:`base` need not be called."""
        return self.folder.made_of == snapshot.commit

    def keep(self, snapshot: Snapshot) -> None:
        """Keep what was built since :meth:`base`, so that it need not be built again."""
        self.folder.keep(snapshot.commit)

    def series(self, snapshot: Snapshot, changed: Iterable[str]) -> Made | None:
        """Go to a tree of the series, whose ``changed`` paths differ from the tree before.

        Gives what make said where the kernel has to be configured again, None where not.
        """
        if not self.at:
            self.folder.restore()
        self.at = "series"
        self.folder.go_to(snapshot)
        self.folder.using_out()
        changed = list(changed)
        if any(map(_LISTS.search, changed)):
            self._lists = None
        if any(map(_CONFIGURES.search, changed)):
            return self._configure()
        return None

    def make(
        self, targets: Sequence[str], *, about: int = 100, variables: Mapping[str, str] = {}
    ) -> Made:
        """Run make; ``about`` is how many steps it may have, for the progress that is shown.

        The exit status is the caller's to judge. Raises CheckError where the machine has too
        little room or memory, RunError where make had to be ended.
        """
        self.folder.using_out()
        folder = self.folder
        settings = {**_variables(self.execution), **variables}
        argv = ["make", "-k", "--no-print-directory", "--output-sync=target"]
        argv += [f"-j{len(os.sched_getaffinity(0))}", f"O={folder.out}"]
        argv += [f"{name}={value}" for name, value in settings.items()]
        command = self._wrap([*argv, *targets], folder.tree)
        done = printed = 0
        title = "building the series" if self.foreign else "building the base"

        def said(line: str) -> None:
            nonlocal done, printed
            printed += len(line)
            if printed > _MOST_PRINTED:
                raise CheckError(f"{title}: it prints more than {_MOST_PRINTED >> 20} MiB")
            if _STEP.match(line):
                done += 1
                folder.tell(f"{title}: {' '.join(line.split())}", min(done / about, 0.99))

        with said_aside() as errors:
            env = self._environment()
            lacking = folder.lacks()
            try:
                status = follow(
                    command,
                    said,
                    errors=errors,
                    env=env,
                    timeout=_PATIENCE,
                    enough=lambda: "" if lacking else folder.lacks(),
                )
            except RunError:
                if not lacking and folder.lacks():
                    folder.empty_out()
                raise
            errors.seek(0)
            text = errors.read(_MOST_SAID).decode("utf-8", "replace")
            if errors.read(1):
                size = _MOST_SAID >> 20
                raise CheckError(f"{title}: it complains of more than {size} MiB: {text[:99]!r}")
        if short := _TOO_LITTLE.search(text):
            raise CheckError(f"the build in {folder.top} failed: {short[0]} (make room)")
        if _CLOCK in text:
            folder.forget()
            raise CheckError(
                f"files in {folder.top} are newer than now, so make does not know what to build"
                " (has the clock been set back?); the next run makes all of it anew"
            )
        return Made(status, text, " ".join(["make", *targets]))

    def objects(self, folders: Iterable[str]) -> set[str]:
        """The objects that this configuration makes in ``folders``, for the kernel or a module;
        asked for after :meth:`make` or :meth:`series` has written the configuration. Raises
        Unlisted where a Makefile cannot be read.
        """
        if self._lists is None:
            self._lists = Lists(self.folder, self.sandbox, self.execution)
        return self._lists.objects(folders)

    def settings(self) -> dict[str, str]:
        """Option to value, of the configuration that is built."""
        config = self.made(".config")
        if not config or config.stat().st_size > _LARGEST_CONFIG:
            raise CheckError("the build left no .config")
        return Configuration(config.read_text("utf-8", "replace")).settings

    def made(self, name: str) -> Path | None:
        """A file that was built, by its path in ``out``; None where there is none."""
        return self.folder.made(name)

    def remove(self, names: Sequence[str]) -> None:
        """Remove files of ``out``, so that :meth:`make` makes them, and says what it says, again.

        In the sandbox, since a series could have put a link in the place of a folder.
        """
        if names:
            run(self._wrap(["rm", "-f", "--", *names], self.folder.out), env=self._environment())

    def _configure(self) -> Made:
        """Write .config; where it is a fragment, on top of allnoconfig, as merge_config.sh -n."""
        wanted = self.folder.give("config", self.configuration.text)
        if self.configuration.whole:
            config = self.folder.out / ".config"
            config.unlink(missing_ok=True)  # a series may have made it a link
            shutil.copyfile(wanted, config)
            made = self.make(["olddefconfig", "syncconfig"], about=20)
        else:
            fragment = {"KCONFIG_ALLCONFIG": str(wanted)}
            made = self.make(["allnoconfig", "syncconfig"], about=20, variables=fragment)
        if made.status and not self.foreign:
            lines = made.errors.strip().splitlines() or [f"make ended with {made.status}"]
            raise CheckError(f"the base cannot be configured: {lines[0]}")
        return made

    def require_settings(self) -> None:
        """Raises CheckError where kconfig did not take an option that the profile asks for."""
        final = self.settings()
        missing = [
            f"{name}={value} (it is {final.get(name, 'not there')})"
            for name, value in self.configuration.settings.items()
            if final.get(name, "n") != value
        ]
        if not missing:
            return
        if not self.configuration.whole:
            who = "with the series, kconfig" if self.foreign else "kconfig"
            raise CheckError(f"{who} did not take {', '.join(missing)}: mend config in the profile")
        self.notes.append(f"options that this tree does not take: {len(missing)}")

    def _wrap(self, argv: Sequence[str | Path], cwd: Path) -> list[str]:
        """The command in the sandbox, where only ``out`` can be written; the base also fills
        ccache's folder.
        """
        shared = _ccache()
        shared.mkdir(parents=True, exist_ok=True)
        folder, writable = self.folder, [self.folder.out]
        readable = [folder.tree, *([folder.given] if folder.given.exists() else [])]
        readable += self._toolchain()
        (readable if self.foreign else writable).append(shared)
        return self.sandbox.wrap(argv, cwd=cwd, readable=readable, writable=writable)

    def _environment(self) -> dict[str, str]:
        ccache = _ccache()
        settings = {
            "CCACHE_DIR": str(ccache),
            "CCACHE_MAXSIZE": "2G",
            "CCACHE_TEMPDIR": "/tmp" if self.foreign else str(ccache / "tmp"),
            "CCACHE_NOSTATS": "1",
            "CCACHE_DEPEND": "1",  # what is not known costs no run of the preprocessor
            "GIT_CEILING_DIRECTORIES": str(self.folder.top),
        }
        if self.foreign:
            settings["CCACHE_READONLY"] = "1"
        return environment(**settings)

    def _toolchain(self) -> list[Path]:
        """Where a compiler of the user's own lies, should that not be the system's."""
        compiler = shutil.which(f"{self.execution.cross_compile}gcc")
        if not compiler or compiler.startswith(("/usr/", "/bin/", "/opt/", "/nix/", "/gnu/")):
            return []
        return [Path(compiler).resolve().parents[1]]


def brings_options(paths: Iterable[str]) -> bool:
    """Whether a series that touches ``paths`` may bring options that the base does not have."""
    return any(posixpath.basename(path).startswith("Kconfig") for path in paths)


def with_debug(objects: Iterable[str]) -> dict[str, str]:
    """Variables for :meth:`Kbuild.make` that put debug information into these objects alone.

    kbuild adds CFLAGS_KERNEL to the command of each object of the kernel, and CFLAGS_MODULE to
    that of one of a module (Documentation/kbuild/kbuild.rst), where ``$@`` is the object.
    """
    flag = f"$(if $(filter {' '.join(objects)},$@),-g)"
    return {"CFLAGS_KERNEL": flag, "CFLAGS_MODULE": flag}


def _ccache() -> Path:
    """Where ccache keeps what it knows: one folder for all trees."""
    return root() / "build" / "ccache"


def _variables(execution: Execution) -> dict[str, str]:
    """What make is told on its command line, whatever the target."""
    variables = dict(_FIXED)
    if execution.arch:
        variables["ARCH"] = execution.arch
    if execution.cross_compile:
        variables["CROSS_COMPILE"] = execution.cross_compile
    if shutil.which("ccache"):
        variables["CC"] = f"ccache {execution.cross_compile}gcc"
        variables["HOSTCC"] = "ccache gcc"
    return variables


@contextmanager
def building(
    base: Snapshot, configuration: Configuration, execution: Execution
) -> Iterator[Kbuild]:
    """A kernel to build, in the folder that is kept for trees like ``base``.

    Raises CheckError where there is no sandbox, no kernel Makefile, or no room.
    """
    sandbox = choose(execution.sandbox)
    version = _VERSION.search(base.read("Makefile") or b"")
    if not version:
        raise CheckError("the base's Makefile has no VERSION and PATCHLEVEL: it cannot be built")
    name = f"{int(version[1])}.{int(version[2])}-{execution.arch or platform.machine()}"
    same = repr((configuration, _variables(execution), packages.compiler(execution)))
    key = hashlib.sha256(same.encode()).hexdigest()[:12]
    with opened(root() / "build" / name, key, execution.progress) as folder:
        for file, content in configuration.files.items():
            folder.give(file, content)
        yield Kbuild(folder, sandbox, execution, configuration.at(folder.given))
