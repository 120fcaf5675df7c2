"""`mien replay` and `mien film`: a recording executed again, or made into a video."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.live import Live
from rich.markup import escape
from rich.progress import Progress

from mien.runtime.cli import options
from mien.runtime.cli.app import UserError, app, stdout

if TYPE_CHECKING:
    from mien.bridge.messages import Message, Micros
    from mien.runtime.director import Director, DirectorState
    from mien.runtime.sessions.difference import Comparison
    from mien.runtime.sessions.replay import Reperceived
    from mien.runtime.sessions.session import Session


MOST_EVENTS: Final = 12
"""Behaviors that a comparison lists."""


class Origin(StrEnum):
    """From where on a recording is executed again."""

    PIXELS = "pixels"
    ESTIMATES = "estimates"


@dataclass
class Rerun:
    """A director in the place of the one that was recorded."""

    director: "Director"
    state: "DirectorState"
    progress: Progress
    start: "Micros"

    def step(self, inputs: Sequence["Message"], t: "Micros") -> list["Message"]:
        """Run the tick of time `t`."""
        self.progress.update(self.progress.task_ids[0], completed=t - self.start)
        return self.director.step(self.state, inputs, t)


@app.command()
def replay(
    session: Annotated[
        Path, typer.Argument(metavar="FILE.mcap", help="A recording by [bold]mien run --record[/].")
    ],
    verify: Annotated[
        bool,
        typer.Option(
            "--verify", help="Prove that every face comes out the same to the byte; exit code 1 if not."
        ),
    ] = False,
    origin: Annotated[
        Origin, typer.Option("--from", help="What to begin with: what was recognized, or pictures and sound.")
    ] = Origin.ESTIMATES,
    library: options.Library = None,
    fast: Annotated[
        bool, typer.Option("--fast", help="Do not show it at its own pace; only say what differs.")
    ] = False,
    emit: Annotated[
        str, typer.Option(metavar="LIST", help="Also send the faces: see [bold]mien run[/].")
    ] = "",
    port: options.Port = 5570,
    llf: options.Llf = "",
    vmc: options.Vmc = "",
) -> None:
    """Execute a recording again: the same player, the same moments.

    With another [bold]--library[/] it is a what-if: at which tick, for whom, in which
    value the two runs first differ, and which behaviors only one of them has.
    """
    from mien.runtime.cli.wiring import users_mistakes
    from mien.runtime.sessions.session import read_session

    with users_mistakes():
        recorded = read_session(session)
        if recorded.truncated:
            stdout.print(f"[yellow]{escape(recorded.truncated)}[/]")
        if verify or fast:
            _execute(recorded, verify=verify, origin=origin, library=library)
        else:
            _play(recorded, origin, library, emit, port, llf, vmc)


@app.command()
def film(
    session: Annotated[
        Path, typer.Argument(metavar="FILE.mcap", help="A recording by [bold]mien run --record[/].")
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", help="The video. [dim]Default: beside the recording, as NAME-film.mp4[/]"
        ),
    ] = None,
    stills: Annotated[
        int, typer.Option(min=0, max=60, help="Instead one picture (.png) of so many moments, evenly spaced.")
    ] = 0,
) -> None:
    """Make a recording into a video: the player and every character's face and mood, side by side."""
    from mien.runtime.cli.wiring import refuse_to_replace, users_mistakes
    from mien.runtime.portrait import film as portrait
    from mien.runtime.sessions.session import read_session
    from mien.runtime.sessions.shots import Shots

    with users_mistakes():
        recorded = read_session(session)
        suffix = ".png" if stills else ".mp4"
        path = out or session.with_name(f"{session.stem}-film{suffix}")
        # Films are made again and again; what must not be lost is what they are made from.
        refuse_to_replace(path, suffix, force=out is None)
        with Progress(console=stdout, transient=True) as progress:
            task = progress.add_task(path.name, total=recorded.end - recorded.start)
            shots = Shots(recorded, lambda t: progress.update(task, completed=t - recorded.start))
            if not shots.emotions or next(recorded.records("face"), None) is None:
                raise UserError(f"{session} holds no face to film")
            if stills:
                portrait.still(shots.spread(stills), path, recorded.start, emotions=shots.emotions)
            else:
                portrait.film(shots, path, emotions=shots.emotions, sound=shots.sound())
    stdout.print(f"wrote {escape(str(path))}")


def _execute(session: "Session", *, verify: bool, origin: Origin, library: Path | None) -> None:
    """Run the session in virtual time; print how the result compares, exit with 1 if a proof fails."""
    from mien.runtime.sessions.difference import compare
    from mien.runtime.sessions.difference import verify as prove

    with Progress(console=stdout, transient=True) as progress:
        progress.add_task(session.path.name, total=session.end - session.start)
        rerun = _rerun(session, library, progress)
        again = _reperceived(session) if origin is Origin.PIXELS else None
        revise = again.revise if again else None
        if verify:
            difference = prove(session, rerun, revise)
            comparison = None
        else:
            comparison = compare(session, rerun, revise)
            difference = comparison.first
    if again:
        stdout.print(
            f"estimates from pixels: {again.equal} the same, {again.different} different, "
            f"{again.missing} missing" + (f"; first at {again.first}" if again.first else "")
        )
    if comparison:
        _tell(comparison, rerun.director, session.start)
    elif difference:
        stdout.print(f"[bold red]differs[/] first at {escape(str(difference))}")
        raise typer.Exit(1)
    else:
        stdout.print("[bold green]verified[/]: every face frame is the same to the byte")


def _play(
    session: "Session", origin: Origin, library: Path | None, emit: str, port: int, llf: str, vmc: str
) -> None:
    """Run the session at its own pace and show it."""
    from mien.bridge.messages import EmotionEstimate, Status
    from mien.runtime.cli import wiring
    from mien.runtime.sessions.replay import ticks
    from mien.runtime.view.moment import Moment
    from mien.runtime.view.screen import Screen

    again = _reperceived(session) if origin is Origin.PIXELS else None
    rerun = _rerun(session, library, Progress(disable=True))
    cast = rerun.director.engine.cast.names
    outs = wiring.emitters(emit, wiring.endpoints(port), None, llf, vmc, cast)
    for line in wiring.without_receiver(llf, vmc, cast):
        stdout.print(line, style="yellow", markup=False, soft_wrap=True)
    moment, screen, shown, begun = Moment(), Screen(), 0.0, time.monotonic()
    hello = rerun.director.hello(session.path.stem[:64], session.start, time.time_ns() // 1000)
    moment.take(hello)
    live = Live(console=stdout, auto_refresh=False) if stdout.is_terminal else None
    try:
        if live:
            live.start()
        for out in outs:
            out.emit([hello])
        for recorded in ticks(session):
            tick = again.revise(recorded) if again else recorded
            outputs = rerun.director.step(rerun.state, tick.inputs, tick.t)
            for message in (*tick.inputs, *outputs):
                moment.take(message)
            for out in outs:
                out.emit([*(i for i in tick.inputs if isinstance(i, EmotionEstimate | Status)), *outputs])
            elapsed = (tick.t - session.start) / 1e6
            time.sleep(max(0.0, begun + elapsed - time.monotonic()))
            if live and elapsed - shown > 1 / 12:
                shown = elapsed
                live.update(screen.render(moment, [("at", f"{elapsed:.1f} s")], tick.t, stdout), refresh=True)
            elif not live and elapsed - shown > 1:
                shown = elapsed
                stdout.print(screen.line(moment, elapsed), soft_wrap=True)
    except KeyboardInterrupt:
        pass
    finally:
        if live:
            live.stop()
        for out in outs:
            out.close()


def _rerun(session: "Session", library: Path | None, progress: Progress) -> Rerun:
    """Return a director for the session, of the recorded library unless another is given."""
    from mien.runtime.cli.wiring import load_library
    from mien.runtime.director import Director

    metadata = session.metadata
    try:
        begun = int(metadata.settings["begun"])
        folder = library or Path(metadata.settings["library"])
    except (KeyError, ValueError):
        raise UserError(f"{session.path} does not say how to run it again") from None
    loaded = load_library(folder)
    if library is None and loaded.sha256 != metadata.hashes.get("library"):
        stdout.print(f"[yellow]{escape(str(folder))} has changed since the recording: this is a what-if[/]")
    director = Director(loaded, seed=metadata.seed, rate=metadata.rate)
    return Rerun(director, director.start(begun), progress, session.start)


def _reperceived(session: "Session") -> "Reperceived":
    """Return what recognizes the session's pictures and sound again."""
    from mien.runtime.cli import recognition
    from mien.runtime.perceiving import Perceiver
    from mien.runtime.sessions.media import session_media
    from mien.runtime.sessions.replay import Reperceived

    wanted = recognition.again(session.metadata.settings)
    chosen = recognition.choose(wanted)
    stdout.print(chosen.line(), markup=False, soft_wrap=True)
    for name, digest in chosen.hashes().items():
        if session.metadata.hashes.get(name, digest) != digest:
            stdout.print(f"[yellow]{escape(name)} has changed since the recording: this is a what-if[/]")
    recognizer, notices = recognition.recognizer(wanted, chosen)
    for notice in notices:
        stdout.print(f"[yellow]{escape(notice)}[/]")
    perceiver = Perceiver(recognizer, embed=False)

    return Reperceived(session_media(session), perceiver.step_each)


def _tell(comparison: "Comparison", director: "Director", start: "Micros") -> None:
    """Print how two runs compare."""
    if comparison.first is None:
        stdout.print(f"[bold green]the same[/]: {comparison.ticks} ticks, every face frame to the byte")
        return
    stdout.print(f"[bold]{comparison.differing} of {comparison.ticks} ticks differ[/]")
    stdout.print(f"first at {escape(str(comparison.first))}")
    for name, count in comparison.by_character.most_common():
        stdout.print(f"  {escape(name)}: {count} ticks")
    cast = director.engine.cast
    names = dict(zip(cast.ids.tolist(), cast.names, strict=True))
    for title, events, total in (
        ("only in the recording", comparison.only_recorded, comparison.events[0]),
        ("only in the replay", comparison.only_replayed, comparison.events[1]),
    ):
        if total:
            stdout.print(f"behaviors {title}: {total}")
        for event in events[:MOST_EVENTS]:
            who, what = names.get(event.character, f"#{event.character}"), f"{event.phase} {event.rule}"
            stdout.print(f"  {(event.t - start) / 1e6:7.3f} s  {escape(who)} {escape(what)} ({event.reason})")
        if total > MOST_EVENTS:
            stdout.print(f"  … and {total - MOST_EVENTS} more")
