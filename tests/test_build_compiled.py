# SPDX-License-Identifier: GPL-2.0-or-later
"""Tables of names read from objects that the gcc at hand makes."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from mini_kbuild import needs_compiler
from verify_series.build.compiled import Compiled, NotThere, read

pytestmark = needs_compiler

SOURCE = """\
enum kind { KIND_A, KIND_B, KIND_D = 4, KIND_NONE = -1 };
typedef enum { OTHER_X, OTHER_Y } other;
static const char *const names[5] = { "a", [KIND_D] = "d", [KIND_B] = "b" "b" };
const char *others[] = { "x", 0 };
char letters[][2] = { "p", "q" };
const char *f(enum kind k, other o)
{
	return o ? others[o] : names[k];
}
"""


def compiled(folder: Path, *options: str) -> Path:
    (folder / "a.c").write_text(SOURCE)
    made = folder / "a.o"
    argv = ["gcc", *options, "-c", "-o", str(made), str(folder / "a.c")]
    if subprocess.run(argv, capture_output=True).returncode:
        pytest.skip(f"this gcc does not take {' '.join(options)}")
    return made


@pytest.mark.parametrize(
    "options", ["-g", "-g -Os", "-gdwarf-4", "-gdwarf-5", "-g -fPIE", "-g -m32"]
)
def test_enumerators_and_strings(tmp_path: Path, options: str) -> None:
    made = compiled(tmp_path, *options.split())
    assert read(made, [("kind", "names"), ("other", "others")]) == {
        "names": Compiled(
            (("KIND_A", 0), ("KIND_B", 1), ("KIND_D", 4), ("KIND_NONE", -1)),
            ("a", "bb", None, None, "d"),
            3,
        ),
        "others": Compiled((("OTHER_X", 0), ("OTHER_Y", 1)), ("x", None), 4),
    }


def test_the_name_at_an_index(tmp_path: Path) -> None:
    table = read(compiled(tmp_path, "-g"), [("kind", "names")])["names"]
    assert [table.name(value) for value in (-1, 0, 1, 2, 4, 5)] == [
        None,
        "a",
        "bb",
        None,
        "d",
        None,
    ]


@pytest.mark.parametrize(
    ("options", "enum", "table", "message"),
    [
        ("-g", "none", "names", "no enum none"),
        ("-g", "kind", "nothing", "no table nothing"),
        ("-g", "kind", "letters", "letters is no array of pointers"),
        ("-g0", "kind", "names", "has no enum kind"),
    ],
)
def test_what_is_not_there(
    tmp_path: Path, options: str, enum: str, table: str, message: str
) -> None:
    with pytest.raises(NotThere, match=message):
        read(compiled(tmp_path, options), [(enum, table)])


def test_no_object_at_all(tmp_path: Path) -> None:
    (tmp_path / "a.o").write_bytes(b"words")
    with pytest.raises(NotThere, match=r"a\.o cannot be read"):
        read(tmp_path / "a.o", [("kind", "names")])
