"""Problems as their author reads them: the message, the line it is about, and a caret at the place."""

from collections.abc import Sequence
from dataclasses import asdict
from math import isnan
from pathlib import Path
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from mien.behavior.authoring.play import Run
from mien.behavior.authoring.problems import Problem, Severity
from mien.behavior.why import Why

COLORS = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow"}
WIDEST = 120
"""Columns of a source line that are shown around its place."""


def exit_code(problems: Sequence[Problem]) -> int:
    """Return 0 for no problems, 1 where there are only warnings, 2 where there is an error."""
    return max((2 if problem.severity is Severity.ERROR else 1 for problem in problems), default=0)


def as_json(problems: Sequence[Problem], folder: Path) -> list[dict[str, Any]]:
    """Return problems for a program: file, line, column, severity, code, message."""
    return [
        {**asdict(problem.mark), "file": str(folder / problem.mark.file)}
        | {"severity": str(problem.severity), "code": problem.code, "message": problem.message}
        for problem in problems
    ]


def as_text(problem: Problem, folder: Path) -> Text:
    """Return a problem for a terminal: its place, severity, message and code, then the line and a caret."""
    color = COLORS[problem.severity]
    mark = problem.mark
    text = Text.assemble(
        (f"{folder / mark.file}:{mark.line}:{mark.column}", "bold"), ": ",
        (f"{problem.severity}", color), f": {problem.message} ", (f"[{problem.code}]", "dim"),
    )  # fmt: skip
    line = _line(folder / mark.file, mark.line)
    if not line.strip():
        return text
    begin = max(0, mark.column - WIDEST // 2)
    number = f"{mark.line:5} | "
    text.append(f"\n{number}", "dim")
    text.append(line[begin : begin + WIDEST])
    text.append("\n" + " " * (len(number) + mark.column - 1 - begin))
    text.append("^", color)
    return text


def _line(path: Path, number: int) -> str:
    """Return a line of a file, tabs as one space; empty where it cannot be read."""
    try:
        lines = path.read_text("utf-8-sig", "replace").splitlines()
    except OSError:
        return ""
    line = lines[number - 1] if 0 < number <= len(lines) else ""
    return "".join(character if character.isprintable() else " " for character in line)


def summary(problems: Sequence[Problem]) -> Text:
    """Return the last line: how many problems there are."""
    if not problems:
        return Text("no problems", "green")
    counts = {severity: sum(problem.severity is severity for problem in problems) for severity in Severity}
    parts = [f"{count} {severity}{'s' if count > 1 else ''}" for severity, count in counts.items() if count]
    return Text(", ".join(parts), COLORS[Severity.ERROR if counts[Severity.ERROR] else Severity.WARNING])


def scenario(run: Run) -> Group:
    """Return a played scenario for a terminal: each expectation, and what happened where it failed."""
    good = all(outcome.met for outcome in run.outcomes)
    table = Table(box=None, show_header=False, padding=(0, 1))
    for outcome in run.outcomes:
        sign = Text("✓", "green") if outcome.met else Text("✗", "bold red")
        seen = Text(outcome.seen, "dim" if outcome.met else "red")
        table.add_row("", sign, Text(outcome.expectation.text), seen)
    return Group(Text(run.scenario.name, "bold" if good else "bold red"), table)


def verdict(runs: Sequence[Run]) -> Text:
    """Return the last line: how many scenarios and expectations were met."""
    failed = sum(not all(outcome.met for outcome in run.outcomes) for run in runs)
    count = sum(len(run.outcomes) for run in runs)
    text = f"{len(runs)} scenario{'s' * (len(runs) != 1)}, {count} expectation{'s' * (count != 1)}: "
    return Text(text + (f"{failed} failed" if failed else "all met"), "bold red" if failed else "green")


def why(found: Why, second: float, character: str) -> Text:
    """Return why a rule runs or not: its place, the reason, and what every comparison read."""
    verb = "runs" if found.runs else "does not run"
    text = Text.assemble(
        (f"at {second:.2f} s {character} {verb} {found.rule}", "bold green" if found.runs else "bold red"),
        f"  {found.mark}\n  {found.path}\n  {found.reason}",
    )
    for owner, readings in (("", found.readings), (found.ancestor, found.ancestor_readings)):
        for reading in readings:
            level = "unknown" if isnan(reading.level) else f"{reading.level:.3f}"
            where = f"{owner}: " if owner else ""
            text.append(f"\n    {where}{reading.text}", "dim")
            text.append(f"   is {level}")
    return text
