# SPDX-License-Identifier: GPL-2.0-or-later
"""The part of the command line that says which series, on which tree, and the jobs made of it."""

from __future__ import annotations

import argparse
import difflib
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn

from .. import cache, commits, tree
from ..checkers import EXECUTING, REGISTRY
from ..commits import Commits
from ..fetch import Request
from ..manifest import Manifest, manifests, read_manifest
from ..model import Execution, UserError
from ..names_given import hint, one_of
from ..verify import Job
from . import COMMANDS

_NEEDS_TREE = "it needs a kernel tree (give --tree DIR, or set KERNEL_TREE)"


class _Help(argparse.RawDescriptionHelpFormatter):
    """As wide as a screen."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=26, width=80)


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one sentence, as all errors of the user's input are."""

    def __init__(
        self, prog: str, description: str, epilog: str = "", usage: str | None = None
    ) -> None:
        super().__init__(
            prog,
            description=description,
            usage=usage,
            epilog=epilog,
            formatter_class=_Help,
            allow_abbrev=False,
        )

    def error(self, message: str) -> NoReturn:
        unknown = re.match(r"unrecognized arguments: (--[\w-]+)", message)
        known = [option for action in self._actions for option in action.option_strings]
        near = difflib.get_close_matches(unknown[1], known, 1) if unknown else []
        meant = f"did you mean {near[0]}? " if near else ""
        raise UserError(f"{message} ({meant}{self.prog} --help lists the options)")


def _revision(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no revision: give a number from 1")
    return int(text)


def add_series_options(parser: argparse.ArgumentParser) -> None:
    """Add SERIES and the options that say where it is and which checkers look at it."""
    add = parser.add_argument
    add("series", nargs="*", metavar="SERIES", help=argparse.SUPPRESS)
    add("--tree", metavar="DIR", help="kernel tree: git repository, source folder or tarball")
    add("--base", metavar="REV", help="commit to apply to (default: found out, and said)")
    add("--no-rewind", action="store_true", help="stop where the tree already has the series")
    add("--archive", metavar="URL", help="public-inbox to ask instead of lore.kernel.org")
    add("-v", dest="revision", type=_revision, metavar="N", help="revision (default: the newest)")
    add("-P", dest="pick", metavar="1,3-5", help="only these patches, as b4 am -P")
    add("--refresh", action="store_true", help="ask the archive again")
    add_checker_options(parser)
    add("--config", metavar="FILE", help="kernel configuration to compile with")
    add("--no-sandbox", action="store_true", help="compile with your own rights")
    add("--strict", action="store_true", help="warnings and notes gate as well")


def add_checker_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say which checkers look at a series."""
    add = parser.add_argument
    add(
        "--only",
        action="append",
        type=lambda word: one_of(word, REGISTRY, "checker"),
        metavar="NAME",
        default=[],
        help="run only this checker; repeatable",
    )
    add("--build", action="store_true", help="compile each patch, in a sandbox")
    add("--boot", action="store_true", help="boot kernels without and with the series")


def standing_tree(options: argparse.Namespace, cwd: Path) -> Path | None:
    """The tree that the user names, or stands in; it need not exist."""
    given = options.tree or os.environ.get("KERNEL_TREE")
    return cwd / Path(given).expanduser() if given else tree.default(cwd)


def open_repository(path: Path) -> tree.Tree | None:
    """The tree at ``path`` if it is a git repository; nothing is imported."""
    if not tree.is_repository(path):
        return None
    return tree.open_tree(path, cache=cache.root(), progress=lambda text: None)


def jobs(options: argparse.Namespace, cwd: Path) -> tuple[list[Job], list[tuple[str, str]]]:
    """What to verify, and the manifests that cannot be, with the reason."""
    known = manifests()
    standing = standing_tree(options, cwd)
    made: list[Job] = []
    skipped: list[tuple[str, str]] = []
    if not options.series:
        for name, path in known.items():
            manifest = read_manifest(path)
            if manifest.tree or standing:
                if manifest.listed:
                    made.append(_job(options, name, manifest, cwd, standing))
            else:
                skipped.append((name, _NEEDS_TREE))
        return made, skipped
    for name in options.series:
        found = read_manifest(known[name]) if name in known and not (cwd / name).exists() else None
        if found is None and name.endswith(".toml") and (cwd / name).is_file():
            found = read_manifest(cwd / name)
        own = None if found or (cwd / name).exists() else _own(options, name, standing)
        if found is None and own is None:
            _require_series(name, cwd, known, standing)
        made.append(_job(options, name, found, cwd, standing, own))
    return made, skipped


def _own(options: argparse.Namespace, name: str, standing: Path | None) -> Commits | None:
    """The user's own commits, where the tree is a repository that has such a range or branch."""
    opened = open_repository(standing) if standing else None
    if not opened or "://" in name or name == "-":
        return None
    found = commits.find(opened, name)
    if found and (options.base or options.pick or options.revision):
        raise UserError(f"{name} are commits: --base, -P and -v are for mails, choose by the range")
    return found


def _require_series(name: str, cwd: Path, known: Iterable[str], standing: Path | None) -> None:
    """A word that is no file, message-id or URL is a manifest's name with a slip in it."""
    if name == "-" or (cwd / name).exists() or re.search(r"@|://", name):
        return
    if ".." in name and "/" not in name:
        if not standing:
            raise UserError(f"{name}: {_NEEDS_TREE}")
        raise UserError(f"{standing} has no commits {name} (give a range such as HEAD~3..)")
    raise UserError(
        f"{name!r} is no file, message-id or URL, and no manifest of that name is in patches/"
        f" ({hint(name, [*known, *COMMANDS])})"
    )


def _job(
    options: argparse.Namespace,
    name: str,
    manifest: Manifest | None,
    cwd: Path,
    standing: Path | None,
    found: Commits | None = None,
) -> Job:
    own = manifest.tree if manifest else None
    where = own if own and not options.tree else standing
    if where is None:
        raise UserError(f"{name}: {_NEEDS_TREE}")
    source = name
    if manifest:
        source = manifest.message_id or str(manifest.file)
    request = Request(
        source=source,
        archive=options.archive or (manifest.archive if manifest else None),
        revision=options.revision or (manifest.revision if manifest else None),
        pick=options.pick,
        expected=manifest.patches if manifest and not options.pick else None,
        refresh=options.refresh,
    )
    return Job(
        request,
        where,
        commits=found,
        base=options.base,
        promised_base=manifest.base if manifest else None,
        rewind=not options.no_rewind,
        only=tuple(options.only),
        strict=options.strict,
        asked=_asked(options, manifest),
        execution=_execution(options, cwd),
        arguments=_again(options, name, None if own and not options.tree else where),
    )


def _asked(options: argparse.Namespace, manifest: Manifest | None) -> tuple[str, ...]:
    """The checkers that execute the series' code, as far as the user or the manifest asks."""
    named = {name for name in EXECUTING if getattr(options, name) or name in options.only}
    named.update(manifest.runs if manifest else ())
    return tuple(name for name in EXECUTING if name in named)


def _execution(options: argparse.Namespace, cwd: Path) -> Execution:
    config = cwd / Path(options.config).expanduser() if options.config else None
    if config and not config.is_file():
        raise UserError(f"no such file: {options.config} (give --config a kernel's .config)")
    return Execution(
        sandbox=not options.no_sandbox,
        config=config,
        arch=os.environ.get("ARCH", ""),
        cross_compile=os.environ.get("CROSS_COMPILE", ""),
    )


def _again(options: argparse.Namespace, name: str, where: Path | None) -> tuple[str, ...]:
    """The arguments that verify the same series again."""
    arguments = [name]
    if where:
        arguments += ["--tree", str(where)]
    for option in ("base", "archive"):
        if value := getattr(options, option):
            arguments += [f"--{option}", value]
    if options.revision:
        arguments += ["-v", str(options.revision)]
    if options.pick:
        arguments += ["-P", options.pick]
    if options.config:
        arguments += ["--config", options.config]
    if options.no_sandbox:
        arguments.append("--no-sandbox")
    if options.strict:
        arguments.append("--strict")
    return tuple(arguments)
