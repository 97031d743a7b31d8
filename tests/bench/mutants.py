# SPDX-License-Identifier: GPL-2.0-or-later
"""Faults put into our own verdict code one by one: does a test notice each of them?

cosmic-ray makes the mutants and runs the tests that mutants.toml names for the module, in a copy
of the project. What was tried is kept in a database for each module below ``--folder``: a run
that is ended goes on where it was, a module that changed begins anew. Left out are mutants that
cannot matter or say little:

- in annotations, which nothing evaluates, in decorators (``slots=True``, ``frozen=True``), and
  the ``*`` between positional parameters and those with names;
- of a comparison or an operator, all but its opposite and its neighbour (``<`` becomes ``<=`` and
  ``>=``, ``+`` becomes ``-``): most others are type errors, which every test notices.

Ends with status 1 where a module has fewer than 90 % of its mutants killed.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

from cosmic_ray.commands import init
from cosmic_ray.mutating import mutate_and_test
from cosmic_ray.work_db import WorkDB, use_db
from cosmic_ray.work_item import MutationSpec, TestOutcome, WorkerOutcome, WorkResult

TOP = Path(__file__).parents[2]
CODE = Path("tools/verify_series")
PYTEST = "-m pytest -x -q -p no:cacheprovider -p no:hypothesispytest"
#: A mutant without end is killed: by CPU seconds, or by the clock where it waits.
CPU, SECONDS = 60, 600
WANTED = 90

OPERATORS = re.compile(
    r"""core/(?:
        ReplaceComparisonOperator_(?:Eq_NotEq|NotEq_Eq|Is_IsNot|IsNot_Is
            |Lt_LtE|Lt_GtE|LtE_Lt|LtE_Gt|Gt_GtE|Gt_LtE|GtE_Gt|GtE_Lt)
        |ReplaceBinaryOperator_(?:Add_Sub|Sub_Add|Mul_Div|Div_Mul|FloorDiv_Mul|Mod_Mul
            |BitOr_BitAnd|BitAnd_BitOr)
        |ReplaceUnaryOperator_(?:Delete_Not|Delete_USub|USub_UAdd)
        |AddNot|ReplaceTrueWithFalse|ReplaceFalseWithTrue|ReplaceAndWithOr|ReplaceOrWithAnd
        |ReplaceBreakWithContinue|ReplaceContinueWithBreak|ExceptionReplacer|NumberReplacer
        |ZeroIterationForLoop)""",
    re.VERBOSE,
)

Place = tuple[int, int]


def main() -> None:
    modules = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("modules", nargs="*", metavar="MODULE", help="such as carry.py")
    parser.add_argument("--folder", type=Path, default=TOP / "build/mutants")
    parser.add_argument("--sample", type=int, default=10**9, help="try no more of each module")
    parser.add_argument("--seed", type=int, default=1, help="chooses the sample")
    parser.add_argument("--minutes", type=float, default=1e9, help="end after so many, unfinished")
    parser.add_argument("--again", action="store_true", help="try those that survived once more")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="modules at a time")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    given.folder = given.folder.resolve()
    until = time.monotonic() + 60 * given.minutes
    bad = False
    with ProcessPoolExecutor(given.jobs) as pool:
        jobs = [
            pool.submit(_module, name, modules[name]["tests"], given, until)
            for name in given.modules or modules
        ]
        for job in as_completed(jobs):
            lines, enough = job.result()
            print(*lines, sep="\n", flush=True)
            bad |= not enough
    sys.exit(bad)


def _module(
    name: str, tests: Sequence[str], given: argparse.Namespace, until: float
) -> tuple[list[str], bool]:
    """Try the mutants of one module: what there is to say, and whether enough were killed."""
    with tempfile.TemporaryDirectory(prefix="verify-series-mutants-") as copy:
        _copy(Path(copy))
        os.chdir(copy)
        session = given.folder / f"{name.replace('/', '-')}.sqlite"
        if not _current(session, name):
            session.unlink(missing_ok=True)
        with use_db(session) as db:
            if not db.num_work_items:
                init([CODE / name], db, {})
                _leave_out(db, CODE / name)
                _sample(db, given.sample, random.Random(given.seed))
            _try(db, _command(tests), until, again=given.again)
            os.chdir(TOP)
            return _told(name, db)


def _command(arguments: Sequence[str]) -> str:
    return f"prlimit --cpu={CPU}: {sys.executable} {PYTEST} {shlex.join(arguments)}"


def _copy(folder: Path) -> None:
    """The project's files as they are now; the mutants are made here."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=TOP, capture_output=True, check=True).stdout.split(b"\0")
    for path in filter(None, map(os.fsdecode, names)):
        if (TOP / path).exists():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(TOP / path, folder / path, follow_symlinks=False)
    os.environ["PYTHONPATH"] = str(folder / "tools")


def _current(session: Path, name: str) -> bool:
    """Whether the database is of the module as it is; else it is noted for the next time."""
    note = session.with_suffix(".py")
    text = (CODE / name).read_text("utf-8")
    if note.exists() and note.read_text("utf-8") == text:
        return True
    note.write_text(text, "utf-8")
    return False


def _leave_out(db: WorkDB, module: Path) -> None:
    """Note all that cannot matter as skipped."""
    spans = list(_spans(module.read_text("utf-8")))
    skipped = [
        item.job_id
        for item in db.work_items
        if not OPERATORS.fullmatch(item.mutations[0].operator_name)
        or _within(item.mutations[0], spans)
    ]
    db.set_multiple_results(skipped, WorkResult(worker_outcome=WorkerOutcome.SKIPPED))


def _sample(db: WorkDB, most: int, dice: random.Random) -> None:
    """Note all but ``most`` as skipped; which these are depends on the seed alone."""
    pending = [
        (one.mutations[0].operator_name, one.mutations[0].occurrence, one.job_id)
        for one in db.pending_work_items
    ]
    left = sorted(pending)
    for chosen in dice.sample(left, min(most, len(left))):
        left.remove(chosen)
    skipped = [job for _, _, job in left]
    db.set_multiple_results(skipped, WorkResult(worker_outcome=WorkerOutcome.SKIPPED))


def _spans(text: str) -> Iterator[tuple[Place, Place]]:
    """Where annotations, decorators and ``*,`` are: line from 1, column from 0."""
    for number, line in enumerate(text.split("\n"), 1):
        for star in re.finditer(r"\*,", line):
            yield (number, star.start()), (number, star.end())
    for node in ast.walk(ast.parse(text)):
        nodes: list[ast.expr | None] = []
        if isinstance(node, ast.AnnAssign | ast.arg):
            nodes = [node.annotation]
        elif isinstance(node, ast.FunctionDef):
            nodes = [node.returns, *node.decorator_list]
        elif isinstance(node, ast.ClassDef):
            nodes = [*node.decorator_list]
        for one in nodes:
            if one and one.end_lineno and one.end_col_offset:
                yield (one.lineno, one.col_offset), (one.end_lineno, one.end_col_offset)


def _within(mutation: MutationSpec, spans: Sequence[tuple[Place, Place]]) -> bool:
    place = tuple(mutation.start_pos)
    return any(begin <= place < end for begin, end in spans)


def _try(db: WorkDB, command: str, until: float, *, again: bool) -> None:
    pending = list(db.pending_work_items)
    if again:
        pending += [item for item, result in db.completed_work_items if _survived(result)]
    if pending and time.monotonic() < until:
        subprocess.run(shlex.split(command), check=True, stdout=subprocess.DEVNULL)
    for item in pending:
        if time.monotonic() > until:
            return
        db.set_result(item.job_id, mutate_and_test(item.mutations, command, SECONDS))


def _survived(result: WorkResult) -> bool:
    return result.test_outcome is TestOutcome.SURVIVED


def _told(name: str, db: WorkDB) -> tuple[list[str], bool]:
    """The module's row and each survivor, and whether enough were killed."""
    done = [(i.mutations[0], r) for i, r in db.completed_work_items if r.test_outcome]
    alive = sorted((m.start_pos, str(r.diff)) for m, r in done if _survived(r))
    tried, left = len(done), len(db.pending_work_items)
    rate = 100 * (tried - len(alive)) / max(1, tried)
    more = f", {left} not tried yet" if left else ""
    lines = [f"{name}: {tried} tried, {tried - len(alive)} killed ({rate:.1f} %){more}"]
    for (line, column), diff in alive:
        lines.append(f"  {line}:{column}")
        words = (word for word in diff.split("\n") if re.match(r"[+-](?!--|\+\+)", word))
        lines += [f"    {word}" for word in words]
    return lines, rate >= WANTED and not left


if __name__ == "__main__":
    main()
