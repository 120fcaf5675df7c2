"""`mien probe`, `mien keys`, `mien relay`: what a game receives, and how to reach beyond this machine."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.live import Live
from rich.markup import escape
from rich.table import Table

from mien.bridge.clock import monotonic_micros
from mien.runtime.cli import options
from mien.runtime.cli.app import UserError, app, stdout

if TYPE_CHECKING:
    from mien.bridge.subscriber import Subscriber


@app.command()
def probe(
    seconds: Annotated[float, typer.Option(min=0, help="End after so long; 0: with Ctrl-C.")] = 0.0,
    host: options.Host = "127.0.0.1",
    port: options.Port = 5570,
    keys: options.Keys = None,
    character: Annotated[str, typer.Option(help="Whose face to show; the first one's unless given.")] = "",
) -> None:
    """Receive faces as a game would; show rate, age, drops and the current face."""
    from mien.bridge.messages import BehaviorEvent, Status
    from mien.bridge.subscriber import Subscriber
    from mien.runtime.cli.wiring import client_keys, endpoints, users_mistakes

    with users_mistakes():
        subscriber = Subscriber(endpoints(port, host, curve=keys is not None), client_keys(keys))
    ends = time.monotonic() + seconds if seconds else float("inf")
    live = Live(console=stdout, auto_refresh=False) if stdout.is_terminal else None
    told = monotonic_micros()
    health: Mapping[str, float] = {}
    try:
        if live:
            live.start()
        while time.monotonic() < ends:
            for message in subscriber.receive(0.1):
                if isinstance(message, Status) and message.origin == "director":
                    health = message.levels
                if isinstance(message, BehaviorEvent):
                    console = live.console if live else stdout
                    what = f"[cyan]{message.phase}[/] {escape(message.rule)} ({message.reason})"
                    console.print(f"{escape(_name(subscriber, message.character))} {what}")
            if monotonic_micros() - told < (200_000 if live else 1_000_000):
                continue
            told = monotonic_micros()
            if live:
                live.update(_reception(subscriber, character, health), refresh=True)
            else:
                stdout.print(_reception(subscriber, character, health))
    except KeyboardInterrupt:
        pass
    finally:
        if live:
            live.stop()
        subscriber.close()


@app.command()
def keys(
    folder: Annotated[Path, typer.Argument(help="Where the keys go; keep it private.")] = Path("keys"),
    client: Annotated[str, typer.Option(help="Name of the client that gets keys.")] = "client",
) -> None:
    """Make CURVE keys, so that sidecar and game can run on different machines.

    Without keys nothing listens beyond this machine.
    """
    from mien.bridge.keys import make
    from mien.runtime.cli.wiring import users_mistakes

    with users_mistakes():
        written = make(folder, client)
    for path in written:
        stdout.print(f"[green]wrote[/] {escape(str(path))}")
    own = "" if client == "client" else f" --client {escape(client)}"
    stdout.print(f"Here: [bold]mien run camera --host ADDRESS --keys {escape(str(folder))}[/]")
    stdout.print(
        f"Copy {escape(str(folder))}/server.key and {escape(client)}.key_secret into a folder of the game's "
        f"machine that only you can read, then there: [bold]mien relay ADDRESS --keys FOLDER{own}[/]",
        soft_wrap=True,
    )
    stdout.print("[dim]ADDRESS is this machine's, such as 192.168.1.20[/]")


@app.command()
def relay(
    host: Annotated[str, typer.Argument(help="Address of the machine that the sidecar is on.")],
    keys: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Where server.key and our own key_secret lie.")
    ] = Path("keys"),
    client: Annotated[str, typer.Option(help="Name of our own key.")] = "client",
    remote_port: Annotated[
        int, typer.Option(min=1, max=65_532, help="First of the sidecar's ports there.")
    ] = 5570,
    port: options.Port = 5570,
    seconds: Annotated[float, typer.Option(min=0, help="End after so long; 0: with Ctrl-C.")] = 0.0,
) -> None:
    """Bring a sidecar on another machine to this one, for games that speak no encryption.

    The Unreal plugin is one: with a relay beside the game it finds the sidecar on 127.0.0.1:5570.

    Faces and behaviors come in, what the game says goes back, encrypted between the machines.

    [bold]On the sidecar's machine[/]: mien keys; mien run camera --host ADDRESS --keys keys

    [bold]Here[/], with server.key and client.key_secret from there: mien relay ADDRESS --keys FOLDER
    """
    from mien.bridge.keys import load_client
    from mien.bridge.relay import Relay, RelayError
    from mien.runtime.cli.wiring import endpoints, users_mistakes

    # The last of the three ports that either side has is the second after the first.
    if host in {"127.0.0.1", "localhost", "[::1]"} and abs(port - remote_port) < 3:
        raise UserError(
            f"port {remote_port} of {host} is this relay's own port: choose --port, such as --port 6570"
        )
    with users_mistakes():
        ours = load_client(keys, client)
        moved = Relay(endpoints(remote_port, host, curve=True), endpoints(port), ours)
    stdout.print(f"games connect to [bold]127.0.0.1:{port}[/]; Ctrl-C ends")
    live = Live(console=stdout, auto_refresh=False, transient=True) if stdout.is_terminal else None
    began = told = time.monotonic()
    before: Mapping[str, int] = {}
    try:
        if live:
            live.start()
        while not seconds or time.monotonic() - began < seconds:
            for line in moved.step(0.1):
                stdout.print(line, markup=False, soft_wrap=True)
            now = time.monotonic()
            if now - told >= (1 if live else 10):
                line = _traffic(moved.stats(), before, now - told)
                before, told = moved.stats(), now
                if live:
                    live.update(line, refresh=True)
                else:
                    stdout.print(line, soft_wrap=True)
    except KeyboardInterrupt:
        pass
    except RelayError as error:
        raise UserError(str(error)) from None
    finally:
        if live:
            live.stop()
        totals = moved.stats()
        moved.close()
    stdout.print(
        f"relayed {totals['state']} state, {totals['events']} event and {totals['game']} game messages, "
        f"{totals['bytes'] / 1e6:.1f} MB; {totals['dropped']} dropped"
    )


def _traffic(now: Mapping[str, int], before: Mapping[str, int], elapsed: float) -> str:
    """Return what a relay moves, a second."""
    rates = {name: (total - before.get(name, 0)) / elapsed for name, total in now.items()}
    return (
        f"{now['subscribers']} games; {rates['state']:.0f} state, {rates['events']:.0f} event, "
        f"{rates['game']:.0f} game messages and {rates['bytes'] / 1e3:.0f} kB a second; "
        f"{now['dropped']} dropped"
    )


def _name(subscriber: "Subscriber", character: int) -> str:
    hello = subscriber.hello
    names = hello.names() if hello else {}
    return names.get(character, f"#{character}")


def _reception(subscriber: "Subscriber", character: str, health: Mapping[str, float]) -> Table:
    """Return how faces arrive and what the chosen one does, as a table; `health` is the director's."""
    reception = subscriber.reception()
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    hello, frame = subscriber.hello, subscriber.face
    state = "[green]connected[/]" if reception.connected else "[yellow]not there[/]"
    if reception.refused:
        state = f"[yellow]{escape(reception.refused)}[/]"
    if hello is not None and not len(hello.ids):
        state = "[yellow]has ended[/]"
    table.add_row("[grey70]director[/]", state)
    table.add_row("[grey70]rate[/]", f"{reception.rate:.1f} Hz")
    if reception.age is not None:
        table.add_row("[grey70]age[/]", f"{reception.age / 1000:.2f} ms from tick to here")
    if reception.response is not None:
        table.add_row("[grey70]response[/]", f"{reception.response / 1000:.1f} ms from capture to here")
    table.add_row(
        "[grey70]frames[/]",
        f"{reception.frames} received, {reception.gaps} lost, {reception.skipped} skipped for a newer one, "
        f"{reception.malformed} malformed, {max(0, reception.connections - 1)} reconnections",
    )
    if withheld := health.get("withheld_a_tick", 0.0):
        sent = health.get("sent_a_tick", 0.0)
        table.add_row(
            "[grey70]a frame holds[/]", f"{sent:.1f} characters; games want {withheld:.1f} less often"
        )
    if hello is None or frame is None or not len(hello.ids) or not len(frame.ids):
        return table
    names = hello.names()
    shown = [names.get(number, "") for number in frame.ids.tolist()]
    if character and character not in shown:
        table.add_row("[grey70]character[/]", f"[yellow]nobody is called {escape(character)}[/]")
    row = shown.index(character) if character in shown else 0
    table.add_row("[grey70]characters[/]", escape(", ".join(shown[:12])) + (" …" if len(shown) > 12 else ""))
    for what, levels in zip(("feels", "mood"), frame.affect[row].tolist(), strict=True):
        named = "  ".join(f"{name} {level:.2f}" for name, level in zip(hello.emotions, levels, strict=True))
        table.add_row(f"[grey70]{escape(shown[row])} {what}[/]", named)
    strongest = sorted(
        zip(hello.face, frame.face[row].tolist(), strict=True), key=lambda pair: -abs(pair[1])
    )[:8]
    table.add_row(
        f"[grey70]{escape(shown[row])} shows[/]",
        "  ".join(f"{name} {value:+.2f}" for name, value in strongest),
    )
    return table
