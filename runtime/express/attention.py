"""Whom every character looks at, by what it does and who is there."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from mien.behavior.cast import Cast
from mien.behavior.definition import LOOKED_AT, NEAREST, PLAYER, SELF
from mien.behavior.library import Library
from mien.behavior.world import Surroundings
from mien.bridge.messages import FACE_USED, Activity, Float32, Micros
from mien.bridge.messages import PLAYER as PLAYER_ID
from mien.runtime.express.gaze import in_picture, towards

AVERTED: Final = {"down": (0.0, 0.35), "up": (0.0, -0.25), "away": (0.6, 0.12)}
"""Words of a rule's gaze that avert the eyes: yaw and pitch in radians from straight ahead; `away` turns from
the player instead, to the side that the character's id gives."""
MEMORY: Final = 1_500_000
"""Microseconds for which the place of a face that was seen last is still looked at."""
NOWHERE: Final = np.full(2, np.nan, np.float32)


class Attention:
    """Directions of looks for one cast."""

    def __init__(self, library: Library, cast: Cast) -> None:
        """Note which rules of `library` lead the eyes of `cast`."""
        self._cast = cast
        self._leads = [
            (column, rule.shows.gaze)
            for column, rule in enumerate(library.rules)
            if rule.shows.gaze not in ("", SELF)
        ]
        self._everyone = np.arange(len(cast))
        self._side = np.where(cast.ids % 2 == 0, 1.0, -1.0).astype(np.float32)

    def directions(self, world: Surroundings, activity: Activity, t: Micros) -> Float32:
        """Return (N, 2) yaw and pitch of what each character looks at, radians; NaN where it is nothing.

        Everyone looks at the player who is seen, unless an active rule leads the eyes elsewhere; of several
        the strongest, of equals the first in the library.
        """
        player = self._player_in_picture(world, t)
        gaze = self._at(world, player, PLAYER, self._everyone)
        active: NDArray[np.bool_] = np.any(activity.intensity, axis=0)
        strongest = np.zeros(len(self._cast), np.float32)
        for column, whom in self._leads:
            if not active[column]:
                continue
            intensity = activity.intensity[:, column]
            rows = np.flatnonzero(intensity > strongest)
            if len(rows):
                strongest[rows] = intensity[rows]
                gaze[rows] = self._at(world, player, whom, rows)
        return gaze

    @staticmethod
    def _player_in_picture(world: Surroundings, t: Micros) -> Float32:
        seen = world.people.get(PLAYER_ID)
        if seen is None or not seen.used & FACE_USED or t - seen.t > MEMORY:
            return NOWHERE
        return in_picture(seen.box)

    def _at(self, world: Surroundings, player: Float32, whom: str, rows: NDArray[np.int64]) -> Float32:
        """Return the direction (n, 2) in which characters in `rows` (n,) see `whom`.

        Args:
            world: where everyone is.
            player: (2,) where the camera sees the player, for characters whose place in the game is unknown.
            whom: a subject, a name, a kind of smart object or a word of `AVERTED`.
            rows: of the characters who look.
        """
        if whom in AVERTED:
            averted = np.tile(np.array(AVERTED[whom], np.float32), (len(rows), 1))
            if whom == "away":
                ahead = np.nan_to_num(self._at(world, player, PLAYER, rows))
                averted[:, 0] = ahead[:, 0] + self._side[rows] * averted[:, 0]
            return averted
        position, heading = world.position[rows], world.heading[rows]
        if whom == PLAYER:
            place = world.where(PLAYER_ID)
            if np.isnan(place[0]):
                return np.tile(player, (len(rows), 1))
            placed = towards(position, heading, place)
            return np.where(np.isnan(placed), player, placed)
        if whom == NEAREST:
            return towards(position, heading, self._nearest(world, rows))
        if whom == LOOKED_AT:
            return towards(position, heading, self._looked_at(world, rows))
        if whom in self._cast.by_name:
            return towards(position, heading, world.position[self._cast.by_name[whom]])
        places = [world.where(thing.id) for thing in world.things.values() if thing.kind.name == whom]
        return towards(position, heading, _closest(position, np.array(places, np.float32).reshape(-1, 3)))

    def _nearest(self, world: Surroundings, rows: NDArray[np.int64]) -> Float32:
        cast = world.position[: len(self._cast)]
        places = np.full((len(rows), 3), np.nan, np.float32)
        for i, row in enumerate(rows.tolist()):
            others = np.delete(cast, row, axis=0)
            places[i] = _closest(cast[row : row + 1], others)[0]
        return places

    @staticmethod
    def _looked_at(world: Surroundings, rows: NDArray[np.int64]) -> Float32:
        ids = world.looks_at[rows]
        places = np.full((len(rows), 3), np.nan, np.float32)
        for entity in np.unique(ids).tolist():
            places[ids == entity] = world.where(entity)
        return places


def _closest(position: Float32, places: Float32) -> Float32:
    """Return for each `position` (n, 3) the closest of `places` (k, 3), NaN where none is known."""
    known = places[np.isfinite(places).all(axis=1)]
    if not len(known):
        return np.full_like(position, np.nan)
    distance = np.linalg.norm(known[None] - position[:, None], axis=2)
    closest: Float32 = known[np.nan_to_num(distance, nan=np.inf).argmin(axis=1)]
    return closest
