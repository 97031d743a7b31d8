# SPDX-License-Identifier: GPL-2.0-or-later
"""Diffs that are odd, broken or hostile: what applies, applies exactly; the rest is refused."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bad_input import LINES, Judge, answer_in_process
from mails import ADA, mail

HEADER = (
    "diff --git a/toys/box.c b/toys/box.c\nindex 1111111..2222222 100644\n"
    "--- a/toys/box.c\n+++ b/toys/box.c\n"
)
HUNK = "@@ -4,3 +4,3 @@\n line 4\n-line 5\n+line five\n line 6\n"
FIVE = LINES.replace("line 5\n", "line five\n")
NO = "patch 1 (toys: x) does not apply: "
ON = f"{NO}git says "
NOT_WHOLE = "m is not whole (patch 1, its last hunk lacks lines)"
HUNK_1 = f"{NO}toys/box.c, hunk 1 of 1 at line 4: git says 'patch does not apply', on "


def new(path: str, line: str = "x", mode: str = "100644", end: str = "") -> str:
    """A diff that adds a file of one line."""
    quoted = path.startswith('"')
    old, after = (f'"{p}/{path[1:]}' if quoted else f"{p}/{path}" for p in "ab")
    return (
        f"diff --git {old} {after}\nnew file mode {mode}\nindex 0000000..1111111\n"
        f"--- /dev/null\n+++ {after}\n@@ -0,0 +1 @@\n+{line}\n{end}"
    )


FILTERS = "* filter=evil diff=evil text eol=crlf working-tree-encoding=utf-16"
NO_END = "\\ No newline at end of file\n"


def moved(kind: str, old: str, after: str) -> str:
    return (
        f"diff --git a/{old} b/{after}\nsimilarity index 100%\n"
        f"{kind} from {old}\n{kind} to {after}\n"
    )


#: A diff, and the files that it leaves behind among those it names.
GOOD: dict[str, tuple[str, dict[str, str]]] = {
    "as it is": (HEADER + HUNK, {"toys/box.c": FIVE}),
    "no newline at the end of the file": (
        HEADER + f"@@ -29,2 +29,2 @@\n line 29\n-line 30\n+line 30\n{NO_END}",
        {"toys/box.c": LINES[:-1]},
    ),
    "without git's header": (HEADER[HEADER.index("---") :] + HUNK, {"toys/box.c": FIVE}),
    "with an offset": (HEADER + HUNK.replace("-4,3 +4,3", "-14,3 +14,3"), {"toys/box.c": FIVE}),
    "a mode alone": (
        "diff --git a/toys/run.sh b/toys/run.sh\nold mode 100644\nnew mode 100755\n",
        {"toys/run.sh": "#!/bin/sh\n"},
    ),
    "renamed": (moved("rename", "toys/box.c", "toys/chest.c"), {"toys/chest.c": LINES}),
    "copied": (moved("copy", "toys/box.c", "toys/chest.c"), {"toys/chest.c": LINES}),
    "a link that leaves the tree is no file": (new("toys/l", "/etc/passwd", "120000", NO_END), {}),
    "an empty file": (
        "diff --git a/toys/e b/toys/e\nnew file mode 100644\nindex 0000000..e69de29\n",
        {"toys/e": ""},
    ),
    "hunks out of order": (
        HEADER + "@@ -14,3 +14,3 @@\n line 14\n-line 15\n+line XV\n line 16\n" + HUNK,
        {"toys/box.c": FIVE.replace("line 15\n", "line XV\n")},
    ),
    "one file twice": (
        HEADER + HUNK + HEADER + HUNK.replace("five", "V").replace("-line 5", "-line five"),
        {"toys/box.c": LINES.replace("line 5\n", "line V\n")},
    ),
    "text after it that looks like a hunk": (
        HEADER + HUNK + "and so on\n@@ nonsense @@\n",
        {"toys/box.c": FIVE},
    ),
    "marks of a conflict": (
        HEADER + "@@ -4,3 +4,4 @@\n line 4\n line 5\n+<<<<<<< HEAD\n line 6\n",
        {"toys/box.c": LINES.replace("line 5\n", "line 5\n<<<<<<< HEAD\n")},
    ),
    "names that differ from git's header": (
        HEADER.replace("a/toys/box.c b/toys/box.c", "a/toys/lid.c b/toys/lid.c") + HUNK,
        {"toys/box.c": FIVE},
    ),
    "from and to /dev/null, which git takes for a name": (
        "--- /dev/null\n+++ /dev/null\n@@ -0,0 +1 @@\n+x\n",
        {"dev/null": "x\n"},
    ),
    "a name in other case": (new("toys/BOX.c"), {"toys/BOX.c": "x\n"}),
    "names that Unicode calls the same": (
        new("toys/caf\u00e9") + new("toys/cafe\u0301", "y"),
        {"toys/caf\u00e9": "x\n", "toys/cafe\u0301": "y\n"},
    ),
    "names that differ in case alone": (
        new("toys/Lid") + new("toys/LID", "y"),
        {"toys/Lid": "x\n", "toys/LID": "y\n"},
    ),
    "a name with control characters": (
        new('"toys/a\\tb\\001\\177\\rc"'),
        {"toys/a\tb\x01\x7f\rc": "x\n"},
    ),
    "a name that is not UTF-8": (new('"toys/\\377\\376"'), {"toys/\udcff\udcfe": "x\n"}),
    "a name with a newline": (new('"toys/a\\nb"'), {"toys/a\nb": "x\n"}),
    "a name with escapes": (new("toys/\x1b[31mred"), {"toys/\x1b[31mred": "x\n"}),
    "a name of a device elsewhere": (new("con"), {"con": "x\n"}),
    "a name with a backslash": (new("a\\b"), {"a\\b": "x\n"}),
    "a name of 5,000 letters": (new("n" * 5000), {"n" * 5000: "x\n"}),
    "2,000 folders": (new("d/" * 2000 + "x"), {"d/" * 2000 + "x": "x\n"}),
    "a line of a million letters": (
        HEADER + HUNK.replace("five", "x" * 1_000_000),
        {"toys/box.c": LINES.replace("line 5\n", f"line {'x' * 1_000_000}\n")},
    ),
    "filters of .gitattributes": (
        new(".gitattributes", FILTERS) + HEADER + HUNK,
        {
            ".gitattributes": f"{FILTERS}\n",
            "toys/box.c": FIVE,
        },
    ),
    ".gitmodules with a command": (
        new(".gitmodules", "url=ext::sh -c 'exit 1'"),
        {".gitmodules": "url=ext::sh -c 'exit 1'\n"},
    ),
}

#: A diff, and the beginning of the sentence that refuses it.
BAD = {
    "paths without a/ and b/": (
        HEADER.replace(" a/", " ").replace(" b/", " ") + HUNK,
        f"{ON}'box.c: does not exist in index'",
    ),
    "paths with one folder more": (
        HEADER.replace("a/", "a/linux/").replace("b/", "b/linux/") + HUNK,
        f"{ON}'linux/toys/box.c: does not exist in index'",
    ),
    "fuzz needed": (HEADER + HUNK.replace(" line 4", " line four"), HUNK_1),
    "applied in part": (
        HEADER + HUNK + "@@ -14,3 +14,3 @@\n line 14\n-line XV\n+line 15\n line 16\n",
        f"{NO}toys/box.c, hunk 2 of 2 at line 14: git says 'patch does not apply', on ",
    ),
    "hunks that overlap": (
        HEADER + HUNK + "@@ -5,3 +5,3 @@\n line five\n-line 6\n+line VI\n line 7\n",
        f"{NO}toys/box.c, hunk 2 of 2 at line 5: git says",
    ),
    "a hunk with more lines than it says": (
        HEADER + HUNK.replace("-4,3 +4,3", "-4,1 +4,1"),
        f"{ON}'corrupt patch at line ",
    ),
    "a hunk with fewer": (HEADER + HUNK.replace("-4,3 +4,3", "-4,9 +4,9"), NOT_WHOLE),
    "10^9 lines": (HEADER + HUNK.replace("-4,3", "-4,1000000000"), NOT_WHOLE),
    "10^30 lines": (HEADER + HUNK.replace("+4,3", f"+4,1{'0' * 30}"), NOT_WHOLE),
    "a negative count": (HEADER + HUNK.replace(",3", ",-3"), f"{ON}'corrupt patch at line "),
    "an empty hunk": (HEADER + "@@ -4,0 +4,0 @@\n", f"{ON}'corrupt patch at line "),
    "no hunk": (HEADER, f"{ON}'patch with only garbage at line "),
    "the rest of a hunk missing": (HEADER + HUNK + "@@ -24,3 +24,3 @@\n line 24\n", NOT_WHOLE),
    "new over an old file": (new("toys/box.c"), f"{ON}'toys/box.c: already exists in index'"),
    "removed, but not all of it": (
        "diff --git a/toys/box.c b/toys/box.c\ndeleted file mode 100644\nindex 1111111..0000000\n"
        "--- a/toys/box.c\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-line 1\n-line 2\n",
        f"{NO}toys/box.c, hunk 1 of 1 at line 1: git says 'patch does not apply'",
    ),
    "renamed from nothing": (
        moved("rename", "toys/none.c", "toys/chest.c"),
        f"{ON}'toys/none.c: does not exist in index'",
    ),
    "renamed onto a file": (
        moved("rename", "toys/box.c", "toys/lid.c"),
        f"{ON}'toys/lid.c: already exists in index'",
    ),
    "renamed out of the tree": (
        moved("rename", "toys/box.c", "../chest.c"),
        f"{NO}'../chest.c' does not lie in the tree",
    ),
    "two names": (
        HEADER.replace("+++ b/toys/box.c", "+++ b/toys/lid.c").replace("diff --git", "was"),
        f"{ON}",
    ),
    "a submodule": (
        new("sub", f"Subproject commit {'1' * 40}", "160000"),
        "patch 1 (toys: x) changes a submodule; a kernel tree has none",
    ),
    "a file behind a link of the patch": (
        new("toys/l", "/tmp", "120000", NO_END) + new("toys/l/file"),
        f"{ON}'affected file 'toys/l/file' is beyond a symbolic link'",
    ),
    "a binary patch that is none": (
        "diff --git a/toys/image b/toys/image\nindex 1111111..2222222 100644\n"
        "GIT binary patch\nliteral 5\nMcmZQzzzzz\n\n",
        f"{ON}'corrupt binary patch at line ",
    ),
    "a binary file without its content": (
        "diff --git a/toys/image b/toys/image\nindex 1111111..2222222 100644\n"
        "Binary files a/toys/image and b/toys/image differ\n",
        f"{ON}'cannot apply binary patch to 'toys/image' without full index line'",
    ),
    "a context diff": (
        "*** a/toys/box.c\n--- b/toys/box.c\n***************\n*** 4,5 ****\n! line 4\n"
        "--- 4,5 ----\n! line IV\n",
        "m holds no patch, only 1 mail(s) without a diff in plain text",
    ),
    "a merge": (
        "diff --cc toys/box.c\nindex 111,222..333\n--- a/toys/box.c\n+++ b/toys/box.c\n"
        "@@@ -4,1 -4,1 +4,2 @@@\n  line 4\n++line IV\n",
        f"{ON}'No valid patches in input",
    ),
    **{
        f"the path {path}": (new(path), f"{NO}{path!r} does not lie in the tree")
        for path in ("../evil", "toys/../../evil", "toys/..")
    },
    **{
        f"the path {path}": (new(path), f"{ON}'invalid path '{path}''")
        for path in (
            "/tmp/evil",
            ".git/config",
            "toys/.git/hooks/x",
            ".GIT/config",
            ".git /config",
            "git~1/config",
            "./toys/x",
            "toys/",
            "toys/.",
        )
    },
    "the path toys//x": (new("toys//x"), f"{ON}'git apply: bad git-diff - inconsistent new"),
    "a path that looks like .git": (
        new(".g\u200cit/config"),
        "m is refused by b4, patch 1 (toys: x) holds Unicode control characters",
    ),
    "a path that runs backwards": (
        new("toys/\u202ecod.c"),
        "m is refused by b4, patch 1 (toys: x) holds Unicode control characters",
    ),
}


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Judge]:
    with pytest.MonkeyPatch.context() as patch:
        answer_in_process(patch)
        yield Judge(tmp_path_factory.mktemp("diffs"))


def sent(diff: str) -> bytes:
    body = f"Why.\n\nSigned-off-by: {ADA}\n---\n{diff}-- \n2.47.0\n"
    return mail("[PATCH] toys: x", body, "one@x.org")


@pytest.mark.parametrize("name", GOOD)
def test_what_applies_leaves_what_it_says(judge: Judge, name: str) -> None:
    diff, wanted = GOOD[name]
    told, files, _ = judge(sent(diff))
    assert told == ""
    assert files == wanted


@pytest.mark.parametrize("name", BAD)
def test_what_does_not_apply_has_one_sentence(judge: Judge, name: str) -> None:
    diff, wanted = BAD[name]
    told, files, _ = judge(sent(diff))
    assert (told[: len(wanted)], files) == (wanted, {})
