# SPDX-License-Identifier: GPL-2.0-or-later
"""The commands of the project: ``nox -l`` lists them, ``nox -s NAME -- ARGUMENTS`` runs one."""

import hashlib
from pathlib import Path

import nox

nox.options.sessions = ["verify-series"]
nox.options.reuse_existing_virtualenvs = True
nox.needs_version = ">=2024.10"

TOP = Path(__file__).parent


def install(session: nox.Session, extra: str = "") -> None:
    """Install the project, editable, unless it is there since pyproject.toml last changed."""
    stamp = Path(session.virtualenv.location) / "installed"
    wanted = hashlib.sha256((TOP / "pyproject.toml").read_bytes() + extra.encode()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    session.install("-q", "-e", f"{TOP}{extra}")
    stamp.write_text(wanted)


@nox.session(name="verify-series")
def verify_series(session: nox.Session) -> None:
    """The main job: verify the series named behind --, or all that patches/ lists."""
    install(session)
    session.chdir(session.invoked_from)
    session.run("verify-series", *session.posargs)


@nox.session
def tests(session: nox.Session) -> None:
    """The tests that need git and Python alone."""
    install(session, "[tests]")
    session.run("pytest", *session.posargs)


@nox.session
@nox.parametrize("version", ["8.2.3", "9.0.4"])
def sphinx(session: nox.Session, version: str) -> None:
    """The tests of the docs checker with the oldest Sphinx that will do, and the newest."""
    session.install("-q", "-e", f"{TOP}[tests]", f"Sphinx=={version}")
    tests = [*TOP.glob("tests/test_docs*.py"), TOP / "tests/test_sphinx_adapter.py"]
    session.run("pytest", *(session.posargs or map(str, tests)))


@nox.session
def real(session: nox.Session) -> None:
    """The tests on real kernel trees and real mails, where ../shared has them.

    With ``docs-equality`` or ``docs-alone`` as the first word behind --: the docs check beside full
    documentation builds (Documentation/docs-equality.rst), which takes long.
    """
    install(session, "[tests]")
    programs = {"docs-equality": "real.equality", "docs-alone": "real.equality.alone"}
    if session.posargs and (module := programs.get(session.posargs[0])):
        session.env["PYTHONPATH"] = str(TOP / "tests")
        session.run("python", "-m", module, *session.posargs[1:])
    else:
        session.run("pytest", "tests/real", *session.posargs)


@nox.session
def mutants(session: nox.Session) -> None:
    """Faults put into the verdict code, one by one: does a test notice each? Behind -- the modules.

    Takes an hour; a run that is ended goes on where it was. ``--minutes N`` ends it after so many.
    """
    install(session, "[tests,mutants]")
    session.run("python", "tests/bench/mutants.py", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Types, style and format."""
    install(session, "[lint,tests]")
    session.run("ruff", "format", "--check", ".")
    session.run("ruff", "check", ".")
    session.run("mypy")


@nox.session
def fuzz(session: nox.Session) -> None:
    """Coverage-guided fuzzing, a minute a reader; ``-- diff`` or another of tests/fuzz.py's
    targets is that one alone, with ``--seconds N`` for longer."""
    install(session, "[tests,fuzz]")
    targets = ("diff", "c", "rst", "report", "kept")
    named = bool(session.posargs) and session.posargs[0] in targets
    for target in session.posargs[:1] if named else targets:
        session.run("python", "tests/fuzz.py", target, *session.posargs[named:])


@nox.session
def docs(session: nox.Session) -> None:
    """Build the manual, for a browser and as man pages; a warning is an error."""
    install(session)
    for builder, folder in (("html", "_build"), ("man", "_build/man")):
        to = f"Documentation/{folder}"
        session.run("sphinx-build", "-W", "--keep-going", "-b", builder, "Documentation", to)


@nox.session
def pictures(session: nox.Session) -> None:
    """Make the pictures of the manual again; needs chromium and chromium-driver."""
    install(session, "[tests]")
    session.run("python", "tests/pictures.py")


@nox.session(python=["3.11", "3.12", "3.13", "3.14"])
def wheel(session: nox.Session) -> None:
    """What a user gets: the wheel, built and installed by pipx with each Python that is there."""
    session.install("-q", "build", "pipx")
    top = Path(session.create_tmp()).resolve()
    session.run("python", "-m", "build", "-q", "--outdir", str(top / "dist"), str(TOP))
    places = {f"PIPX_{name}": str(top / name.lower()) for name in ("HOME", "BIN_DIR", "MAN_DIR")}
    [made] = (top / "dist").glob("*.whl")
    session.run("pipx", "install", "--force", "-q", str(made), env=places)
    session.chdir(top)  # not beside the sources
    command = str(top / "bin_dir" / "verify-series")
    for words, code in (("doctor", 0), ("sample -q", 0), ("sample-broken -q --html page.html", 1)):
        session.run(command, *words.split(), external=True, success_codes=[code])


@nox.session
def bench(session: nox.Session) -> None:
    """Time, as ratios against the tools themselves: of a whole run, and of the docs check.

    ``-- docs`` measures the latter alone, ``-- hooks`` counts what lsm-hook finds, ``-- names
    TREE`` what name-table does, ``-- compiled_names TREE FOLDER OUT`` whether it reads what the
    compiler does, ``-- build`` compiles, ``-- boot`` compiles and boots a kernel; these four take
    minutes. ``-- faults`` kills runs, and spoils what they need; ``-- rules`` spoils each checker,
    and tells which tests notice. ``-- lists`` holds a backtest against single runs.
    ``-- watch`` lets real mails come in while a watch is killed.
    """
    install(session, "[tests]")
    scripts = ("docs", "hooks", "names", "compiled_names", "build", "boot", "faults", "rules")
    scripts += ("lists", "watch")
    named = bool(session.posargs) and session.posargs[0] in scripts
    for script in session.posargs[:1] if named else ("bench", "docs"):
        session.run("python", f"tests/bench/{script}.py", *session.posargs[named:])
