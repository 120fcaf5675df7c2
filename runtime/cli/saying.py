"""`mien say`: a line of dialogue for a running Mien, as a game or a speech recognizer would send it."""

import sys
from collections.abc import Iterable
from typing import Annotated, Final

import typer
from rich.markup import escape

from mien.runtime.cli import options
from mien.runtime.cli.app import UserError, app, stdout

PATIENCE: Final = 2.0
"""Seconds to wait for a director that is there."""


@app.command()
def say(
    text: Annotated[
        str,
        typer.Argument(help="What is said; [bold]-[/] sends each line of standard input."),
    ],
    speaker: Annotated[
        int,
        typer.Option(
            "--speaker",
            min=1,
            max=2**32 - 1,
            help="Who says it: 1 is the player, 16 the first character.",
        ),
    ] = 1,
    host: options.Host = "127.0.0.1",
    port: options.Port = 5570,
    keys: options.Keys = None,
) -> None:
    """Tell a running Mien what somebody says, so that the words count beside face and voice."""
    from mien.bridge.clock import monotonic_micros
    from mien.bridge.messages import Utterance
    from mien.bridge.outbox import LineSender
    from mien.runtime.cli.wiring import client_keys, endpoints, users_mistakes

    if not text.strip():
        raise UserError('there is nothing to say: mien say "Hello there"')
    lines: Iterable[str] = sys.stdin if text == "-" else [text]
    with users_mistakes():
        sender = LineSender(endpoints(port, host, curve=keys is not None), client_keys(keys))
        try:
            for line in lines:
                if not (said := line.strip()):
                    continue
                try:
                    message = Utterance(t=monotonic_micros(), speaker=speaker, text=said, final=1, heard=0)
                    arrived = sender.send(message, PATIENCE)
                except ValueError as error:
                    raise UserError(str(error)) from None
                if not arrived:
                    if why := sender.refused():
                        raise UserError(f"port {port}: {why}")
                    raise UserError(
                        f"nobody listens on port {port}: start `mien run` first, or name its --port"
                    )
                stdout.print(f"[dim]said:[/] {escape(said)}")
        except UnicodeDecodeError as error:
            raise UserError(f"standard input is not UTF-8 text (byte {error.start})") from None
        finally:
            sender.close()
