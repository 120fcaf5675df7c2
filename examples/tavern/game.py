"""The game: characters that show what the sidecar sends, and a world that it is told about."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import sin
from pathlib import Path
from typing import Any, Final

import numpy as np

from mien.examples.tavern.dog import Dog
from mien.examples.tavern.labels import Labels, figures, strongest
from mien.examples.tavern.mien_core import FACE, Behavior, Client, Poses
from mien.examples.tavern.person import Figure, Person
from mien.examples.tavern.scenery import room
from mien.examples.tavern.scenery.fire import Fire, flicker, halo
from mien.examples.tavern.scenery.light import Light

PLAYER: Final = 1
HEARTH: Final = 1000
DOG: Final = 1001
"""Ids of the smart objects, out of the way of any cast."""
CAMERA: Final = (0.0, -0.8, 1.46)
"""Where the player's eyes are."""
LOOKS_AT: Final = (0.0, 2.0, 1.17)
FIELD: Final = 31.0
"""Degrees across."""
SPEECH: Final = 2.6
"""Seconds that a line stays on the screen."""
FIGURES: Final[Mapping[str, Figure]] = {
    "Marta": Figure(1.38, (-0.5, 2.0), "7d3f3a", "efe6d2", "f0c3a0", width=0.97, apron=True),
    "Bram": Figure(1.29, (0.0, 2.1), "49597f", "49597f", "e2b28c", width=1.15, stands=0.38, mug=True),
    "Lily": Figure(1.22, (0.49, 1.95), "3f9a8d", "f0d9a0", "8a5638", width=0.85, scale=0.84),
}
"""Who is at home here, and where."""


@dataclass
class Doing:
    """What one character is doing: the rules that it executes, the newest last."""

    rules: dict[str, Behavior] = field(default_factory=dict)
    speech: str = ""
    spoke: float = -100.0
    found: str | None = ""
    """What it was at when the game came; None once its own behavior has been told."""

    def take(self, behavior: Behavior, t: float) -> None:
        """Take in that a behavior started or ended."""
        rule = behavior.rule.decode()
        self.rules.pop(rule, None)
        if behavior.inflicter == behavior.character:
            self.found = None
        if behavior.started:
            self.rules[rule] = behavior
            if behavior.speech:
                self.speech, self.spoke = behavior.speech.decode(), t

    def gesture(self) -> str:
        """Return the newest gesture."""
        return next((b.gesture.decode() for b in reversed(self.rules.values()) if b.gesture), "")

    def behavior(self) -> str:
        """Return the newest rule that is the character's own."""
        own = (n for n, b in reversed(self.rules.items()) if b.inflicter == b.character)
        return next(own, self.found or "")


class Game:
    """One evening."""

    def __init__(
        self,
        base: Any,
        client: Client,
        heads: Mapping[str, Path],
        names: tuple[str, ...],
        *,
        shadows: bool = True,
    ) -> None:
        """Furnish the room.

        Args:
            base: Panda3D's `ShowBase`.
            client: connected, or not yet.
            heads: a glTF file for each of `FIGURES`.
            names: of a face's columns.
            shadows: whether lamps cast them; a graphics card hardly feels it, a processor in its place does.
        """
        self._base, self._client = base, client
        scene = base.render
        self.light = Light(scene, (room.LOW, room.HIGH))
        self._lamp = self.light.lamp(
            room.LAMP, (2.1, 1.45, 0.9), reach=2.3, shadow=(0.1, 2.2, 0.9) if shadows else None
        )
        x, y, _ = room.HEARTH
        self._hearth_light = self.light.lamp((x, y - 0.75, 0.75), (5.0, 1.75, 0.42), reach=2.4)
        candle = room.CANDLE
        self._candle_light = self.light.lamp(
            (candle[0], candle[1] - 0.05, candle[2] + 0.1), (0.5, 0.29, 0.11), reach=0.8
        )
        self.light.lamp((-2.2, 4.2, 2.1), (0.25, 0.33, 0.6), reach=2.2)  # the moon, through the window
        self.light.lamp((0.5, -0.6, 1.7), (0.55, 0.46, 0.38), reach=2.6)  # the player's lantern, on faces
        self.room = room.Room(scene)
        self._fire = Fire(scene, (x, y - 0.2, 0.16), 1.15, 1.05, layers=3, tongues=3.2)
        self._candle = Fire(scene, room.CANDLE, 0.04, 0.1, layers=1, tongues=0.4)
        halo(scene, room.LAMP, 0.9, (0.45, 0.32, 0.16))
        self.people = {who: Person(scene, figure, heads[who], names) for who, figure in FIGURES.items()}
        self.dog = Dog(scene)
        base.camLens.set_fov(FIELD)
        base.camLens.set_near_far(0.05, 30)
        base.camera.set_pos(*CAMERA)
        base.camera.look_at(*LOOKS_AT)
        self.labels = Labels(base)
        self.lit = True
        self.burning = 0.8
        self.notice = ""
        """What a person should know: shown at the top."""
        self._doing: dict[int, Doing] = {}
        self._told: dict[int, tuple[float, bool]] = {}
        self._insulted = 0
        self._names: tuple[list[str], list[str]] = ([], [])
        self._edition = -1
        self._cast: dict[str, int] = {}
        for key, act in (
            ("l", self.toggle_fire),
            ("d", self.toggle_dog),
            ("i", self.insult),
            ("c", self.cheer),
            ("m", self.break_mug),
        ):
            base.accept(key, act)

    # --- what the player can do ---------------------------------------------------------------------------

    def toggle_fire(self) -> None:
        """Light the fire, or douse it."""
        self.lit = not self.lit

    def toggle_dog(self) -> None:
        """Call the dog, or send it out."""
        self.dog.call(not self.dog.called)

    def insult(self) -> None:
        """Insult one after another."""
        if self._cast:
            self._client.event(
                "insult", PLAYER, list(self._cast.values())[self._insulted % len(self._cast)], 0.9
            )
            self._insulted += 1

    def cheer(self) -> None:
        """Raise a glass to everyone."""
        self._client.event("cheer", PLAYER, 0, 1.0)

    def break_mug(self) -> None:
        """Let a mug fall."""
        self._client.event("mug_breaks", PLAYER, 0, 1.0)

    def behavior(self, who: str) -> str:
        """Return what one of `FIGURES` is at, or nothing."""
        return self._doing.get(self._cast.get(who, -1), Doing()).behavior()

    # --- one picture --------------------------------------------------------------------------------------

    def step(self, t: float, dt: float) -> Poses:
        """Bring everything to the time `t`, `dt` seconds after the last; return what is shown."""
        poses = self._client.update()
        self._recast(poses)
        self._take_behaviors(t)
        self._find_behaviors(poses)
        self.dog.step(t, dt)
        self._burn(t, dt)
        self._show(poses, t, dt)
        self._tell()
        statistics = self._client.statistics()
        waiting = "" if statistics.receiving else "no sidecar: the characters rest until one is there"
        self.labels.state(figures(statistics), self.notice or waiting)
        return poses

    def _recast(self, poses: Poses) -> None:
        """Give everybody whom the sidecar sends a body: their own, or one that is free."""
        if self._client.edition() == self._edition and len(self._names[0]) == len(poses.ids):
            return
        self._edition = self._client.edition()
        self._names = (self._client.names("character"), self._client.names("emotion"))
        ids = dict(zip(self._names[0], poses.ids.tolist(), strict=False))
        self._cast = casting(list(self.people), ids)
        self._doing = {id_: self._doing.get(id_, Doing()) for id_ in self._cast.values()}

    def _take_behaviors(self, t: float) -> None:
        for behavior in self._client.behaviors():
            if behavior.character in self._doing:
                self._doing[behavior.character].take(behavior, t)

    def _find_behaviors(self, poses: Poses) -> None:
        """Find out what those are at of whom nothing was told: events tell only what has changed since."""
        unknown = [id_ for id_, doing in self._doing.items() if doing.found is not None]
        rules = self._client.names("rule") if unknown else []
        if not rules:
            return
        strengths = dict(zip(poses.ids.tolist(), self._client.activity(len(poses.ids)), strict=True))
        for id_ in unknown:
            row = strengths.get(id_)
            self._doing[id_].found = rules[row.argmax()] if row is not None and row.any() else ""

    def _burn(self, t: float, dt: float) -> None:
        goal = 0.8 if self.lit else 0.0
        self.burning += (goal - self.burning) * (1.0 - 0.12**dt)
        if abs(goal - self.burning) < 0.01:
            self.burning = goal
        self._fire.step(t, self.burning / 0.8)
        self._candle.step(t, 1.0)
        self.light.dim(self._hearth_light, self.burning / 0.8 * flicker(t))
        self.light.dim(self._candle_light, 0.9 + 0.1 * flicker(t * 0.7))
        self.light.dim(self._lamp, 0.97 + 0.03 * sin(t * 2.1) if self.lit else 0.72)

    def _show(self, poses: Poses, t: float, dt: float) -> None:
        rows = {id_: row for row, id_ in enumerate(poses.ids.tolist())}
        names, emotions = self._names
        for key, (who, person) in enumerate(self.people.items()):
            id_ = self._cast.get(who, -1)
            row = rows.get(id_)
            doing = self._doing.get(id_, Doing())
            gone = row is None or poses.presence[row] <= 0.0
            person.gesture = "" if gone else doing.gesture()
            person.step(t, dt, (CAMERA[0], CAMERA[1]))
            if row is None:
                person.show(np.zeros(FACE, np.float32))
                self.labels.clear(key)
                continue
            person.show(poses.faces[row])
            emotion, level = strongest(emotions, poses.emotions[row])
            speech = doing.speech if t - doing.spoke < SPEECH and not gone else ""
            self.labels.over(
                key, person.eyes(), names[row], emotion, level, "" if gone else doing.behavior(), speech
            )

    def _tell(self) -> None:
        """Tell the sidecar where everybody is, and what state things are in."""
        self._client.place(PLAYER, _in_mien(CAMERA), 0.0, 0)
        for who, id_ in self._cast.items():
            person = self.people[who]
            self._client.place(id_, _in_mien(person.eyes()), -person.walk.heading, PLAYER)
        self._client.place(HEARTH, _in_mien((room.HEARTH[0], room.HEARTH[1] - 0.4, 0.6)), 0.0, 0)
        self._client.place(DOG, _in_mien(self.dog.place()), -self.dog.walk.heading, 0)
        for id_, kind, level, value, present in (
            (HEARTH, "hearth", "burning", self.burning, True),
            (DOG, "dog", "wagging", self.dog.wagging(), self.dog.present),
        ):
            told = self._told.get(id_, (-1.0, False))
            ends = value in (0.0, 1.0, 0.8) and told[0] != value
            if told[1] != present or abs(told[0] - value) > 0.02 or ends:
                self._client.object(id_, kind, present, {level: value})
                self._told[id_] = (value, present)


def casting(bodies: list[str], ids: Mapping[str, int]) -> dict[str, int]:
    """Return the id of the character that plays in each body, by the body's name.

    Args:
        bodies: names of those who are at home here.
        ids: of the characters that the sidecar sends, by name; those who are not at home take what is free.
    """
    at_home = {body: ids[body] for body in bodies if body in ids}
    free = [body for body in bodies if body not in at_home]
    guests = [id_ for name, id_ in ids.items() if name not in bodies]
    cast = at_home | dict(zip(free, guests, strict=False))
    return {body: cast[body] for body in bodies if body in cast}


def _in_mien(place: tuple[float, float, float]) -> tuple[float, float, float]:
    """Return a place of Panda3D's (x right, y away) as Mien has it (x away, y right)."""
    return place[1], place[0], place[2]
