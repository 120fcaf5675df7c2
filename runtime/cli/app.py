"""The root of the command line, and what a user's mistake looks like: one red line, exit code 2."""

import sys
from typing import NoReturn

import typer
from rich.console import Console

app = typer.Typer(
    name="mien",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Faces that feel, for game characters.\n\nStart with [bold]mien demo[/bold]: it needs no camera.",
)

stdout = Console(highlight=False)
stderr = Console(stderr=True, highlight=False)


class UserError(Exception):
    """A mistake that its user can mend; the text says what was wrong and what would be right."""


def fail(problem: object) -> NoReturn:
    """Print one red line and leave with exit code 2."""
    stderr.print(f"[bold red]mien:[/] {str(problem).replace('[', chr(92) + '[')}", soft_wrap=True)
    raise typer.Exit(2)


def main() -> None:
    """Run the command line."""
    from mien.runtime.cli import commands  # noqa: F401, PLC0415 - registers the commands on `app`

    try:
        app()
    except UserError as problem:
        stderr.print(f"[bold red]mien:[/] {problem}", soft_wrap=True, markup=False)
        sys.exit(2)
