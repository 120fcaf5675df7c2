"""Which networks recognize: what was asked for, the files that fit, the recognizer made of them.

A director and `mien run` itself name the files and run none; only `recognizer` loads what runs them.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from mien.models import calibration
from mien.models.adapters.kinds import BLEND, DETECT, EMOTION, KINDS
from mien.models.adapters.registry import Added, added, find
from mien.models.cards import Card, CardError, permissive, read
from mien.models.shipped import Weights, WeightsError, in_folder
from mien.runtime.cli.app import UserError
from mien.runtime.sessions.metadata import sha256

if TYPE_CHECKING:
    from mien.models.detect import Detector
    from mien.models.recognizer import Recognizer

SETTING: Final = "recognition"
"""Name of the setting of a recording that holds a `Wanted`."""


class Licence(StrEnum):
    """Which weights may be used."""

    ANY = "any"
    PERMISSIVE = "permissive"


class Provider(StrEnum):
    """Where a face model that was added runs."""

    CPU = "cpu"
    CUDA = "cuda"
    DIRECTML = "directml"
    COREML = "coreml"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for."""

    licence: str = Licence.ANY.value
    face_model: str = ""
    """Name of a network that was added; empty for none."""
    detector: str = ""
    """The same, or a file of YuNet's."""
    provider: str = Provider.CPU.value
    folder: str = ""
    """Where added networks lie; empty for the user's own."""
    player: str = ""
    """File of the player's calibration; empty for none."""

    @staticmethod
    def typed(
        licence: Licence,
        face_model: str,
        detector: str,
        provider: Provider,
        folder: Path | None,
        player: str = "",
    ) -> "Wanted":
        """Return what was typed, in a form that holds wherever it is read again."""
        detector = str(Path(detector).resolve()) if Path(detector).is_file() else detector
        where = str(folder.resolve()) if folder else ""
        file = str(player_file(player)) if player else ""
        return Wanted(licence.value, face_model, detector, provider.value, where, file)

    def options(self) -> list[str]:
        """Return it as it was typed, for a child process."""
        given = {
            "--weights-licence": self.licence,
            "--face-model": self.face_model,
            "--detector": self.detector,
            "--provider": self.provider,
            "--models": self.folder,
            "--player": self.player,
        }
        return [word for option, value in given.items() if value for word in (option, str(value))]

    def text(self) -> str:
        """Return it as a text that `Wanted.of` reads."""
        return json.dumps(asdict(self))

    @staticmethod
    def of(text: str) -> "Wanted":
        """Return what `text` wrote; nothing in particular for an empty one.

        Raises:
            UserError: it is no such text.
        """
        try:
            content = json.loads(text or "{}")
            return Wanted(**{str(name): str(value) for name, value in content.items()})
        except (ValueError, TypeError, AttributeError):
            raise UserError(f"does not say which networks recognize: {text:.60}") from None


@dataclass(frozen=True, slots=True)
class Chosen:
    """The files that fit what was asked for."""

    weights: Weights
    cards: tuple[Card, ...]
    """Of all files but a bare detector's."""
    face: Added | None
    detector: Added | Path | None
    player: Path | None
    """File of the player's calibration."""
    left_out: tuple[str, ...]
    """What ships but does not allow commercial use, where only such may be used."""

    @property
    def files(self) -> list[Path]:
        """Every file that what is recognized depends on."""
        ours = [getattr(self.weights, part.name) for part in fields(self.weights)]
        brought = [each.file if isinstance(each, Added) else each for each in (self.face, self.detector)]
        return [file for file in (*ours, *brought, self.player) if file is not None]

    def hashes(self) -> dict[str, str]:
        """Return the SHA-256 of each file by its name."""
        return {file.name: sha256(file) for file in self.files}

    def line(self) -> str:
        """Return one line that names what is loaded, with its licence."""
        by_licence: dict[str, list[str]] = {}
        for card in self.cards:
            by_licence.setdefault(card.licence, []).append(card.name)
        told = [f"{', '.join(names)} ({licence})" for licence, names in by_licence.items()]
        if isinstance(self.detector, Path):
            told.append(f"{self.detector.name} (licence unknown)")
        elif self.detector is None:
            told.append("OpenCV's face detector (BSD-style)")
        without = f"; without {', '.join(self.left_out)} (no commercial use)" if self.left_out else ""
        calibrated = f"; calibrated for {self.player.stem}" if self.player else ""
        return f"recognizing with {'; '.join(told)}{without}{calibrated}"


def user_folder() -> Path:
    """Return the user's own folder of added networks."""
    return Path(typer.get_app_dir("mien")) / "models"


def player_file(player: str) -> Path:
    """Return the file of a player's calibration: among the user's own, unless it is named as a file.

    Raises:
        UserError: it is no name.
    """
    if player.endswith(".json"):
        return Path(player).resolve()
    if not re.fullmatch(r"\w[\w .-]{0,63}", player):
        raise UserError(f"--player takes a name of letters and digits, or a file.json, not {player!r}")
    return Path(typer.get_app_dir("mien")) / "players" / f"{player}.json"


def choose(wanted: Wanted) -> Chosen:
    """Return the files that fit.

    Raises:
        WeightsError, RegistryError: something is not there, or its licence does not fit.
        UserError: a network is asked to do what it cannot.
    """
    free = wanted.licence == Licence.PERMISSIVE
    weights, left_out = permissive() if free else (in_folder(), [])
    folder = Path(wanted.folder) if wanted.folder else user_folder()
    face = find(folder, wanted.face_model) if wanted.face_model else None
    if face and face.kind.task == DETECT:
        raise UserError(
            f"{face.card.name} finds faces and does not read them: use --detector {face.card.name}"
        )
    detector = _detector(folder, wanted.detector) if wanted.detector else None
    cards = [_card(getattr(weights, part.name)) for part in fields(weights) if getattr(weights, part.name)]
    cards += [each.card for each in (face, detector) if isinstance(each, Added)]
    if free:
        if isinstance(detector, Path):
            raise UserError(
                f"{detector}: its licence is unknown; add it with `mien models add --licence … --commercial`"
            )
        for card in cards:
            if not card.commercial:
                raise WeightsError(f"{card.name} does not allow commercial use ({card.licence})")
    player = Path(wanted.player) if wanted.player else None
    if player:
        calibration.read(player)
    return Chosen(weights, tuple(cards), face, detector, player, tuple(left_out))


def recognizer(
    wanted: Wanted, chosen: Chosen, detector: "Detector | None" = None
) -> "tuple[Recognizer, list[str]]":
    """Load the networks; return the recognizer, and lines for a person.

    Args:
        wanted: what was asked for.
        chosen: the files that fit it.
        detector: takes the place of what was asked for.

    Raises:
        WeightsError: a file is not what it should be.
    """
    from mien.models.recognizer import Recognizer

    notices = []
    face = None
    if chosen.face is None and wanted.provider != Provider.CPU:
        notices.append("--provider is for networks that you add: our own networks run on the CPU")
    if chosen.face is not None:
        opened = chosen.face.open(wanted.provider)
        face = opened.face
        notices += [opened.notice] if opened.notice else []
    if detector is None and isinstance(chosen.detector, Added):
        detector = chosen.detector.open().detector
    elif detector is None and isinstance(chosen.detector, Path):
        detector = KINDS["yunet"].open(chosen.detector, "cpu").detector
    known = None
    if chosen.player:
        known, lines = calibration.read(chosen.player).fitting(*networks(chosen))
        notices += lines
    return Recognizer(chosen.weights, detector=detector, face=face, calibration=known), notices


def networks(chosen: Chosen) -> tuple[str, str]:
    """Return the SHA-256 of what reads blend weights and of what hears voices; empty for none."""
    voice, brought = chosen.weights.voice, chosen.face
    face = brought.file if brought and brought.kind.task == BLEND else chosen.weights.face
    return sha256(face), sha256(voice) if voice else ""


def again(settings: Mapping[str, str]) -> Wanted:
    """Return what the perceiver of a recording was asked for."""
    return Wanted.of(settings.get(SETTING, ""))


def added_names(wanted: Wanted) -> list[str]:
    """Return the names of the networks that the user has added."""
    folder = Path(wanted.folder) if wanted.folder else user_folder()
    return [each.card.name for each in added(folder)[0]]


def gives_emotions(chosen: Chosen) -> bool:
    """Return whether the face model that was added, if any, gives emotions."""
    return chosen.face is None or chosen.face.kind.task == EMOTION


def _detector(folder: Path, named: str) -> Added | Path:
    if Path(named).is_file():
        return Path(named)
    detector = find(folder, named)
    if detector.kind.task != DETECT:
        raise UserError(f"{named} reads faces and does not find them: use --face-model {named}")
    return detector


def _card(file: Path) -> Card:
    try:
        return read(file.with_suffix(".md"))
    except CardError as error:
        raise WeightsError(str(error)) from None
