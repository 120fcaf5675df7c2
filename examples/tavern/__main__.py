"""`python -m mien.examples.tavern [SOURCE]`: the sidecar and the game together.

Without SOURCE the sample clip plays the player; `camera` lets you play.
"""

import argparse
import importlib.util
import os
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final, NoReturn

RATE: Final = 60
"""Pictures a second, at most."""
MISSING: Final = "the tavern needs Panda3D: pip install 'mien[game]'"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit code: 2 for a user's mistake, said in one line."""
    options = _options(arguments)
    if any(importlib.util.find_spec(name) is None for name in ("panda3d", "gltf")):
        return _sorry(MISSING)
    from mien.examples.tavern.core_library import CoreLibraryError  # noqa: PLC0415 - once Panda3D is there
    from mien.examples.tavern.display import DisplayError  # noqa: PLC0415
    from mien.examples.tavern.sidecar import SidecarError  # noqa: PLC0415

    try:
        _play(options)
    except (CoreLibraryError, DisplayError, SidecarError) as mistake:
        return _sorry(str(mistake))
    except KeyboardInterrupt:
        return 130
    return 0


def _play(options: argparse.Namespace) -> None:
    from mien.bridge.faces import FACE  # noqa: PLC0415 - so that --help is quick
    from mien.examples.tavern.core_library import core_library  # noqa: PLC0415
    from mien.examples.tavern.display import open_display, picture  # noqa: PLC0415
    from mien.examples.tavern.film import Film  # noqa: PLC0415
    from mien.examples.tavern.game import FIGURES, Game  # noqa: PLC0415
    from mien.examples.tavern.head import head_files  # noqa: PLC0415
    from mien.examples.tavern.mien_core import Client  # noqa: PLC0415
    from mien.examples.tavern.sidecar import Sidecar  # noqa: PLC0415

    with ExitStack() as opened:
        client = Client(
            core_library(),
            state_port=options.port,
            events_port=options.port + 1,
            game_port=options.port + 2,
        )
        opened.callback(client.close)
        fine = options.fine or not options.offscreen
        base = open_display(options.size, offscreen=options.offscreen, smooth=fine)
        game = Game(base, client, head_files(FIGURES), FACE, shadows=fine)
        sidecar = None
        if not options.only_game:
            sidecar = Sidecar(options.source, options.library, options.port)
            opened.callback(sidecar.end)
        film = Film(options.film, *options.size) if options.film else None
        if film:
            opened.callback(film.close)
        ends: list[bool] = []
        base.accept("escape", ends.append, [True])
        began = last = time.monotonic()
        while not ends:
            now = time.monotonic()
            since = now - began if sidecar is None or sidecar.begun is None else now - sidecar.begun / 1e6
            if options.seconds and since > options.seconds and (sidecar is None or sidecar.begun is not None):
                break
            for line in (*(sidecar.step() if sidecar else ()), *client.notices()):
                print(line, file=sys.stderr)
            game.notice = sidecar.failure if sidecar else ""
            game.step(now - began, now - last)
            if not options.offscreen or film:  # else nobody looks before the last picture
                base.task_mgr.step()
            if film:
                film.add(picture(base), now - began)
            last = now
            time.sleep(max(0.0, now + 1 / RATE - time.monotonic()))
        if options.picture:
            for _ in range(3):  # the first has no shadows yet
                base.task_mgr.step()
            _save(options.picture, base)


def _save(path: Path, base: object) -> None:
    import cv2  # noqa: PLC0415

    from mien.examples.tavern.display import picture  # noqa: PLC0415

    path.write_bytes(cv2.imencode(path.suffix, picture(base)[..., ::-1])[1].tobytes())


class _Parser(argparse.ArgumentParser):
    """Says a mistake in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(_sorry(f"{message}; --help names all there is"))


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    here = Path(__file__).resolve().parent
    clip = here.parent / "first_light" / "player.mp4"
    parser = _Parser(prog="python -m mien.examples.tavern", description=__doc__)
    parser.add_argument("source", nargs="?", default=str(clip), help="camera, a clip or a session")
    parser.add_argument("--library", type=_folder, default=here / "library", help="rules and cast")
    parser.add_argument("--port", type=int, default=5570, help="first of four ports")
    parser.add_argument(
        "--only-game", action="store_true", help="start no sidecar: `mien run` has its own terminal"
    )
    parser.add_argument("--offscreen", action="store_true", help="draw without a window")
    parser.add_argument("--fine", action="store_true", help="shadows and smooth edges offscreen too")
    parser.add_argument("--size", type=_size, default=(1280, 720), metavar="WxH", help="pixels (1280x720)")
    parser.add_argument(
        "--seconds", type=float, default=0, help="end so long after the beginning of the clip; 0: with Esc"
    )
    parser.add_argument("--picture", type=_new(".png"), metavar="OUT.png", help="keep the last picture")
    parser.add_argument("--film", type=_new(".mp4"), metavar="OUT.mp4", help="keep them all")
    return parser.parse_args(arguments)


def _size(text: str) -> tuple[int, int]:
    across, _, down = text.partition("x")
    if not (
        across.isdecimal() and down.isdecimal() and 64 <= int(across) <= 7680 and 64 <= int(down) <= 4320
    ):
        raise argparse.ArgumentTypeError(f"should be WIDTHxHEIGHT such as 1280x720, not {text!r}")
    return int(across) // 2 * 2, int(down) // 2 * 2


def _folder(text: str) -> Path:
    if not Path(text).is_dir():
        raise argparse.ArgumentTypeError(f"there is no folder {text}")
    return Path(text)


def _new(suffix: str) -> Callable[[str], Path]:
    """Return what takes the name of a file to write, if that can be written."""

    def new(text: str) -> Path:
        path = Path(text)
        if path.suffix.lower() != suffix:
            raise argparse.ArgumentTypeError(f"should end in {suffix}, not {text!r}")
        _folder(str(path.parent))
        if path.is_dir() or not os.access(path if path.exists() else path.parent, os.W_OK):
            raise argparse.ArgumentTypeError(f"cannot write {text}")
        return path

    return new


def _sorry(line: str) -> int:
    print(f"tavern: {line}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
