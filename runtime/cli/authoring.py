"""`mien new`, `check`, `schema`, `tree`, `test`, `why`: what authors of rule libraries use."""

import json
import re
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from mien.runtime.cli.app import UserError, app, stdout

_AUTHORING = "Rule libraries"

Library = Annotated[Path, typer.Argument(metavar="PATH", help="A library's folder, or its first file.")]


@app.command(rich_help_panel=_AUTHORING)
def new(folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where it goes.")]) -> None:
    """Start a rule library that runs: commented files, a cast, scenarios, schemas for the editor."""
    from mien.behavior.authoring.start import FolderTakenError
    from mien.behavior.authoring.start import new as start

    try:
        written = start(folder)
    except (FolderTakenError, OSError) as problem:
        raise UserError(str(problem)) from None
    for path in written:
        stdout.print(f"  {path}", markup=False)
    stdout.print(
        f"Next: mien check {folder}   mien test {folder}   mien run --library {folder}", markup=False
    )


@app.command(rich_help_panel=_AUTHORING)
def check(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH…", help="Libraries: folders or first files.")],
    as_json: Annotated[bool, typer.Option("--json", help="For programs: one list of all problems.")] = False,
) -> None:
    """Find the mistakes in rule libraries: what is wrong, where, and what would be right.

    Exit code 0: all is well; 1: there are warnings; 2: there are errors.
    """
    from mien.behavior.authoring import check as find
    from mien.behavior.authoring import report

    found = [(path if path.is_dir() else path.parent, find(path)) for path in paths]
    problems = [problem for _, some in found for problem in some]
    if as_json:
        items = [item for folder, some in found for item in report.as_json(some, folder)]
        typer.echo(json.dumps(items, indent=1, ensure_ascii=False))
    else:
        for folder, some in found:
            for problem in some:
                stdout.print(report.as_text(problem, folder), soft_wrap=True)
        stdout.print(report.summary(problems))
    raise typer.Exit(report.exit_code(problems))


@app.command(rich_help_panel=_AUTHORING)
def schema(
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Where it goes; else it is printed.")
    ] = None,
    scenarios: Annotated[bool, typer.Option("--scenarios", help="That of scenario tests.")] = False,
) -> None:
    """Write the JSON Schema with which editors complete and check a library as it is typed.

    Name it in a file's first line: # yaml-language-server: $schema=library.schema.json
    """
    from mien.behavior.authoring import schema as schemas

    content = schemas.scenarios() if scenarios else schemas.schema()
    _write(json.dumps(content, indent=1) + "\n", output)


@app.command(rich_help_panel=_AUTHORING)
def tree(
    path: Library,
    svg: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Draw it as a picture; `-` prints it.")
    ] = None,
    reference: Annotated[
        bool, typer.Option("--py-trees", help="As py-trees displays the reference tree.")
    ] = False,
) -> None:
    """Draw the tree of a rule library."""
    from mien.behavior.authoring import LibraryError, draw, load

    try:
        library = load(path)
    except LibraryError as problem:
        raise UserError(str(problem)) from None
    if svg is not None:
        _write(draw.svg(library), None if str(svg) == "-" else svg)
    elif reference:
        typer.echo(draw.py_trees(library), nl=False)
    else:
        stdout.print(draw.terminal(library), soft_wrap=True)


@app.command(rich_help_panel=_AUTHORING)
def test(
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="PATH…", help="Libraries whose scenarios to play."),
    ],
    only: Annotated[
        str, typer.Option("--only", "-k", metavar="TEXT", help="Only scenarios whose name contains this.")
    ] = "",
    svg: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Draw each scenario: feelings and rules over time.")
    ] = None,
) -> None:
    """Play the scenarios of rule libraries, and say whether what is expected came about.

    Exit code 0: everything did; 1: something did not; 2: a library or scenario has errors.
    """
    from mien.behavior.authoring import LibraryError, load, report, timeline
    from mien.behavior.authoring.play import play
    from mien.behavior.authoring.scenario import find, read
    from mien.runtime.cli.wiring import runnable

    runs = []
    for path in paths:
        try:
            library = runnable(load(path), path)
            scenarios = [scenario for file in find(path) for scenario in read(file, library)]
        except LibraryError as problem:
            raise UserError(str(problem)) from None
        if not scenarios:
            raise UserError(f"{path} has no scenarios; write them in scenarios.yaml beside library.yaml")
        for scenario in scenarios:
            if only.lower() in scenario.name.lower():
                runs.append(play(library, scenario))
                stdout.print(report.scenario(runs[-1]))
                if svg is not None:
                    _write(timeline.svg(runs[-1], library), svg / f"{_file_name(scenario.name)}.svg")
    if not runs:
        raise UserError(f"no scenario has {only!r} in its name")
    stdout.print(report.verdict(runs))
    raise typer.Exit(0 if all(outcome.met for run in runs for outcome in run.outcomes) else 1)


@app.command(rich_help_panel=_AUTHORING)
def why(
    session: Annotated[Path, typer.Argument(metavar="FILE.mcap", help="A recording.")],
    character: Annotated[str, typer.Argument(metavar="CHARACTER")],
    rule: Annotated[str, typer.Argument(metavar="RULE")],
    at: Annotated[
        float | None, typer.Option(min=0, help="Seconds from its first tick. [dim]Default: its end[/]")
    ] = None,
    library: Annotated[
        Path | None, typer.Option("--library", "-l", metavar="FOLDER", help="Another library: what if?")
    ] = None,
) -> None:
    """Say why a character did or did not execute a rule at a moment of a recording.

    Executes the recording again up to that moment, then shows the trigger, the levels it read, and what stood
    in the way.
    """
    from mien.behavior.authoring import report
    from mien.behavior.authoring.problems import did_you_mean
    from mien.behavior.why import why as explain
    from mien.runtime.cli.wiring import load_library, users_mistakes
    from mien.runtime.sessions.replay import engine_at
    from mien.runtime.sessions.session import read_session

    with users_mistakes():
        recorded = read_session(session)
        folder = library or Path(recorded.metadata.settings.get("library", ""))
        loaded = load_library(folder)
        if library is None and loaded.sha256 != recorded.metadata.hashes.get("library"):
            stdout.print(Text(f"{folder} has changed since the recording: this is a what-if", "yellow"))
        end = recorded.end if at is None else recorded.start + round(at * 1e6)
        engine, state = engine_at(recorded, loaded, end)
    ids = {one.name: one.id for one in loaded.characters}
    known = [one.id for one in loaded.rules]
    for what, word, words in (("character", character, [*ids]), ("rule", rule, known)):
        if word not in words:
            raise UserError(f"no {what} is called `{word}`{did_you_mean(word, words)}")
    try:
        found = explain(engine, state, ids[character], rule)
    except LookupError as problem:
        raise UserError(str(problem.args[0])) from None
    for one in found:
        stdout.print(report.why(one, (state.t_decided - recorded.start) / 1e6, character), soft_wrap=True)


def _file_name(name: str) -> str:
    """Return a sentence as a file name: `ada-shares-your-joy`."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60]


def _write(text: str, output: Path | None) -> None:
    """Write text to a file, or print it."""
    if output is None:
        typer.echo(text, nl=False)
        return
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(text, "utf-8")
    except OSError as problem:
        raise UserError(f"cannot write {output}: {problem.strerror or problem}") from None
    stdout.print(f"  {output}", markup=False)
