# SPDX-License-Identifier: GPL-2.0-or-later
"""Hooks in a file: listed, registered, called."""

from __future__ import annotations

import pytest

from verify_series.c import Unreadable
from verify_series.c.source import Source, read_source
from verify_series.lsm.hooks import find_calls, find_hooks, find_named, find_registrations


def read(text: str) -> Source:
    return read_source("a.c", text.encode())


def test_hooks() -> None:
    text = "LSM_HOOK(int, 0, open, struct file *f)\n#ifdef A\nLSM_HOOK(void, X, done, void)\n#endif"
    found = find_hooks(read(text))
    assert [
        (h.name, str(h.prototype), h.line, len(h.when)) for hs in found.values() for h in hs
    ] == [
        ("open", "int (struct file *)", 1, 0),
        ("done", "void (void)", 3, 1),
    ]


def test_registrations() -> None:
    text = (
        "a[] = { LSM_HOOK_INIT(open, f),\nLSM_HOOK_INIT(done, &g),\nLSM_HOOK_INIT(x, (t)h) };\n"
        "#define LSM_HOOK_INIT(NAME, HOOK) { NAME, HOOK }\n"
    )
    assert [(r.hook, r.function, r.line) for r in find_registrations(read(text))] == [
        ("open", "f", 1),
        ("done", "g", 2),
        ("x", "", 3),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("call_int_hook(open, a, b(c, d))", [("open", 2)]),
        ("call_void_hook(done)", [("done", 0)]),
        ("lsm_for_each_hook(scall, open)", [("open", None)]),
        ("rc = LSM_RET_DEFAULT(open)", [("open", None)]),
        ("scall->hl->hook.open(a)", [("open", 1)]),
        ("scall->hl->hook.open = a", []),
        ("each(p, &security_hook_heads.open, list)", [("open", None)]),
        ("#define call_int_hook(HOOK, ...) LSM_RET_DEFAULT(HOOK)", []),
    ],
)
def test_calls(text: str, expected: list[tuple[str, int | None]]) -> None:
    found = find_calls(read(f"int f(void)\n{{\n{text};\n}}"), 1)
    assert [(c.hook, None if c.arguments is None else len(c.arguments)) for c in found] == expected


def test_the_value_that_older_kernels_give_first() -> None:
    (call,) = find_calls(read("call_int_hook(open, -ENOSYS, a);"), 2)
    assert [argument[0].text for argument in call.arguments or ()] == ["a"]


def test_names() -> None:
    text = "BTF_ID(func, bpf_lsm_open)\nBTF_ID(struct, a b)"
    assert list(find_named(read(text), "BTF_ID")) == [(1, ["func", "bpf_lsm_open"])]


@pytest.mark.parametrize(
    "text",
    ["LSM_HOOK_INIT(open,\n#ifdef A\nf)\n#endif", "LSM_HOOK_INIT(open\n#if A\n, f\n#endif\n)"],
)
def test_an_if_in_the_middle(text: str) -> None:
    with pytest.raises(Unreadable, match=r"an #if cuts through LSM_HOOK_INIT at a\.c:1"):
        find_registrations(read(text))
