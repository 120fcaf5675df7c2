"""`mien perceive` and `mien direct`: the two processes, which `mien run` starts and watches."""

import secrets
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from mien.bridge.clock import monotonic_micros
from mien.runtime.cli import options, recognition
from mien.runtime.cli.app import UserError, app, stdout
from mien.runtime.cli.recognition import Licence, Provider, Wanted

_DEVELOPMENT = "The two processes that [bold]mien run[/] starts"


@app.command(rich_help_panel=_DEVELOPMENT)
def perceive(
    source: Annotated[
        str, typer.Argument(help="camera, camera:1, a clip, or a recorded session.")
    ] = "camera",
    host: options.Host = "127.0.0.1",
    port: options.Port = 5570,
    keys: options.Keys = None,
    embed: options.Embed = False,
    transcript: options.Transcript = None,
    player: options.Player = "",
    plot: Annotated[
        Path | None,
        typer.Option(
            "--plot",
            metavar="FILE.png",
            help="Instead of sending: draw what is recognized in a clip over time, below pictures of it.",
        ),
    ] = None,
    force: options.Force = False,
    weights_licence: options.WeightsLicence = Licence.ANY,
    face_model: options.FaceModel = "",
    detector: options.Detector = "",
    provider: options.On = Provider.CPU,
    models: options.Models = None,
    supervised: options.Supervised = False,
) -> None:
    """Watch and hear the player; send what they show to a director, on this machine or another."""
    wanted = Wanted.typed(weights_licence, face_model, detector, provider, models, player)
    if plot is not None:
        _plot(source, transcript, plot, wanted, force=force)
        return
    from mien.bridge.messages import Utterance
    from mien.bridge.outbox import PerceptSender
    from mien.bridge.subscriber import Subscriber
    from mien.runtime.cli.sources import open_source
    from mien.runtime.cli.wiring import client_keys, endpoints, users_mistakes
    from mien.runtime.leash import Leash
    from mien.runtime.perceiving import Perceiver, run_perceiver

    leash = Leash(supervised=supervised)
    with users_mistakes(), ExitStack() as opened:
        director, secret = endpoints(port, host, curve=keys is not None), client_keys(keys)
        sender = PerceptSender(director, secret)
        opened.callback(sender.close)
        lines = Subscriber(director, secret, frozenset({Utterance.KIND}))
        opened.callback(lines.close)
        chosen = recognition.choose(wanted)
        if not supervised:
            stdout.print(chosen.line(), markup=False, soft_wrap=True)
        recognizer, told = recognition.recognizer(wanted, chosen)
        perceiver = Perceiver(recognizer, embed=embed)
        sensed, notices = open_source(source, leash.begin(monotonic_micros()), transcript)
        opened.callback(sensed.close)
        run_perceiver(sensed, perceiver, sender, leash.stop, [*told, *notices], lines)


@app.command(rich_help_panel=_DEVELOPMENT)
def direct(
    library: options.Library = None,
    emit: options.Emit = "zmq",
    record: options.Record = None,
    seed: options.Seed = 0,
    rate: options.Rate = 60,
    host: options.Host = "127.0.0.1",
    port: options.Port = 5570,
    keys: options.Keys = None,
    llf: options.Llf = "",
    vmc: options.Vmc = "",
    source: Annotated[Path | None, typer.Option(hidden=True)] = None,
    embed: Annotated[bool, typer.Option("--embed", hidden=True)] = False,
    recognizing: Annotated[str, typer.Option(hidden=True)] = "",
    supervised: options.Supervised = False,
) -> None:
    """Let the characters feel, decide and express; send their faces."""
    from mien.bridge.inbox import Inbox
    from mien.runtime.cli import wiring
    from mien.runtime.directing import run_director
    from mien.runtime.director import Director
    from mien.runtime.leash import Leash
    from mien.runtime.reloading import Reloader
    from mien.runtime.road import Road

    leash = Leash(supervised=supervised)
    where = wiring.endpoints(port, host, curve=keys is not None)
    with wiring.users_mistakes(), ExitStack() as opened:
        loaded = wiring.load_library(library)
        secret = wiring.server_keys(keys)
        inbox = Inbox(where, secret)
        opened.callback(inbox.close)
        cast = [each.name for each in loaded.characters]
        outs = wiring.emitters(emit, where, secret, llf, vmc, cast)
        if not supervised:
            for line in wiring.without_receiver(llf, vmc, cast):
                stdout.print(line, style="yellow", markup=False, soft_wrap=True)
        for out in outs:
            opened.callback(out.close)
        director = Director(loaded, seed=seed, rate=rate)
        begun = leash.begin(monotonic_micros() + wiring.SETTLING)
        recorder = wiring.recorder(
            record, loaded, library, seed=seed, rate=rate, begun=begun, source=source, embed=embed,
            wanted=Wanted.of(recognizing),
        )  # fmt: skip
        if recorder:
            opened.callback(recorder.close)
        road = Road(director, director.start(begun), outs, recorder)
        session = f"{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(2)}"
        reloader = Reloader(library or wiring.SAMPLE_LIBRARY, director)
        opened.callback(reloader.close)
        run_director(road, inbox, session, leash.stop, reloader.take)


def _plot(source: str, transcript: Path | None, out: Path, wanted: Wanted, *, force: bool) -> None:
    """Watch a clip in virtual time and draw all that was recognized."""
    import cv2

    from mien.runtime.cli.sources import is_file, open_source
    from mien.runtime.cli.wiring import refuse_to_replace, users_mistakes
    from mien.runtime.perceiving import Perceiver
    from mien.runtime.portrait.timeline import timeline
    from mien.runtime.watching import watch

    if not is_file(source):
        raise UserError(f"--plot needs a clip or a session that has an end, not {source!r}")
    refuse_to_replace(out, ".png", force=force)
    if not out.parent.is_dir():
        raise UserError(f"cannot write {out}: there is no folder {out.parent}")
    with users_mistakes(), ExitStack() as opened:
        sensed, notices = open_source(source, 0, transcript)
        opened.callback(sensed.close)
        chosen = recognition.choose(wanted)
        stdout.print(chosen.line(), markup=False, soft_wrap=True)
        recognizer, told = recognition.recognizer(wanted, chosen)
        with stdout.status(f"watching {escape(source)}"):
            seen = watch(sensed, Perceiver(recognizer, embed=False))
        for notice in (*told, *notices, *sensed.notices()):
            stdout.print(notice, style="yellow", markup=False, soft_wrap=True)
        name = Path(source).name
        picture = timeline(name, seen.estimates, seen.stills, seen.loudness, seen.lines, seen.end)
        out.write_bytes(cv2.imencode(".png", picture)[1].tobytes())
    stdout.print(f"wrote {escape(str(out))}")
