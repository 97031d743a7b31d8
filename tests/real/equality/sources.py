# SPDX-License-Identifier: GPL-2.0-or-later
"""Changes to C sources that documents show, ABI files, netlink specifications, MAINTAINERS."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from verify_series.docs.scan import ROOT

from . import texts
from .kernel import FUNCTION, Kernel, Mutation

_STRUCT = re.compile(r"(?m)^/\*\*\n \* struct (?P<name>\w+) - .*\n \* @(?P<param>\w+): .*\n(?= \*)")
_ENUM = re.compile(
    r"(?m)^/\*\*\n \* enum (?P<name>\w+) - .*\n(?: \*\n)?(?P<param> \* @\w+: .*\n)(?= \*)"
)


def of_sources(kernel: Kernel, times: int) -> Iterator[Mutation]:
    """C files and headers whose kernel-doc some document shows."""
    rules: dict[str, tuple[re.Pattern[str], Callable[[re.Match[str]], str]]] = {
        "parameter not described": (FUNCTION, _without_param),
        "parameter renamed": (FUNCTION, lambda m: m[0].replace(f"@{m['param']}:", "@no_such:", 1)),
        "excess parameter": (FUNCTION, lambda m: f"{m[0]} * @no_such: nothing\n"),
        "another prototype": (FUNCTION, lambda m: m[0].replace(m["name"], f"no_{m['name']}", 1)),
        "emphasis in a comment": (FUNCTION, lambda m: f"{m[0]} *\n * A *start without end.\n *\n"),
        "indentation in a comment": (
            FUNCTION,
            lambda m: f"{m[0]} *\n * Text:\n *   a\n *     b\n *   c\n * d\n *\n",
        ),
        "label in a comment": (
            FUNCTION,
            lambda m: f"{m[0]} *\n * See :ref:`no-such-label`.\n *\n",
        ),
        "good words in a comment": (FUNCTION, lambda m: f"{m[0]} *\n * More words.\n *\n"),
        "bad line": (FUNCTION, lambda m: f"{m[0]}no asterisk here\n"),
        "excess member": (_STRUCT, lambda m: f"{m[0]} * @no_such: nothing\n"),
        "member not described": (_STRUCT, _without_param),
        "value not described": (_ENUM, lambda m: m[0].replace(m["param"], "")),
        "excess value": (_ENUM, lambda m: f"{m[0]} * @NO_SUCH: nothing\n"),
    }
    for name, (pattern, change) in rules.items():
        sources = kernel.sources(lambda text, pattern=pattern: bool(pattern.search(text)))  # type: ignore[misc]
        for _, path in zip(range(times), sources, strict=False):
            text = kernel.text(path)
            match = kernel.random.choice(list(pattern.finditer(text)))
            changed = text[: match.start()] + change(match) + text[match.end() :]
            yield Mutation(f"{name}: {path}", {path: changed}, frozenset(kernel.index.users[path]))
    for name, more in texts.COMMENTS.items():
        for number, path in zip(range(times), kernel.sources(bool), strict=False):
            text = kernel.text(path)
            own = more.replace("verify", f"verify{number}")
            at = text.find("\n/**\n")
            changed = text[: at + 1] + own + text[at:] if at >= 0 else text + own
            yield Mutation(f"{name}: {path}", {path: changed}, frozenset(kernel.index.users[path]))


def _without_param(match: re.Match[str]) -> str:
    return re.sub(rf"(?m)^ \* @{match['param']}: .*\n", " *\n", match[0])


def of_other_files(kernel: Kernel, times: int) -> Iterator[Mutation]:
    """ABI files, netlink specifications, MAINTAINERS."""
    yield from _of_abi(kernel, times)
    specs = sorted(p for p in kernel.snapshot.blob_ids(f"{ROOT}/netlink/specs") if ".yaml" in p)
    for name, more in texts.SPECS.items():
        fitting = [p for p in specs if re.search(r"(?m)^( *)doc: [A-Z]", kernel.text(p))]
        for path in kernel.random.sample(fitting, min(times, len(fitting))):
            changed = re.sub(
                r"(?m)^( *)doc: (?=[A-Z])", rf"\1doc: {more} ", kernel.text(path), count=1
            )
            yield Mutation(f"{name}: {path}", {path: changed})
    text = kernel.text("MAINTAINERS")
    names = re.findall(r"(?m)^[A-Z0-9 ]{12,}\n(?=[A-Z]:\t)", text)
    name = kernel.random.choice(names)
    changed = text.replace(name, f"{name.strip()} *WITHOUT END\n", 1)
    yield Mutation("an entry's name: MAINTAINERS", {"MAINTAINERS": changed})


def _of_abi(kernel: Kernel, times: int) -> Iterator[Mutation]:
    """Entries in ABI files, by turns of those still in testing and of others."""
    files = sorted(p for p in kernel.snapshot.blob_ids(f"{ROOT}/ABI") if not p.endswith("README"))
    for number in range(times):
        for rule, (name, more) in enumerate(texts.ABI.items()):
            free = [p for p in files if p not in kernel.used and ("/testing/" in p) != number % 2]
            path, other = kernel.random.sample(free, 2)
            kernel.used |= {path, other}
            what = re.search(r"(?m)^What:[ \t]*(\S+)$", kernel.text(other))
            text = more.format(n=f"{number}{rule}", what=what[1] if what else "/sys/none")
            changed = f"{kernel.text(path).rstrip()}\n\n{text}"
            # The judge need not read the other one again, but no other change may touch it.
            yield Mutation(f"ABI, {name}: {path}", {path: changed}, frozenset([other]))
