"""What a recording says about itself: everything that it takes to run it again."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from mien.bridge.messages import Micros

RECORD: Final = "mien"
"""Name of the MCAP metadata record that holds a `Metadata`."""

DROPPED: Final = "mien.dropped"
"""Name of the MCAP metadata records that say how many messages are missing at this place."""


class SessionError(Exception):
    """A recording that cannot be read or run again; one line that says why."""


@dataclass(frozen=True)
class MediaReference:
    """The clip that a recording refers to instead of embedding its pictures and sound."""

    path: Path
    sha256: str
    start: Micros
    """Time of the clip's presentation time 0, on the clock of the recording."""


@dataclass(frozen=True, kw_only=True)
class Metadata:
    """What does not change during a run."""

    version: str
    """Version of Mien that recorded."""
    seed: int
    rate: int
    """Ticks a second."""
    hashes: Mapping[str, str] = field(default_factory=dict)
    """SHA-256 of what the result depends on: `library`, `cast`, each model by name."""
    settings: Mapping[str, str] = field(default_factory=dict)
    """Whatever else it takes to run again, such as the paths of library and cast."""
    media: MediaReference | None = None
    """The clip, if one was played; None for live devices and embedded media."""

    def to_record(self) -> dict[str, str]:
        """Return the flat texts of an MCAP metadata record."""
        record = {"version": self.version, "seed": str(self.seed), "rate": str(self.rate)}
        record |= {f"sha256:{name}": digest for name, digest in self.hashes.items()}
        record |= {f"setting:{name}": value for name, value in self.settings.items()}
        if self.media:
            record["media.path"] = str(self.media.path)
            record["media.sha256"] = self.media.sha256
            record["media.start"] = str(self.media.start)
        return record

    @staticmethod
    def from_record(record: Mapping[str, str]) -> "Metadata":
        """Return what `to_record` wrote.

        Raises:
            SessionError: a text is missing or should be a number.
        """
        try:
            media = None
            if "media.path" in record:
                media = MediaReference(
                    Path(record["media.path"]), record["media.sha256"], int(record["media.start"])
                )
            return Metadata(
                version=record["version"],
                seed=int(record["seed"]),
                rate=int(record["rate"]),
                hashes=_named(record, "sha256:"),
                settings=_named(record, "setting:"),
                media=media,
            )
        except KeyError as error:
            raise SessionError(f"its metadata lack {error.args[0]}") from None
        except ValueError as error:
            raise SessionError(f"its metadata are damaged: {error}") from None


def _named(record: Mapping[str, str], prefix: str) -> dict[str, str]:
    return {name.removeprefix(prefix): value for name, value in record.items() if name.startswith(prefix)}


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def reference(path: Path, start: Micros) -> MediaReference:
    """Return what a recording notes of the clip it was made from, played from time `start` on.

    Raises:
        OSError: the file cannot be read.
    """
    return MediaReference(path.resolve(), sha256(path), start)
