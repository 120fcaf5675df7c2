"""From what was typed on the command line to the parts that it names."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Final

from mien.behavior.authoring.load import load
from mien.behavior.authoring.problems import LibraryError
from mien.behavior.library import Library
from mien.bridge.channels import DEFAULT_PORT, Endpoints
from mien.bridge.emitter import Emitter
from mien.bridge.keys import ClientKeys, KeyFileError, ServerKeys, load_client, load_server
from mien.bridge.livelinkface import LiveLinkFaceEmitter
from mien.bridge.messages import Micros
from mien.bridge.transport import AddressError, PortInUseError
from mien.bridge.vmc import VMCEmitter
from mien.bridge.zeromq import ZeroMQEmitter
from mien.models.adapters.registry import RegistryError
from mien.models.calibration import CalibrationError
from mien.models.shipped import WeightsError
from mien.runtime.cli import options, recognition
from mien.runtime.cli.app import UserError
from mien.runtime.sense.source import SenseError
from mien.runtime.sessions.metadata import Metadata, SessionError, reference
from mien.runtime.sessions.recorder import Recorder

SAMPLE: Final = Path(str(files("mien.examples.first_light")))
"""Folder of the sample clip and the characters that answer it."""
SAMPLE_CLIP: Final = SAMPLE / "player.mp4"
SAMPLE_LIBRARY: Final = SAMPLE / "library"

SETTLING: Final = 100_000
"""Microseconds between the moment a director knows when it begins and its first tick."""

MISTAKES: Final = (
    SenseError, SessionError, LibraryError, WeightsError, RegistryError, AddressError, PortInUseError,
    KeyFileError, CalibrationError, OSError,
)  # fmt: skip
"""What users can mend: shown as one line, never as a traceback."""


@contextmanager
def users_mistakes() -> Iterator[None]:
    """Turn what a user can mend into a `UserError`."""
    try:
        yield
    except MISTAKES as mistake:
        if isinstance(mistake, OSError) and mistake.filename:
            raise UserError(f"{mistake.filename}: {mistake.strerror}") from None
        raise UserError(str(mistake)) from None


def endpoints(port: int = DEFAULT_PORT, host: str = "127.0.0.1", *, curve: bool = False) -> Endpoints:
    """Return the addresses of the four channels."""
    return Endpoints.on(host, port, curve=curve)


def emitters(
    names: str, where: Endpoints, keys: ServerKeys | None, llf: str, vmc: str, cast: Collection[str]
) -> list[Emitter]:
    """Return the emitters that a list such as `zmq,llf` names.

    Args:
        names: any of `zmq`, `llf`, `vmc`, separated by commas; an address for one of the latter names it too.
        where: addresses to publish on.
        keys: for addresses beyond this machine.
        llf: addresses of Live Link Face receivers, see `receivers`; empty for the usual one.
        vmc: addresses of VMC receivers; empty for the usual one.
        cast: names of the characters.
    """
    makers: dict[str, Callable[[], list[Emitter]]] = {
        "zmq": lambda: [ZeroMQEmitter(where, keys)],
        "llf": lambda: _senders(LiveLinkFaceEmitter, llf or options.LLF, "--llf", cast),
        "vmc": lambda: _senders(VMCEmitter, vmc or options.VMC, "--vmc", cast),
    }
    wanted = [name.strip() for name in names.split(",") if name.strip()]
    for name in wanted:
        if name not in makers:
            raise UserError(f"--emit knows no {name!r}; it takes {', '.join(makers)}, separated by commas")
    wanted += [name for name, given in (("llf", llf), ("vmc", vmc)) if given]
    made: list[Emitter] = []
    try:
        for name in dict.fromkeys(wanted):
            made += makers[name]()
    except BaseException:
        for emitter in made:
            emitter.close()
        raise
    return made


def _senders(
    maker: Callable[[str, int, str | None], Emitter], text: str, option: str, cast: Collection[str]
) -> list[Emitter]:
    made: list[Emitter] = []
    for host, port, name in receivers(text, option, cast):
        try:
            made.append(maker(host, port, name))
        except (OSError, UnicodeError) as error:
            for emitter in made:
                emitter.close()
            reason = getattr(error, "strerror", None) or "is no name of a machine"
            raise UserError(f"{option}: cannot send to {host!r}: {reason}") from None
    return made


def without_receiver(llf: str, vmc: str, cast: Collection[str]) -> list[str]:
    """Return a line for a person about each list of receivers by name that leaves characters out.

    Raises:
        UserError: see `receivers`.
    """
    lines = []
    for text, option in ((llf, "--llf"), (vmc, "--vmc")):
        names = {name for _, _, name in receivers(text, option, cast)} if text else {None}
        if None not in names and (left := [name for name in cast if name not in names]):
            lines.append(f"{option} names no receiver for {', '.join(left)}: their faces go nowhere there")
    return lines


def receivers(text: str, option: str, cast: Collection[str]) -> list[tuple[str, int, str | None]]:
    """Return host, port and character of each receiver in a list such as `Mira=127.0.0.1:11111,[::1]:11112`.

    Raises:
        UserError: an address or a name is none; says what would be right.
    """
    found = []
    for part in text.split(","):
        name, given, address = part.strip().rpartition("=")
        if given and name not in cast:
            raise UserError(f"{option}: nobody is called {name!r}; the cast is {', '.join(cast)}")
        host, _, port = address.rpartition(":")
        if not host or not port.isdecimal() or not 0 < int(port) < 65_536:
            raise UserError(
                f"{option} takes HOST:PORT or NAME=HOST:PORT, such as 127.0.0.1:11111, not {part!r}"
            )
        found.append((host.strip("[]"), int(port), name if given else None))
    return found


def server_keys(folder: Path | None) -> ServerKeys | None:
    """Return the director's keys, if a folder is given."""
    return load_server(folder) if folder else None


def client_keys(folder: Path | None) -> ClientKeys | None:
    """Return a client's keys, if a folder is given."""
    return load_client(folder) if folder else None


def load_library(folder: Path | None) -> Library:
    """Return the checked rule library and cast in `folder`, the sample's where none is given.

    Raises:
        LibraryError: it has mistakes.
        UserError: it needs Python leaves.
    """
    folder = folder or SAMPLE_LIBRARY
    return runnable(load(folder), folder)


def runnable(library: Library, path: Path) -> Library:
    """Return a library that needs no Python leaf, for the command line registers none.

    Raises:
        UserError: it needs one; says where.
    """
    for rule in library.autonomous:
        if rule.custom:
            where = (path if path.is_dir() else path.parent) / str(rule.mark)
            raise UserError(
                f"{where}: `{rule.id}` needs the Python leaf `{rule.custom}`; such a library runs from "
                "Python only, with `Engine(library, leaves=…)`"
            )
    return library


def recorder(
    path: Path | None,
    library: Library,
    folder: Path | None,
    *,
    seed: int,
    rate: int,
    begun: Micros,
    source: Path | None,
    embed: bool,
    wanted: recognition.Wanted,
) -> Recorder | None:
    """Return a recorder for a session, if a path is given.

    Args:
        path: of the recording.
        library: whose hash is recorded.
        folder: where the library lies, to find it again on replay.
        seed: of the session.
        rate: ticks a second.
        begun: time at which the run begins, and the clip with it.
        source: clip or session that is played; None for live devices.
        embed: whether the recording holds pictures and sound itself, instead of referring to the clip.
        wanted: which networks recognize.
    """
    if path is None:
        return None
    if path.parent != Path() and not path.parent.is_dir():
        raise UserError(f"cannot record to {path}: there is no folder {path.parent}")
    if source is not None and path.exists() and source.exists() and path.samefile(source):
        raise UserError(f"cannot record to {path}: it is being played")
    return Recorder(
        path,
        Metadata(
            version=version("mien"),
            seed=seed,
            rate=rate,
            hashes={"library": library.sha256, **recognition.choose(wanted).hashes()},
            settings={
                "library": str((folder or SAMPLE_LIBRARY).resolve()),
                "begun": str(begun),
                recognition.SETTING: wanted.text(),
            },
            media=None if embed or source is None or source.suffix == ".mcap" else reference(source, begun),
        ),
    )


def refuse_to_replace(path: Path | None, suffix: str, *, force: bool) -> None:
    """Refuse a file to write that has another ending than it should, or is there already.

    Raises:
        UserError: says what would be right.
    """
    if path is None:
        return
    if path.suffix != suffix:
        raise UserError(f"{path} should end in {suffix}")
    if path.exists() and not force:
        raise UserError(f"{path} is there already: choose another name, or replace it with --force")
