"""`mien calibrate`: a few seconds of a player at rest, kept for `mien run --player`."""

import time
from contextlib import ExitStack
from typing import Annotated, Final

import typer
from rich.markup import escape
from rich.panel import Panel
from rich.progress import BarColumn, Progress, TextColumn

from mien.bridge.clock import monotonic_micros
from mien.runtime.cli import options, recognition
from mien.runtime.cli.app import UserError, app, stdout
from mien.runtime.cli.recognition import Licence, Provider, Wanted

READ: Final = (
    "Sit as you do when you play, your face at rest, and read this aloud in your everyday voice, without a "
    "pause:\n\n"
    "[bold]The kettle stands on the shelf by the window. On Monday the post comes at nine, and in the "
    "afternoon the shop on the corner is open until six. I put the keys on the table and take the number "
    "four to the station. It is about ten minutes from here. The seats of the train are blue.[/]"
)
AGAIN_LIVE: Final = "run it again, your face in view, reading aloud until both bars are full"
AGAIN_CLIP: Final = (
    "take a clip of ten seconds or more in which the player looks at the camera, at rest, and speaks in an "
    "everyday voice; or [bold]mien calibrate camera[/]"
)
STEP: Final = 50_000
"""Microseconds between two looks at the source."""


@app.command()
def calibrate(
    source: Annotated[
        str, typer.Argument(help="[bold]camera[/], camera:1, or a clip of the player at rest.")
    ] = "camera",
    player: options.Player = "player",
    seconds: Annotated[float, typer.Option(min=1, max=600, help="Give up after so long.")] = 40.0,
    weights_licence: options.WeightsLicence = Licence.ANY,
    face_model: options.FaceModel = "",
    detector: options.Detector = "",
    provider: options.On = Provider.CPU,
    models: options.Models = None,
) -> None:
    """Learn how a player's face and voice are at rest, so that they are read better from now on.

    Takes about ten seconds of reading aloud. [bold]mien run --player NAME[/] uses the result.
    """
    from mien.bridge.messages import Utterance
    from mien.models import calibration
    from mien.models.calibrating import FACE_WANTED, VOICE_WANTED, Calibrator
    from mien.runtime.cli.sources import is_file, open_source
    from mien.runtime.cli.wiring import users_mistakes
    from mien.runtime.sense.source import captured

    file = recognition.player_file(player)
    wanted = Wanted.typed(weights_licence, face_model, detector, provider, models)
    live = not is_file(source)
    with users_mistakes(), ExitStack() as opened:
        chosen = recognition.choose(wanted)
        stdout.print(chosen.line(), markup=False, soft_wrap=True)
        recognizer, notices = recognition.recognizer(wanted, chosen)
        begun = monotonic_micros() if live else 0
        sensed, told = open_source(source, begun)
        opened.callback(sensed.close)
        for notice in (*notices, *told):
            stdout.print(f"[yellow]{escape(notice)}[/]")
        if live:
            stdout.print(Panel(READ))
        calibrator = Calibrator(recognizer)
        state, now = calibrator.start(), begun
        with Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.completed:.1f} of {task.total:.0f} s"),
            console=stdout,
        ) as progress:
            face = progress.add_task("face at rest", total=FACE_WANTED)
            voice = progress.add_task("voice", total=VOICE_WANTED)
            try:
                while now - begun < seconds * 1e6 and not calibrator.enough(state) and not sensed.finished():
                    now = monotonic_micros() if live else now + STEP
                    for each in sorted(sensed.read(now), key=captured):
                        if not isinstance(each, Utterance):
                            calibrator.step(state, each, captured(each))
                    progress.update(face, completed=min(state.face_seconds, FACE_WANTED))
                    progress.update(voice, completed=min(state.voice_seconds, VOICE_WANTED))
                    if live:
                        time.sleep(STEP / 4e6)
            except KeyboardInterrupt:
                stdout.print("stopped: what was gathered so far counts")
        found, missing = calibrator.outcome(state, file.stem, *recognition.networks(chosen))
        for line in missing:
            stdout.print(f"[yellow]{escape(line)}[/]")
        if line := calibrator.restless(state):
            stdout.print(f"[yellow]{escape(line)}[/]", soft_wrap=True)
        if found.rest is None and found.neutral is None:
            raise UserError("nothing was calibrated, nothing was kept")
        if missing:
            stdout.print(f"[dim]to have both:[/] {AGAIN_LIVE if live else AGAIN_CLIP}", soft_wrap=True)
        calibration.write(found, file)
    parts = [f"face ({found.face_seconds:.1f} s)"] if found.rest is not None else []
    parts += [f"voice ({found.voice_seconds:.1f} s)"] if found.neutral is not None else []
    stdout.print(f"[green]calibrated[/] {' and '.join(parts)}, kept in {escape(str(file))}", soft_wrap=True)
    stdout.print(f"[dim]use it:[/] mien run {escape(source if live else 'camera')} --player {escape(player)}")
