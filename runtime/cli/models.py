"""`mien models`: what networks there are, ours and those that their user has added; adding and removing."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from mien.models.adapters.kinds import DETECT, KINDS
from mien.models.adapters.registry import UNKNOWN
from mien.models.cards import Card
from mien.runtime.cli import options
from mien.runtime.cli.app import app, stderr, stdout

models = typer.Typer(invoke_without_command=True, help="What networks there are; add your own.")
app.add_typer(models, name="models", rich_help_panel="Laboratory")


@models.callback()
def list_models(
    context: typer.Context,
    folder: options.Models = None,
    long: Annotated[bool, typer.Option("--long", help="Tell score, data and licence of ours too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON list.")] = False,
) -> None:
    """List the networks, yours first: task, classes, size, licence."""
    if context.invoked_subcommand:
        return
    from mien.models.adapters.registry import added
    from mien.models.cards import installed
    from mien.runtime.cli.recognition import user_folder

    cards, problems = installed()
    brought, more = added(folder or user_folder())
    yours = [each.card for each in brought]
    if as_json:
        typer.echo(json.dumps([{**vars(card), "classes": list(card.classes)} for card in cards + yours]))
    else:
        for card in yours:
            _print(card)
        for card in cards:
            if long:
                _print(card)
            else:
                stdout.print(_headline(card), soft_wrap=True)
        if not long:
            stdout.print("[dim]score, data and licence of ours: mien models --long[/]")
    for problem in problems + more:
        stderr.print(f"[yellow]{escape(problem)}[/]", soft_wrap=True)


@models.command()
def add(
    file: Annotated[Path, typer.Argument(help="The network.")],
    kind: Annotated[str, typer.Option("--as", metavar="KIND", help=f"{', '.join(KINDS)}.")],
    name: Annotated[str, typer.Option(help="What to call it. [dim]Default: the file's own name.[/]")] = "",
    licence: Annotated[str, typer.Option(help="Of its weights, as their publisher states it.")] = UNKNOWN,
    commercial: Annotated[
        bool, typer.Option("--commercial", help="You have seen that weights and training data allow it.")
    ] = False,
    folder: options.Models = None,
) -> None:
    """Check a network that others have trained, run it once and keep a copy for [bold]--face-model[/]."""
    from mien.models.adapters import registry
    from mien.runtime.cli.recognition import user_folder
    from mien.runtime.cli.wiring import users_mistakes

    with users_mistakes():
        found, spent = registry.add(
            folder or user_folder(), file, kind, name=name, licence=licence, commercial=commercial
        )
    _print(found.card)
    use = f"{'--detector' if found.kind.task == DETECT else '--face-model'} {found.card.name}"
    stdout.print(f"  time    {spent:.2f} ms each on one core; use it: mien run {use}", markup=False)


@models.command()
def remove(
    name: Annotated[str, typer.Argument(help="Of an added network.")], folder: options.Models = None
) -> None:
    """Delete a network that was added."""
    from mien.models.adapters import registry
    from mien.runtime.cli.recognition import user_folder
    from mien.runtime.cli.wiring import users_mistakes

    with users_mistakes():
        registry.remove(folder or user_folder(), name)
    stdout.print(f"removed {name}", markup=False)


def _headline(card: Card) -> str:
    counted = f"{len(card.classes)} class{'es' * (len(card.classes) > 1)}" if card.classes else ""
    size = f"{card.size / 1e6:.1f} MB" if card.size >= 50_000 else "<0.1 MB"
    allowed = "commercial use allowed" if card.commercial else "[yellow]no commercial use[/]"
    origin = f", added as {escape(card.kind)}" if card.kind else ""
    what = ", ".join(filter(None, (escape(card.task), counted, size, allowed)))
    return f"[bold]{escape(card.name)}[/]  {what}{origin}"


def _print(card: Card) -> None:
    stdout.print(_headline(card), soft_wrap=True)
    for title, told in (("score", card.score), ("data", card.data), ("licence", card.licence)):
        stdout.print(f"  {title:8}{escape(told)}", soft_wrap=True)
