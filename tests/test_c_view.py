# SPDX-License-Identifier: GPL-2.0-or-later
"""What a configuration sees, and which configurations there are."""

from __future__ import annotations

import pytest

from verify_series.c import Unreadable
from verify_series.c.source import Region, Source, read_source
from verify_series.c.view import MOST, Configuration, Undecided, View, configurations, reason


def read(text: str, path: str = "a.c") -> Source:
    return read_source(path, text.encode())


def seen(given: Configuration, *texts: str) -> str:
    """The last text between its first and last bracket, as the configuration sees it."""
    sources = [read(text, f"{i}.h") for i, text in enumerate(texts)]
    last = sources[-1]
    start, end = next((a, b) for a, b in last.closes.items() if last.tokens[a].text == "{")
    return " ".join(t.text for t in View(sources, given).tokens(Region(last, start + 1, end)))


def test_branches() -> None:
    text = "{ a\n#ifdef A\nb\n#else\nc\n#endif\n}"
    assert seen({"A": True}, text) == "a b"
    assert seen({"A": False}, text) == "a c"
    with pytest.raises(Undecided, match=r"^A$"):
        seen({}, text)


def test_the_last_definition_before_a_line_counts() -> None:
    text = "#define X 2\n{ X\n#undef X\nX\n#define X 3\nX\n#define X 4\n}\n#define X 5"
    assert seen({}, "#define X 1", text) == "2 X 3"
    assert seen({}, "#define X 1", "{ X }") == "1"


def test_a_macro_may_depend_on_the_configuration() -> None:
    text = "#ifdef A\n#define N 1\n#else\n#define N 2\n#endif\n{ N }"
    assert seen({"A": True}, text) == "1"
    assert seen({"A": False}, text) == "2"


@pytest.mark.parametrize(
    ("defined", "asked", "there"),
    [
        ("#define X", "#ifdef X", True),
        ("#define X\n#undef X", "#ifdef X", False),
        ("#define X 0", "#if X", False),
        ("#define X 2", "#if X > 1 && !defined(Y)", True),
        ("#define X(a) a", "#if X(0)", False),
    ],
)
def test_what_the_file_says_itself_is_no_option(defined: str, asked: str, there: bool) -> None:
    assert seen({"Y": False}, f"{defined}\n{{ a\n{asked}\nb\n#endif\n}}") == (
        "a b" if there else "a"
    )


def test_an_include_inside_cannot_be_read() -> None:
    with pytest.raises(Unreadable, match=r'^0\.h:3 includes "x\.inc" in the middle$'):
        seen({}, '#include "y.h"\n{ a\n#include "x.inc"\n}\n#include "z.h"')


def test_macros_that_nest_too_deep() -> None:
    text = "#define F(x) x\n{" + "F(" * 3000 + "a" + ")" * 3000 + "}"
    with pytest.raises(Unreadable, match=r"^the macros in 0\.h nest too deep$"):
        seen({}, text)


def all_configurations(text: str) -> tuple[list[tuple[Configuration, str]], bool]:
    source = read(text)
    start, end = next((a, b) for a, b in source.closes.items() if source.tokens[a].text == "{")
    return configurations(
        lambda given: View((source,), given).holds(source, source.when[start]),
        lambda given: " ".join(
            t.text for t in View((source,), given).tokens(Region(source, start + 1, end))
        ),
    )


def test_only_what_matters_is_enumerated() -> None:
    text = "#ifdef Z\n#endif\n#ifdef A\n{ a\n#if B && C\nb\n#endif\n}\n#endif"
    found, complete = all_configurations(text)
    assert complete
    assert sorted(found, key=str) == sorted(
        [
            ({"A": True, "B": False}, "a"),
            ({"A": True, "B": True, "C": False}, "a"),
            ({"A": True, "B": True, "C": True}, "a b"),
        ],
        key=str,
    )


def test_too_many_configurations_are_sampled() -> None:
    options = [f"A{i}" for i in range(12)]
    text = "{\n" + "".join(f"#ifdef {option}\n{option}\n#endif\n" for option in options) + "}"
    found, complete = all_configurations(text)
    assert not complete
    assert len(found) == 2 + 2 * 12 <= MOST
    texts = {text for _, text in found}
    assert {"", " ".join(options), *options} <= texts
    assert " ".join(options[1:]) in texts


def test_a_place_under_too_many_conditions() -> None:
    test = " || ".join(f"(A{i} && B{i})" for i in range(40))
    with pytest.raises(Unreadable, match="too many #if"):
        all_configurations(f"#if {test}\n{{ a }}\n#endif")


def test_reason() -> None:
    both = [{"A": a, "B": b} for a in (True, False) for b in (True, False)]
    assert reason(both, both) == ""
    assert reason(both[:2], both) == "A is set"
    assert reason(both[3:], both) == "A is not set and B is not set"
    assert reason([{"X == 1": False}], [{"X == 1": False}, {"X == 1": True}]) == "not X == 1"
