"""`mien run` and `mien demo`: the whole road, watched in the terminal."""

import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.live import Live
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from mien.bridge.clock import monotonic_micros
from mien.runtime.cli import options, recognition
from mien.runtime.cli.app import PREFIX, UserError, app, stdout
from mien.runtime.cli.recognition import Licence, Provider, Wanted

if TYPE_CHECKING:
    from mien.bridge.subscriber import Subscriber

AFTERGLOW: Final = 1_500_000
"""Microseconds that the characters live on after a clip has ended."""
FRAME: Final = 1 / 12
"""Seconds between two pictures of the live view."""


@app.command()
def run(
    source: Annotated[
        str,
        typer.Argument(help="[bold]camera[/], camera:1, a clip (mp4, mov, mpg …), or a recorded session."),
    ] = "camera",
    library: options.Library = None,
    record: options.Record = None,
    force: options.Force = False,
    embed: options.Embed = False,
    transcript: options.Transcript = None,
    player: options.Player = "",
    fast: Annotated[
        bool,
        typer.Option(
            "--fast", help="Do not wait for the clip's own pace; the result is the same on every run."
        ),
    ] = False,
    emit: options.Emit = "zmq",
    seed: options.Seed = 0,
    rate: options.Rate = 60,
    seconds: Annotated[
        float, typer.Option(min=0, help="End after so long; 0: with the clip, or Ctrl-C.")
    ] = 0.0,
    host: options.Host = "127.0.0.1",
    port: options.Port = 5570,
    keys: options.Keys = None,
    llf: options.Llf = "",
    vmc: options.Vmc = "",
    weights_licence: options.WeightsLicence = Licence.ANY,
    face_model: options.FaceModel = "",
    detector: options.Detector = "",
    provider: options.On = Provider.CPU,
    models: options.Models = None,
) -> None:
    """Let characters answer whoever is in front of the camera, or on a clip.

    Starts a perceiver and a director, watches both, and shows what they do. Ctrl-C ends it.
    """
    from mien.bridge.subscriber import Subscriber
    from mien.runtime.cli.sources import is_file, open_source
    from mien.runtime.cli.wiring import (
        client_keys,
        endpoints,
        load_library,
        refuse_to_replace,
        users_mistakes,
        without_receiver,
    )

    refuse_to_replace(record, ".mcap", force=force)
    if is_file(source):
        with users_mistakes():
            open_source(source, 0, transcript)[0].close()
    elif transcript:
        raise UserError(f"--transcript belongs to a clip, not to {source!r}; a game sends its lines itself")
    wanted = Wanted.typed(weights_licence, face_model, detector, provider, models, player)
    with users_mistakes():
        stdout.print(recognition.choose(wanted).line(), markup=False, soft_wrap=True)
    if llf or vmc:
        with users_mistakes():
            cast = [each.name for each in load_library(library).characters]
            for line in without_receiver(llf, vmc, cast):
                stdout.print(line, style="yellow", markup=False, soft_wrap=True)
    if fast:
        _run_fast(
            source, library, record, transcript=transcript, embed=embed, seconds=seconds, emit=emit,
            seed=seed, rate=rate, port=port, llf=llf, vmc=vmc, wanted=wanted,
        )  # fmt: skip
        return
    network = ["--host", host, "--port", str(port), *(["--keys", str(keys)] if keys else [])]
    played = [*(["--source", source] if is_file(source) else []), *(["--embed"] if embed else [])]
    # The view is a receiver like any other: without ZeroMQ it would see nothing.
    director = [
        "direct",
        *network,
        *played,
        "--emit",
        f"zmq,{emit}",
        "--seed",
        str(seed),
        "--rate",
        str(rate),
    ]
    director += [*_given("--llf", llf or None), *_given("--vmc", vmc or None)]
    director += [*_given("--library", library), *_given("--record", record)]
    director += ["--recognizing", wanted.text()]
    perceiver = ["perceive", source, *network, *(["--embed"] if embed else []), *wanted.options()]
    perceiver += _given("--transcript", transcript)
    with users_mistakes(), ExitStack() as opened:
        game = Subscriber(endpoints(port, host, curve=keys is not None), client_keys(keys))
        opened.callback(game.close)
        _watch([*director, "--supervised"], [*perceiver, "--supervised"], game, seconds, record)


@app.command()
def demo(
    record: Annotated[Path, typer.Option("--record", "-r", help="Where the session goes.")] = Path(
        "out/first-light.mcap"
    ),
    port: options.Port = 5570,
    weights_licence: options.WeightsLicence = Licence.ANY,
) -> None:
    """Watch three characters answer a person on the sample clip; needs no camera and no network."""
    from mien.runtime.cli.wiring import SAMPLE_CLIP

    record.parent.mkdir(parents=True, exist_ok=True)
    run(str(SAMPLE_CLIP), record=record, force=True, port=port, weights_licence=weights_licence)
    stdout.print(f"[dim]as a video:[/] mien film {escape(str(record))}")
    stdout.print(f"[dim]prove that it runs the same again:[/] mien replay {escape(str(record))} --verify")
    stdout.print("[dim]with yourself in front of the camera:[/] mien run camera")


def _watch(
    director: list[str],
    perceiver: list[str],
    subscriber: "Subscriber",
    seconds: float,
    record: Path | None,
) -> None:
    """Start both processes and show what they do, until the end of the clip, the time or Ctrl-C."""
    from mien.bridge.messages import Status
    from mien.runtime.supervisor import Child, ChildFailedError, Supervisor
    from mien.runtime.view.moment import Moment
    from mien.runtime.view.screen import Screen, figures, summary

    supervisor = Supervisor(lambda: Child(director), lambda: Child(perceiver))
    moment, screen = Moment(), Screen()
    live = Live(console=stdout, auto_refresh=False, transient=True) if stdout.is_terminal else None
    told = ended = 0
    try:
        if live:
            live.start()
        while True:
            received = subscriber.receive(FRAME)
            now = monotonic_micros()
            notices = supervisor.step(now)
            if supervisor.begun is None:
                if live:
                    live.update(screen.render(moment, [], now, stdout), refresh=True)
                continue  # whatever came so far is somebody else's
            for message in received:
                moment.take(message)
            moment.notices.extend(notices)
            elapsed = max(0, now - supervisor.begun) / 1e6
            if live:
                shown = [("at", f"{elapsed:.0f} s"), *figures(moment, subscriber.reception())]
                live.update(screen.render(moment, shown, now, stdout), refresh=True)
                time.sleep(FRAME / 2)
            else:
                notices += [m.notice for m in received if isinstance(m, Status) and m.notice]
                for notice in notices:
                    stdout.print(f"{elapsed:6.1f} s  {notice}", style="yellow", markup=False, soft_wrap=True)
                if now - told > 1_000_000:
                    told = now
                    stdout.print(screen.line(moment, elapsed), soft_wrap=True)
            ended = ended or (now if supervisor.source_ended else 0)
            if (ended and now - ended > AFTERGLOW) or (seconds and elapsed > seconds):
                break
    except KeyboardInterrupt:
        pass
    except ChildFailedError as failure:
        raise UserError(str(failure).removeprefix(PREFIX)) from None
    finally:
        if live:
            live.stop()
        reception = subscriber.reception()
        supervisor.end()
    began = supervisor.begun or monotonic_micros()
    stdout.print(summary(moment, reception, (monotonic_micros() - began) / 1e6, record))


def _run_fast(
    source: str,
    library: Path | None,
    record: Path | None,
    *,
    transcript: Path | None,
    embed: bool,
    seconds: float,
    emit: str,
    seed: int,
    rate: int,
    port: int,
    llf: str,
    vmc: str,
    wanted: Wanted,
) -> None:
    """Run a finite source in virtual time, in this process."""
    from mien.runtime.cli import wiring
    from mien.runtime.cli.sources import is_file, open_source
    from mien.runtime.director import Director
    from mien.runtime.perceiving import Perceiver
    from mien.runtime.road import Road
    from mien.runtime.virtual import run_virtual

    if not is_file(source):
        raise UserError(f"--fast needs a clip or a session that has an end, not {source!r}")
    with wiring.users_mistakes(), ExitStack() as parts:
        loaded = wiring.load_library(library)
        opened, notices = open_source(source, 0, transcript)
        parts.callback(opened.close)
        outs = wiring.emitters(
            emit, wiring.endpoints(port), None, llf, vmc, [c.name for c in loaded.characters]
        )
        for out in outs:
            parts.callback(out.close)
        recorder = wiring.recorder(
            record, loaded, library, seed=seed, rate=rate, begun=0, source=Path(source), embed=embed,
            wanted=wanted,
        )  # fmt: skip
        if recorder:
            parts.callback(recorder.close)
        director = Director(loaded, seed=seed, rate=rate)
        road = Road(director, director.start(0), outs, recorder)
        recognizer, told = recognition.recognizer(wanted, recognition.choose(wanted))
        perceiver = Perceiver(recognizer, embed=embed)
        began = time.monotonic()
        with _progress() as progress:
            task = progress.add_task(Path(source).name, total=getattr(opened, "duration", None))
            name = Path(source).stem[:64]
            ticks = run_virtual(
                road, opened, perceiver, 0, name, lambda t: progress.update(task, completed=t), seconds
            )
    for notice in [*told, *notices, *opened.notices(), *(recorder.notices() if recorder else ())]:
        stdout.print(f"[yellow]{escape(notice)}[/]")
    elapsed = time.monotonic() - began
    stdout.print(f"{ticks} ticks in {elapsed:.1f} s ({ticks / rate / elapsed:.1f} × real time)")
    if record:
        stdout.print(f"recorded {escape(str(record))}")


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:3.0f} %"),
        TimeElapsedColumn(),
        console=stdout,
    )


def _given(option: str, value: object) -> list[str]:
    return [] if value is None else [option, str(value)]
