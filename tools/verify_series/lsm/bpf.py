# SPDX-License-Identifier: GPL-2.0-or-later
"""The hooks as BPF programs see them: bpf_lsm_NAME(), made of lsm_hook_defs.h by a macro.

kernel/bpf/bpf_lsm.c sorts some of them into sets by their names, and kernel/bpf/bpf_lsm_proto.c
replaces some functions by its own.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from ..c.functions import find_functions
from ..c.lexer import decode
from ..c.types import same
from ..model import Finding, Severity
from .files import Files
from .hooks import HOOKS, NAME, Hook, fault, find_named

_TESTS = "tools/testing/selftests/bpf"
_ATTACHED = re.compile(r'"\??lsm(?:\.s|_cgroup)?/(\w+)"')  # SEC("lsm/NAME"), libbpf
FILES = ("kernel/bpf/bpf_lsm.c", "kernel/bpf/bpf_lsm_proto.c")
_PREFIX = "bpf_lsm_"


def faults(
    files: Files, hooks: Mapping[str, tuple[Hook, ...]], before: Collection[str]
) -> Iterator[Finding]:
    """``before`` are the hooks of the base: other functions may be called bpf_lsm_...(), too."""
    yield from _tests(files, set(before) - set(hooks))
    for path in FILES:
        source = files.source(path)
        if source is None:
            continue
        for line, names in find_named(source, "BTF_ID"):
            name = names[-1].removeprefix(_PREFIX)
            if names[0] == "func" and name != names[-1] and name not in hooks:
                yield fault("unknown-hook", source, line, f"{HOOKS} has no hook {name}")
        for f in find_functions(source):
            name = f.name.removeprefix(_PREFIX)
            if name == f.name or name not in {*hooks, *before}:
                continue
            if name not in hooks:
                yield fault("unknown-hook", source, f.line, f"{HOOKS} has no hook {name}")
            elif not any(same(f.prototype, hook.prototype) for hook in hooks[name]):
                hook = hooks[name][0]
                message = (
                    f"{f.name}() is {f.prototype}, but the hook {name} is {hook.prototype}"
                    f" ({HOOKS}:{hook.line})"
                )
                yield fault("prototype", source, f.line, message, f"{f.name} {f.prototype}")


def _tests(files: Files, gone: Collection[str]) -> Iterator[Finding]:
    """Selftests of BPF that attach to a hook which is gone: they fail when they are run."""
    if not gone:
        return
    texts = [f"/{name}" for name in gone]
    for path, data in files.read(files.snapshot.files_with(texts, [_TESTS])).items():
        for number, line in enumerate(decode(data).split("\n"), 1):
            for name in _ATTACHED.findall(line):
                if name in gone:
                    message = f"{HOOKS} has no hook {name} any more"
                    yield Finding(NAME, "unknown-hook", Severity.WARNING, path, number, message)
