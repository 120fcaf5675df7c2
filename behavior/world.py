"""What characters can know of the world: where everyone is, smart objects and their state, the people seen,
and whom the game has made them like.

Filled from messages only. Whatever a message says that cannot be (an unknown kind, a number out of range) is
refused at this boundary and counted; it never reaches a feeling.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mien.behavior.affect import Float64
from mien.behavior.cast import Cast
from mien.behavior.library import Library, SmartObjectKind
from mien.bridge.messages import (
    FIRST_CHARACTER,
    NOBODY,
    PLAYER,
    EmotionEstimate,
    Float32,
    GameEvent,
    Relations,
    SmartObject,
    UInt32,
    World,
)

MAX_ENTITIES: Final = 4096
"""Entities beyond the cast that may have a place; further ones are refused."""
MAX_OBJECTS: Final = 1024
"""Smart objects that may exist at once."""
FARTHEST: Final = 1e6
"""Meters; a place beyond is refused as nonsense."""


@dataclass(slots=True)
class Thing:
    """A smart object that exists."""

    id: int
    kind: SmartObjectKind
    state: dict[str, float]


@dataclass(slots=True)
class Surroundings:
    """Places of all entities, smart objects, and the newest estimate of every person.

    Rows of `position` and its like are entities; the first N are the cast in the order of their ids.
    """

    ids: UInt32
    position: Float32
    """(K, 3) meters; NaN where unknown."""
    heading: Float32
    looks_at: UInt32
    row: dict[int, int]
    """Row of each entity by id."""
    free: list[int] = field(default_factory=list)
    """Rows of nobody."""
    things: dict[int, Thing] = field(default_factory=dict)
    people: dict[int, EmotionEstimate] = field(default_factory=dict)
    told_liking: dict[int, Float64] = field(default_factory=dict)
    """How the cast regards somebody, by id: (N,) in [-1, 1], NaN where the game has not said."""
    refused: Counter[str] = field(default_factory=Counter)
    """How many inputs were refused, by reason."""
    moves: int = 0
    """Rises whenever a place changes."""

    @classmethod
    def of(cls, cast: Cast) -> "Surroundings":
        """Return the surroundings of a cast of which nothing is known yet."""
        count = len(cast)
        return cls(
            ids=cast.ids.copy(),
            position=np.full((count, 3), np.nan, np.float32),
            heading=np.zeros(count, np.float32),
            looks_at=np.full(count, NOBODY, np.uint32),
            row=dict(cast.index),
        )

    def adopt(self, before: "Surroundings") -> None:
        """Take over everything known before, for another cast; objects of kinds that are gone go."""
        self.people, self.things = dict(before.people), dict(before.things)
        self.refused = Counter(before.refused)
        _, to, by = np.intersect1d(self.ids, before.ids, return_indices=True)
        for whom, told in before.told_liking.items():
            if whom == PLAYER or whom in self.ids:
                self.told_liking[whom] = np.full(len(self.ids), np.nan)
                self.told_liking[whom][to] = told[by]
        self.moves = before.moves + 1
        old = np.array(list(before.row.values()), np.intp)
        new = self._rows(np.array(list(before.row), np.uint32))
        old, new = old[new >= 0], new[new >= 0]
        self.position[new] = before.position[old]
        self.heading[new] = before.heading[old]
        self.looks_at[new] = before.looks_at[old]

    def place(self, message: World) -> None:
        """Take in where entities are."""
        valid = np.isfinite(message.position).all(axis=1) & np.isfinite(message.heading)
        valid &= (np.abs(message.position) <= FARTHEST).all(axis=1) & (message.ids != NOBODY)
        if not valid.all():
            self.refused["world: no such place"] += int((~valid).sum())
        ids = message.ids[valid]
        rows = self._rows(ids)
        known = rows >= 0
        if not known.all():
            self.refused["world: too many entities"] += int((~known).sum())
        rows, chosen = rows[known], np.flatnonzero(valid)[known]
        self.position[rows] = message.position[chosen]
        self.heading[rows] = message.heading[chosen]
        self.looks_at[rows] = message.looks_at[chosen]
        self.moves += 1

    def _rows(self, ids: NDArray[np.uint32]) -> NDArray[np.int64]:
        row = self.row
        room = MAX_ENTITIES + len(self.ids) - len(row)
        new = dict.fromkeys(id_ for id_ in ids.tolist() if id_ not in row)
        for id_ in list(new)[:room]:
            row[id_] = self.free.pop() if self.free else len(row)
        added = len(row) + len(self.free) - len(self.position)
        if added > 0:
            self.position = np.concatenate([self.position, np.full((added, 3), np.nan, np.float32)])
            self.heading = np.concatenate([self.heading, np.zeros(added, np.float32)])
            self.looks_at = np.concatenate([self.looks_at, np.full(added, NOBODY, np.uint32)])
        return np.array([row.get(id_, -1) for id_ in ids.tolist()], np.int64)

    def _forget_place(self, id_: int) -> None:
        """Make room: games create and destroy objects under ever new ids."""
        if id_ in self.row:
            row = self.row.pop(id_)
            self.position[row], self.looks_at[row] = np.nan, NOBODY
            self.free.append(row)
            self.moves += 1

    def set_object(self, message: SmartObject, library: Library, cast: Cast) -> None:
        """Take in that a smart object appears, changes or goes."""
        if not message.present:
            if self.things.pop(message.id, None):
                self._forget_place(message.id)
            return
        kind = next((kind for kind in library.objects if kind.name == message.name), None)
        thing = self.things.get(message.id)
        if kind is None:
            self.refused["object: unknown kind"] += 1
        elif message.id < FIRST_CHARACTER or message.id in cast.index:
            self.refused["object: id belongs to a character or person"] += 1
        elif not all(0.0 <= level <= 1.0 for level in message.state.values()):
            self.refused["object: level out of [0, 1]"] += 1
        elif thing is None and len(self.things) >= MAX_OBJECTS:
            self.refused["object: too many"] += 1
        else:
            if thing is None or thing.kind != kind:
                thing = self.things[message.id] = Thing(message.id, kind, dict(kind.state))
            unknown = message.state.keys() - kind.state.keys()
            if unknown:
                self.refused["object: unknown level"] += len(unknown)
            thing.state |= {n: float(v) for n, v in message.state.items() if n in kind.state}

    def see(self, message: EmotionEstimate) -> None:
        """Take in what a person shows; an older estimate than the last is late, and dropped."""
        values = np.concatenate(
            [message.emotion, [message.confidence, abs(message.valence), abs(message.arousal)]]
        )
        last = self.people.get(message.person)
        if message.person == NOBODY or message.person >= FIRST_CHARACTER:
            self.refused["estimate: id is not a person's"] += 1
        elif not ((values >= 0.0) & (values <= 1.0)).all():  # NaN fails both
            self.refused["estimate: out of range"] += 1
        elif last is None or message.t >= last.t:
            self.people[message.person] = message

    def relate(self, message: Relations, cast: Cast) -> None:
        """Take in how characters regard others from now on."""
        for id_, whom, liking in zip(
            message.ids.tolist(), message.whom.tolist(), message.liking.tolist(), strict=True
        ):
            row = cast.index.get(id_)
            if row is None or (whom != PLAYER and whom not in cast.index):
                self.refused["relations: no such character"] += 1
            elif not -1.0 <= liking <= 1.0:  # NaN neither
                self.refused["relations: liking out of [-1, 1]"] += 1
            elif whom == id_:
                self.refused["relations: to oneself"] += 1
            else:
                told = self.told_liking.setdefault(whom, np.full(len(cast), np.nan))
                told[row] = liking

    def liking(self, whom: int, cast: Cast) -> Float64:
        """Return how each character regards someone, (N,) in [-1, 1]: as the game said, else the library."""
        given = cast.liking_of(whom)
        told = self.told_liking.get(whom)
        return given if told is None else np.where(np.isnan(told), given, told)

    def admits(self, message: GameEvent) -> bool:
        """Return whether an event can be, and count it if not."""
        if not 0.0 <= message.intensity <= 1.0:
            self.refused["event: intensity out of [0, 1]"] += 1
            return False
        return True

    def where(self, id_: int) -> Float32:
        """Return the place (3,) of an entity in meters; NaN where unknown."""
        row = self.row.get(id_)
        if row is None:
            return np.full(3, np.nan, np.float32)
        place: Float32 = self.position[row]
        return place
