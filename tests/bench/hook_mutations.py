# SPDX-License-Identifier: GPL-2.0-or-later
"""Changes of the hooks of a real tree: wrong ones and right ones. Part of hooks.py."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from verify_series.c.functions import find_functions
from verify_series.c.source import read_source
from verify_series.lsm.hooks import HOOKS

SECURITY = "security/security.c"
HEADER = "include/linux/security.h"

Files = Mapping[str, str]


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

    def __init__(self, files: Files) -> None:
        self.files = files
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
    for one, other in pairwise(tree.users):
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
    for one, other in pairwise(tree.users):
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
