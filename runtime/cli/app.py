"""The root of the command line, and what a user's mistake looks like: one red line, exit code 2."""

import importlib.metadata
import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

app = typer.Typer(
    name="mien",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Faces that feel, for game characters.\n\nStart with [bold]mien demo[/bold]: it needs no camera.",
)

PREFIX = "mien: "
"""What every error begins with."""

stdout = Console(highlight=False)
stderr = Console(stderr=True, highlight=False)


@app.callback(invoke_without_command=True)
def root(
    version: Annotated[bool, typer.Option("--version", help="Say which version this is.")] = False,
) -> None:
    """Options of `mien` itself."""
    if version:
        stdout.print(f"mien {importlib.metadata.version('mien')}")
        raise typer.Exit


class UserError(Exception):
    """A mistake that its user can mend; the text says what was wrong and what would be right."""


def main() -> None:
    """Run the command line."""
    from mien.runtime.cli import commands  # noqa: F401 - registers the commands on `app`

    try:
        app()
    except KeyboardInterrupt:
        sys.exit(130)
    except UserError as problem:
        stderr.print(Text.assemble((PREFIX, "bold red"), str(problem)), soft_wrap=True)
        sys.exit(2)
