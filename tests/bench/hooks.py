# SPDX-License-Identifier: GPL-2.0-or-later
"""Breaks the hooks of a real tree, one at a time, and counts what lsm-hook finds.

Each mutation is a patch of one file or more on 7.2, or the tree that --tree names. Wrong ones must
give a new error, right ones none. Prints a row a kind: how many, how many with a new error, and
seconds of CPU for one. Needs ../shared, or --tree.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

TOP = Path(__file__).parents[2]
sys.path.insert(0, str(TOP / "tools"))

from verify_series.c.functions import find_functions  # noqa: E402
from verify_series.c.source import read_source  # noqa: E402
from verify_series.checkers import lsm_hook  # noqa: E402
from verify_series.lsm import bpf  # noqa: E402
from verify_series.lsm.hooks import HOOKS  # noqa: E402
from verify_series.model import (  # noqa: E402
    AppliedSeries,
    Change,
    Hunk,
    Patch,
    Series,
    Severity,
    Snapshot,
    State,
    Step,
)
from verify_series.store import Store  # noqa: E402

SHARED = Path(os.environ.get("VERIFY_SERIES_SHARED", TOP.parent / "shared"))
SECURITY = "security/security.c"
HEADER = "include/linux/security.h"

Files = Mapping[str, str]


class Changed(Store):
    """The objects of a tree, with other content for some paths in the commit ``changed``."""

    commit = ""
    files: Mapping[str, bytes] = {}

    def read_many(self, commit: str, paths: Iterable[str]) -> dict[str, bytes]:
        found = super().read_many(self.commit, paths)
        other = {path: self.files[path] for path in found if path in self.files}
        return {**found, **other} if commit == "changed" else found

    def blob_ids(self, commit: str, under: str) -> dict[str, str]:
        ids = super().blob_ids(self.commit, under)
        other = {p: str(hash(d)) for p, d in self.files.items() if p in ids}
        return {**ids, **other} if commit == "changed" else ids

    def grep(self, commit: str, words: Iterable[str], where: str) -> bytes:
        return super().grep(self.commit, words, where)

    def files_with(self, commit: str, texts: Iterable[str], where: Iterable[str]) -> list[str]:
        return super().files_with(self.commit, texts, where)


@dataclass(frozen=True)
class Hook:
    text: str
    name: str
    head: str
    parameters: tuple[str, ...]

    def write(self, name: str, parameters: Iterable[str]) -> str:
        return f"LSM_HOOK({self.head}, {', '.join([name, *parameters])})\n"


@dataclass(frozen=True)
class User:
    """A registration, and the definition of its function: the text from its name to the ``)``."""

    hook: str
    function: str
    path: str
    text: str
    definition: str
    head: str
    parameters: tuple[str, ...]


def split(text: str) -> tuple[str, ...]:
    """Parameters, at the commas outside of brackets."""
    parts = re.split(r",\s*(?![^()]*\))", re.sub(r"\s+", " ", text.strip()))
    return tuple(part for part in parts if part)


class Tree:
    """What there is to break."""

    def __init__(self, store: Changed) -> None:
        self.store = store
        base = Snapshot(store.commit, store)
        paths = [p for p in base.blob_ids("security") if p.endswith(".c")]
        data = base.read_many([*paths, *bpf.FILES, HOOKS, HEADER])
        self.files = {path: text.decode() for path, text in data.items()}
        pattern = r"^LSM_HOOK\((\w+, [^,]+), (\w+)(?:,\s*(.*?))?\)\n(?=LSM_HOOK|#|\n|$)"
        self.hooks = [
            Hook(m[0], m[2], m[1], split(m[3] or ""))
            for m in re.finditer(pattern, self.files[HOOKS], re.MULTILINE | re.DOTALL)
        ]
        self.users = list(self._users())

    def _users(self) -> Iterator[User]:
        for path, text in self.files.items():
            defined = {}
            if "LSM_HOOK_INIT" in text:
                for f in find_functions(read_source(path, text.encode())):
                    if f.defined:
                        defined[f.name] = f.line
            for m in re.finditer(r"LSM_HOOK_INIT\(\s*(\w+),\s*(\w+)\)", text):
                if m[2] in defined:
                    rest = "".join(text.splitlines(keepends=True)[defined[m[2]] - 1 :])
                    head = re.match(rf"(.*?\b{m[2]})\(((?:[^()]|\([^()]*\))*)\)", rest, re.DOTALL)
                    if head and text.count(head[0]) == 1:
                        yield User(m[1], m[2], path, m[0], head[0], head[1], split(head[2]))

    def edit(self, path: str, old: str, new: str) -> dict[str, str]:
        text = self.files[path]
        return {path: text.replace(old, new, 1)} if old in text and old != new else {}


def other_type(parameter: str) -> str | None:
    """The parameter with a type that no compiler takes for the same."""
    if "(" in parameter or parameter in ("void", "..."):
        return None
    if "struct " in parameter:
        other = "struct file" if "struct seq_file" in parameter else "struct seq_file"
        return re.sub(r"struct \w+", other, parameter)
    if "*" in parameter:
        return parameter.replace("*", "**", 1)
    return re.sub(r"^.*?(\w+)$", r"struct seq_file *\1", parameter)


# Wrong: each gives a new error.


def hook_renamed(tree: Tree) -> Iterator[Files]:
    for hook in tree.hooks:
        yield tree.edit(HOOKS, hook.text, hook.write(f"{hook.name}_now", hook.parameters))


def hook_removed(tree: Tree) -> Iterator[Files]:
    for hook in tree.hooks:
        yield tree.edit(HOOKS, hook.text, "")


def hook_retyped(tree: Tree) -> Iterator[Files]:
    for hook in tree.hooks:
        for i, parameter in enumerate(hook.parameters):
            other = other_type(parameter)
            if other:
                changed = [*hook.parameters[:i], other, *hook.parameters[i + 1 :]]
                yield tree.edit(HOOKS, hook.text, hook.write(hook.name, changed))


def hook_gets_a_parameter(tree: Tree) -> Iterator[Files]:
    for hook in tree.hooks:
        given = [] if hook.parameters == ("void",) else hook.parameters
        yield tree.edit(HOOKS, hook.text, hook.write(hook.name, [*given, "unsigned int flags2"]))


def hook_loses_a_parameter(tree: Tree) -> Iterator[Files]:
    for hook in tree.hooks:
        if len(hook.parameters) > 1:
            yield tree.edit(HOOKS, hook.text, hook.write(hook.name, hook.parameters[:-1]))


def function_loses_a_parameter(tree: Tree) -> Iterator[Files]:
    for user in tree.users:
        if user.parameters not in ((), ("void",)):
            kept = ", ".join(user.parameters[:-1]) or "void"
            yield tree.edit(user.path, user.definition, f"{user.head}({kept})")


def function_is_retyped(tree: Tree) -> Iterator[Files]:
    for user in tree.users:
        for i, parameter in enumerate(user.parameters):
            other = other_type(parameter)
            if other:
                changed = ", ".join([*user.parameters[:i], other, *user.parameters[i + 1 :]])
                yield tree.edit(user.path, user.definition, f"{user.head}({changed})")


def hook_misspelt(tree: Tree) -> Iterator[Files]:
    for user in tree.users:
        yield tree.edit(user.path, user.text, user.text.replace(user.hook, f"{user.hook[:-1]}x", 1))


def function_misspelt(tree: Tree) -> Iterator[Files]:
    for user in tree.users:
        wrong = f"LSM_HOOK_INIT({user.hook}, {user.function}x)"
        yield tree.edit(user.path, user.text, wrong)


def functions_swapped(tree: Tree) -> Iterator[Files]:
    """Two registrations of a file exchange their functions, which have not the same number of
    parameters."""
    for one, other in zip(tree.users, tree.users[1:], strict=False):
        if one.path == other.path and len(one.parameters) != len(other.parameters):
            text = tree.files[one.path]
            first = f"LSM_HOOK_INIT({one.hook}, {other.function})"
            second = f"LSM_HOOK_INIT({other.hook}, {one.function})"
            yield {one.path: text.replace(one.text, first, 1).replace(other.text, second, 1)}


def call_loses_an_argument(tree: Tree) -> Iterator[Files]:
    pattern = r"call_(?:int|void)_hook\(\w+(?:,[^;()]*)?(, ?[^,;()]+)\)"
    for m in re.finditer(pattern, tree.files[SECURITY]):
        yield tree.edit(SECURITY, m[0], m[0].replace(m[1], "", 1))


def call_misspelt(tree: Tree) -> Iterator[Files]:
    for m in re.finditer(r"call_(?:int|void)_hook\((\w+)", tree.files[SECURITY]):
        yield tree.edit(SECURITY, m[0], f"{m[0]}s")


def stub_lost(tree: Tree) -> Iterator[Files]:
    pattern = r"^static inline [^;{}]*?\bsecurity_\w+\([^{}]*?\)\n\{.*?^\}\n"
    for m in re.finditer(pattern, tree.files[HEADER], re.MULTILINE | re.DOTALL):
        if re.search(rf"\b{re.search(r'security_[a-z0-9_]+', m[0])[0]}\(", tree.files[SECURITY]):  # type: ignore[index]
            yield tree.edit(HEADER, m[0], "")


def declaration_lost(tree: Tree) -> Iterator[Files]:
    """The function is still defined; its stub stays."""
    pattern = r"^(?:extern )?(?:int|void) (security_\w+)\([^{};]*\);\n"
    for m in re.finditer(pattern, tree.files[HEADER], re.MULTILINE):
        if f"static inline int {m[1]}(" not in tree.files[HEADER]:
            continue
        yield tree.edit(HEADER, m[0], "")


# Right: none gives an error.


def parameters_renamed(tree: Tree) -> Iterator[Files]:
    for hook in tree.hooks:
        if not any("(" in p or p in ("void", "...") for p in hook.parameters):
            changed = [f"{p}_" if re.search(r"[\s*]\w+$", p) else p for p in hook.parameters]
            yield tree.edit(HOOKS, hook.text, hook.write(hook.name, changed))


def hook_reflowed(tree: Tree) -> Iterator[Files]:
    for hook in tree.hooks:
        flowed = hook.write(hook.name, hook.parameters).replace(", ", ",\n\t ")
        yield tree.edit(HOOKS, hook.text, flowed)


def function_reflowed(tree: Tree) -> Iterator[Files]:
    for user in tree.users:
        flowed = ",\n\t\t".join(user.parameters)
        yield tree.edit(user.path, user.definition, f"{user.head}(\n\t\t{flowed})")


def function_parameters_const(tree: Tree) -> Iterator[Files]:
    """Top-level const: ``const int a``, ``struct file *const f``."""
    for user in tree.users:
        if user.parameters in ((), ("void",)) or any("(" in p for p in user.parameters):
            continue
        changed = [
            re.sub(r"\*\s*(\w+)$", r"*const \1", p) if "*" in p else f"const {p}"
            for p in user.parameters
        ]
        yield tree.edit(user.path, user.definition, f"{user.head}({', '.join(changed)})")


def types_spelt_otherwise(tree: Tree) -> Iterator[Files]:
    words = {"u32": "unsigned int", "unsigned int": "unsigned", "unsigned long": "long unsigned"}
    for user in tree.users:
        for word, other in words.items():
            if re.search(rf"\b{word}\b(?! long| int)", user.definition):
                changed = re.sub(rf"\b{word}\b", other, user.definition, count=1)
                yield tree.edit(user.path, user.definition, changed)


def registrations_reordered(tree: Tree) -> Iterator[Files]:
    for one, other in zip(tree.users, tree.users[1:], strict=False):
        text = tree.files[one.path]
        between = text[text.find(one.text) : text.find(other.text)]
        if one.path == other.path and "#" not in between:
            text = text.replace(one.text, "@1", 1).replace(other.text, one.text, 1)
            yield {one.path: text.replace("@1", other.text, 1)}


def hook_renamed_everywhere(tree: Tree) -> Iterator[Files]:
    for hook in tree.hooks:
        files = {}
        for path, text in tree.files.items():
            if hook.name in text and path != HEADER:
                lines = [_renamed(line, hook.name) for line in text.splitlines(keepends=True)]
                files |= {path: "".join(lines)} if "".join(lines) != text else {}
        yield files


def _renamed(line: str, name: str) -> str:
    uses = ("LSM_HOOK", "_hook", "LSM_RET_DEFAULT", "hook.", "bpf_lsm_")
    found = rf"(?<=[(,.\s]){name}(?=[,)(])|(?<=bpf_lsm_){name}(?=[)(])"
    return re.sub(found, f"{name}_now", line) if any(word in line for word in uses) else line


def registration_removed(tree: Tree) -> Iterator[Files]:
    """With the function, as the compiler asks for."""
    for user in tree.users:
        yield tree.edit(user.path, f"{user.text},\n", "\n")


WRONG: tuple[Callable[[Tree], Iterator[Files]], ...] = (
    hook_renamed,
    hook_removed,
    hook_retyped,
    hook_gets_a_parameter,
    hook_loses_a_parameter,
    function_loses_a_parameter,
    function_is_retyped,
    hook_misspelt,
    function_misspelt,
    functions_swapped,
    call_loses_an_argument,
    call_misspelt,
    stub_lost,
    declaration_lost,
)
RIGHT: tuple[Callable[[Tree], Iterator[Files]], ...] = (
    parameters_renamed,
    hook_reflowed,
    function_reflowed,
    function_parameters_const,
    types_spelt_otherwise,
    registrations_reordered,
    registration_removed,
    hook_renamed_everywhere,
)


def applied(tree: Tree, files: Files) -> AppliedSeries:
    """A series of one patch."""
    store = tree.store
    store.files = {path: text.encode() for path, text in files.items()}
    patch = Patch(1, "1@example.org", "A change", "Ada <ada@example.org>", b"")
    series = Series("1@example.org", "A change", "Ada <ada@example.org>", 1, 1, (patch,))
    hunks = {path: (path, (_hunk(tree.files[path], text),)) for path, text in files.items()}
    changes = tuple(Change(path, path) for path in files)
    step = Step(patch, Snapshot("changed", store), changes, hunks)
    return AppliedSeries(series, Snapshot(store.commit, store), (step,))


def _hunk(before: str, after: str) -> Hunk:
    """All lines between the first and the last that differ."""
    old, new = before.split("\n"), after.split("\n")
    shortest = min(len(old), len(new))
    start = next((i for i in range(shortest) if old[i] != new[i]), shortest)
    end = next((i for i in range(shortest - start) if old[-1 - i] != new[-1 - i]), shortest - start)
    counts = len(old) - start - end, len(new) - start - end
    return Hunk(start + (counts[0] > 0), counts[0], start + (counts[1] > 0), counts[1])


def errors(tree: Tree, files: Files) -> list[str]:
    found = lsm_hook.run(applied(tree, files), None).findings
    return [str(f) for f in found if f.state is State.NEW and f.severity is Severity.ERROR]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tree", type=Path, help="a kernel repository; its HEAD is broken")
    parser.add_argument("--most", type=int, default=60, help="mutations of one kind, at random")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", action="store_true", help="print those that come out wrong")
    given = parser.parse_args()
    script = SHARED / "bin" / "kernel-tree"
    if not given.tree and not script.exists():
        sys.exit(f"no real trees: {SHARED} does not exist; give --tree")
    folder = given.tree or Path(subprocess.check_output([script, "7.2"], text=True).strip())
    ask = ["git", "-C", str(folder), "rev-parse"]
    commit = subprocess.check_output([*ask, "HEAD"], text=True).strip()
    objects = subprocess.check_output([*ask, "--git-path", "objects"], text=True).strip()
    with tempfile.TemporaryDirectory() as name:
        store = Changed.create(Path(name), (folder / objects).resolve())
        assert isinstance(store, Changed)
        store.commit = commit
        tree = Tree(store)
        print(f"{len(tree.hooks)} hooks, {len(tree.users)} functions")
        for title, kinds in (("wrong", WRONG), ("right", RIGHT)):
            total = [0, 0]
            for kind in kinds:
                mutations = [files for files in kind(tree) if files]
                random.Random(given.seed).shuffle(mutations)
                begin, count, missed = time.process_time(), 0, []
                for files in mutations[: given.most]:
                    said = errors(tree, files)
                    count += bool(said)
                    if bool(said) is (title == "right"):
                        missed.append((files, said))
                number = len(mutations[: given.most])
                spent = (time.process_time() - begin) / max(1, number)
                label = kind.__name__.replace("_", " ")
                print(f"{title:6} {label:32}{number:6}{count:6}  {spent:6.2f} s", flush=True)
                total[0] += number
                total[1] += count
                for files, said in missed if given.show else ():
                    for path, text in files.items():
                        changed = set(text.split("\n")) ^ set(tree.files[path].split("\n"))
                        print(f"    {path}: {sorted(changed)[:4]} {said[:3]}")
            print(f"{title:6} {'all':32}{total[0]:6}{total[1]:6}  {total[1] / total[0]:7.1%}")
        store.close()


if __name__ == "__main__":
    main()
