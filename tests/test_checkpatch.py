# SPDX-License-Identifier: GPL-2.0-or-later
"""The adapter to checkpatch.pl: what it is given, and how its output is read.

A script of our own in the same output format plays checkpatch; tests/real runs the kernel's.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from repos import Repo
from verify_series import sandbox
from verify_series.apply import apply, read_mail
from verify_series.checkers import checkpatch
from verify_series.checkpatch_root import make_root
from verify_series.model import AppliedSeries, CheckError, Finding, Severity, UserError
from verify_series.store import Store

needs_perl = pytest.mark.skipif(not shutil.which("perl"), reason="perl is not installed")

# Says what it was told to say by lines "SAY ..." in the patch, in checkpatch's form.
SCRIPT = r"""
my $V = '9.99';
my ($n, $status) = (0, 0);
my @files = grep { !/^--/ } @ARGV;
for my $file (@files) {
    my $line = '-' x length($file);
    print "$line\n$file\n$line\n" if @files > 1;
    open(my $in, '<', $file) or die;
    while (<$in>) {
        if (/^\+?(?:SAY|int) *(ERROR|WARNING|CHECK) (\w+);/) {
            $status = 1;
            print "$1:$2: it is said\n#$.: FILE: a.c:7:\n+int $1 $2;\n\n";
        }
        if (/^SAYALL (\w+)/) { $status = 1; print "WARNING:$1: about the message\n\n"; }
        exit 3 if /^DIE/;
        exit 1 if /^LIE/;
    }
    print "$file has no obvious style problems and is ready for submission.\n";
}
exit $status;
"""


@pytest.fixture
def base(repo: Repo) -> str:
    return repo.commit({"a.c": "int a;\n", "scripts/checkpatch.pl": SCRIPT}, "base")


@pytest.fixture
def store(repo: Repo, tmp_path: Path) -> Iterator[Store]:
    made = Store.create(tmp_path / "store", repo.folder / ".git" / "objects")
    yield made
    made.close()


def applied(repo: Repo, store: Store, base: str) -> AppliedSeries:
    series = repo.series(base)
    return apply(store, base, series, [read_mail(store, patch) for patch in series.patches])


@needs_perl
def test_findings_belong_to_their_patch(repo: Repo, store: Store, base: str) -> None:
    repo.commit({"a.c": "int a;\nint ERROR SPACING;\n"}, "sub: one")
    repo.commit({"b.c": "int b;\n"}, "sub: two\n\nSAYALL NO_DESCRIPTION")
    repo.commit({"c.c": "int CHECK CAMELCASE;\nint WARNING LONG_LINE;\n"}, "sub: three")
    examined = checkpatch.run(applied(repo, store, base), None)
    found = ("a.c", 7, "it is said")
    assert examined.findings == (
        Finding("checkpatch", "SPACING", Severity.ERROR, *found, patch=1),
        Finding(
            "checkpatch",
            "NO_DESCRIPTION",
            Severity.WARNING,
            "commit message",
            0,
            "about the message",
            patch=2,
        ),
        Finding("checkpatch", "CAMELCASE", Severity.NOTE, *found, patch=3),
        Finding("checkpatch", "LONG_LINE", Severity.WARNING, *found, patch=3),
    )
    assert examined.count == 3
    assert examined.versions == {"checkpatch": "9.99"}


@needs_perl
def test_a_clean_series_passes(repo: Repo, store: Store, base: str) -> None:
    repo.commit({"a.c": "int a;\nint b;\n"}, "sub: one")
    examined = checkpatch.run(applied(repo, store, base), None)
    assert (examined.count, examined.findings) == (1, ())


def test_a_tree_without_the_script_is_skipped(repo: Repo, store: Store) -> None:
    base = repo.commit({"a.c": "int a;\n"}, "base")
    repo.commit({"a.c": "int b;\n"}, "sub: one")
    examined = checkpatch.run(applied(repo, store, base), None)
    assert (examined.count, examined.skip) == (0, "the base tree has no scripts/checkpatch.pl")


@needs_perl
def test_the_script_is_the_base_trees(repo: Repo, store: Store, base: str) -> None:
    """A series that silences checkpatch does not silence it here."""
    repo.commit({"scripts/checkpatch.pl": "exit 0;\n", "a.c": "int ERROR SPACING;\n"}, "sub: one")
    examined = checkpatch.run(applied(repo, store, base), None)
    assert [finding.rule for finding in examined.findings] == ["SPACING"]


@needs_perl
@pytest.mark.parametrize("more", [0, 1])
@pytest.mark.parametrize(("word", "status"), [("DIE", 3), ("LIE", 1)])
def test_no_result_is_no_pass(
    repo: Repo, store: Store, base: str, word: str, status: int, more: int
) -> None:
    repo.commit({"a.c": "int b;\n"}, f"sub: one\n\n{word}")
    for number in range(more):
        repo.commit({"b.c": "int b;\n"}, f"sub: more {number}")
    with pytest.raises(CheckError) as caught:
        checkpatch.run(applied(repo, store, base), None)
    assert str(caught.value) in (
        f"scripts/checkpatch.pl gave no result: it ended with status {status}",
        "scripts/checkpatch.pl did not come to every patch",
    )
    assert "gave no result" in str(caught.value) or (word, more) == ("LIE", 1)


def test_split_output_needs_every_name() -> None:
    with pytest.raises(CheckError, match="did not come to every patch"):
        checkpatch.split_output("-\na\n-\nfine\n", iter(["a", "b"]))


def test_split_output() -> None:
    assert split("all of it", "1.patch") == ["all of it"]
    text = "--\nab\n--\none\n\n---\nabc\n---\ntwo\n-\nx\n-\n"
    assert split(text, "ab", "abc") == ["one\n\n", "two\n-\nx\n-\n"]
    assert split("-\na\n-\n-\nb\n-\n-\nc\n-\nlast", "a", "b", "c") == ["", "", "last"]


def split(text: str, *names: str) -> list[str]:
    return checkpatch.split_output(text, iter(names))


#: With ~ where a line ends with a blank.
REPORTS = """\
ERROR:SPACING: space required: a, b
#12: FILE: drivers/a b.c:34:
+	if(x)
#13: FILE: b.c:35:
+	if(y)

WARNING:LONG_LINE:  too long
#9: ~
+	text
#20: FILE: c.c:5:
+	more
#30: FILE: d.c:6:


CHECK:CAMELCASE: Avoid CamelCase: <aB>
#1: FILE: x.c:1:

no report: of any kind
#1: FILE: y.c:1:

WARNING:COMMIT_LOG_LONG_LINE: about the message
#7: ~
text

ERROR:lower: is no type
"""


def test_read_reports() -> None:
    assert list(checkpatch.read_reports(REPORTS.replace("~", ""))) == [
        (Severity.ERROR, "SPACING", "space required: a, b", "drivers/a b.c", 34),
        (Severity.WARNING, "LONG_LINE", "too long", "", 0),
        (Severity.NOTE, "CAMELCASE", "Avoid CamelCase: <aB>", "x.c", 1),
        (Severity.WARNING, "COMMIT_LOG_LONG_LINE", "about the message", "", 0),
    ]
    assert list(checkpatch.read_reports("")) == []


def test_parse_knows_no_keys() -> None:
    assert checkpatch.parse({}) is None
    with pytest.raises(UserError, match="unknown key 'strict'"):
        checkpatch.parse({"strict": True})


def root_of(
    repo: Repo, store: Store, base: str, files: Mapping[str, str | bytes | None], message: str = ""
) -> tuple[set[str], dict[str, bytes], tuple[str, ...]]:
    repo.commit(files, f"sub: one\n\n{message}")
    with make_root(applied(repo, store, base)) as root:
        held = {
            str(path.relative_to(root.folder)): path.read_bytes()
            for path in root.folder.rglob("*")
            if path.is_file()
        }
        return set(held), held, root.notes


MAINTAINERS = """\
Head of the file

OLD BUS
S:	Obsolete
F:	drivers/old/

NEW BUS
S:	Maintained
F:	drivers/new/
"""


@pytest.fixture
def rich(repo: Repo) -> str:
    return repo.commit(
        {
            "scripts/checkpatch.pl": SCRIPT,
            "scripts/get_maintainer.pl": "exit 0;\n",
            "scripts/spdxcheck.py": "never\n",
            "MAINTAINERS": MAINTAINERS,
            "a.c": "int a;\n",
            "drivers/new/x.c": "int x;\n",
            "include/linux/io.h": "#include <asm/io.h>\n",
            "include/linux/words.h": "#define fooBar 1\n#define other 2\n",
            "Documentation/devicetree/bindings/acme.yaml": "compatible: acme,thing\n",
        },
        "base",
    )


def test_the_root_holds_only_what_is_asked_for(repo: Repo, store: Store, rich: str) -> None:
    names, held, notes = root_of(repo, store, rich, {"a.c": "int a;\nint b;\n"})
    assert names >= {"a.c", "COPYING", "Kbuild", "README"}
    assert not {n for n in names if n.startswith(("drivers/", "include/", "Documentation/"))}
    assert held["a.c"] == b"int a;\n"  # the base's
    assert held["MAINTAINERS"] == b""
    assert not names & {"scripts/get_maintainer.pl", "scripts/spdxcheck.py"}
    assert notes == ()


@pytest.mark.parametrize("path", ["drivers/old/a.c", "drivers/olds.c", "doc/Obsolete/a"])
def test_the_root_holds_what_tells_obsolete_code(
    repo: Repo, store: Store, rich: str, path: str
) -> None:
    names, held, _ = root_of(repo, store, rich, {"a.c": "int b;\n", path: "int c;\n"})
    assert b"OLD BUS" in held["MAINTAINERS"]
    assert b"NEW BUS" not in held["MAINTAINERS"]
    assert "scripts/get_maintainer.pl" in names


def test_the_root_holds_the_headers_that_matter(repo: Repo, store: Store, rich: str) -> None:
    text = '#include <asm/io.h>\nint fooBar = 1; /* someWord */\n\t"otherWord";\n'
    names, held, _ = root_of(repo, store, rich, {"a.c": text})
    assert "include/linux/io.h" in names
    assert held["include/words-in-use.h"] == b"#define fooBar 1\n"


def test_words_of_other_files_do_not_matter(repo: Repo, store: Store, rich: str) -> None:
    names, _, _ = root_of(repo, store, rich, {"a.txt": "int fooBar = 1;\n"})
    assert "include/words-in-use.h" not in names


def test_the_root_holds_bindings_for_a_compatible(repo: Repo, store: Store, rich: str) -> None:
    names, _, _ = root_of(repo, store, rich, {"a.c": '\t.compatible = "acme,thing",\n'})
    assert "Documentation/devicetree/bindings/acme.yaml" in names


def test_the_root_holds_files_that_the_message_names(repo: Repo, store: Store, rich: str) -> None:
    names, _, _ = root_of(repo, store, rich, {"a.c": "int b;\n"}, "See /home/me/drivers/new/x.c")
    assert "drivers/new/x.c" in names


def test_an_unsafe_path_never_reaches_a_shell(repo: Repo, store: Store, rich: str) -> None:
    names, _, notes = root_of(repo, store, rich, {"$(touch pwned).c": "int b;\n"})
    assert "scripts/get_maintainer.pl" not in names
    assert notes == (
        "obsolete code was not looked for: a path of the series is unsafe for checkpatch",
    )


@needs_perl
@pytest.mark.skipif(bool(sandbox.missing()), reason=sandbox.missing() or "-")
@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("open(my $x, '<', '{secret}') and exit 3;", 0),
        ("open(my $x, '>>', $ARGV[-1]) and exit 3;", 0),
        ("open(my $x, '>', '{secret}.new') and exit 3;", 0),
        ("system('git cat-file -e {commit}') and exit 3;", 0),  # it may ask git
        ("system('git cat-file -e {nothing}') and exit 3;", 3),
    ],
)
def test_it_runs_in_a_sandbox(
    repo: Repo, store: Store, hermetic: Path, code: str, status: int
) -> None:
    secret = hermetic / "secret"
    secret.write_text("secret")
    first = repo.commit({"a.c": "int a;\n"}, "first")
    code = code.format(secret=secret, commit=first, nothing="0" * 40)
    base = repo.commit({"scripts/checkpatch.pl": code + SCRIPT}, "base")
    repo.commit({"a.c": "int a;\nint b;\n"}, "sub: one")
    if status:
        with pytest.raises(CheckError, match="gave no result"):
            checkpatch.run(applied(repo, store, base), None)
    else:
        assert checkpatch.run(applied(repo, store, base), None).count == 1


@needs_perl
def test_without_a_sandbox_the_report_says_so(
    repo: Repo, store: Store, base: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox, "missing", lambda: "bwrap is ill")
    repo.commit({"a.c": "int a;\nint ERROR SPACING;\n"}, "sub: one")
    examined = checkpatch.run(applied(repo, store, base), None)
    assert [f.rule for f in examined.findings] == ["SPACING"]
    assert examined.notes[-1].endswith("limits alone: no sandbox (bwrap is ill)")
