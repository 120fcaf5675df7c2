"""The director's step: feel, decide, express, for all characters at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from mien.behavior.engine import Engine
from mien.behavior.expressions import emotion_faces, rule_faces
from mien.behavior.library import Library
from mien.behavior.reload import swap
from mien.behavior.state import State
from mien.bridge.clock import clock_id
from mien.bridge.messages import (
    PLAYER,
    BehaviorEvent,
    EmotionEstimate,
    FaceFrame,
    Float32,
    Hello,
    Message,
    Micros,
)
from mien.runtime.express.attention import Attention
from mien.runtime.express.expression import Expression, ExpressState

RATE: Final = 60
"""Ticks a second."""
ANNOUNCE_PERIOD: Final = 1_000_000
"""Microseconds after which the activity is told again: so long a rule that fades out may seem to go on."""


@dataclass(slots=True)
class DirectorState:
    """Everything that one tick leaves for the next."""

    begun: Micros
    engine: State
    expression: ExpressState
    captured: Micros = 0
    """Capture time of the newest estimate that was taken in."""
    announce: Micros = 0
    """When to tell what goes on although nothing begins or ends: once a second, and after a reload."""


class Director:
    """One frozen library and its cast; `step` is pure over (state, inputs, time)."""

    def __init__(self, library: Library, *, seed: int, rate: int = RATE, generation: int = 1) -> None:
        """Compile `library`.

        Args:
            library: a checked library.
            seed: of every random draw.
            rate: ticks a second.
            generation: of the names; a reload raises it.
        """
        self.library = library
        self.rate = rate
        self._seed = seed
        self.generation = generation
        self.engine = Engine(library, seed)
        self.attention = Attention(library, self.engine.cast)
        self.expression = Expression(
            self.engine.ids,
            emotion_faces(library),
            rule_faces(library),
            np.array([emotion.pad for emotion in library.emotions], np.float32).reshape(-1, 3),
            self.engine.cast.home.astype(np.float32),
            seed,
        )

    def start(self, t: Micros) -> DirectorState:
        """Return the state before the first tick, at time `t`."""
        return DirectorState(t, self.engine.start(), self.expression.start(t))

    def successor(self, library: Library) -> "Director":
        """Return a director of another library, with the same seed and rate, under a new generation of names.

        Raises:
            ValueError: what the library refers to does not exist; says what.
        """
        return Director(library, seed=self._seed, rate=self.rate, generation=self.generation + 1)

    def take_over(
        self, old: "Director", state: DirectorState, t: Micros
    ) -> tuple[DirectorState, list[BehaviorEvent]]:
        """Return the state in which this director goes on from where `old` is, and the behaviors that ended.

        Characters carry over by id, with their emotions, moods, faces and running rules.
        """
        engine, events = swap(old.engine, self.engine, state.engine, t)
        expression = self.expression.carry(state.expression, old.expression)
        return DirectorState(state.begun, engine, expression, state.captured), events

    def step(self, state: DirectorState, inputs: Sequence[Message], t: Micros) -> list[Message]:
        """Run one tick.

        Args:
            state: moved on in place.
            inputs: what perceiver and game have sent since the last tick.
            t: time of the tick on the director's clock.

        Returns:
            The `FaceFrame` of the tick, then the behavior events; with them, and once a second, the
            `Activity`, which tells who comes later what is going on.
        """
        for message in inputs:
            if isinstance(message, EmotionEstimate) and message.person == PLAYER:
                state.captured = max(state.captured, message.t)
        affect = self.engine.feel(state.engine, inputs, t)
        activity, events = self.engine.decide(state.engine, affect, t)
        gaze = self.attention.directions(state.engine.surroundings, activity, t)
        face = self.expression.step(state.expression, affect, activity, gaze, t)
        frame = FaceFrame(
            t=t,
            # From the time, so that a dropped tick leaves a gap, in the recording and its replay alike.
            seq=max(0, round((t - state.begun) * self.rate / 1_000_000)),
            generation=self.generation,
            captured=state.captured,
            ids=affect.ids,
            affect=_both(affect.emotion, affect.mood),
            face=face,
        )
        if not events and t < state.announce:
            return [frame]
        state.announce = t + ANNOUNCE_PERIOD
        return [frame, *events, activity]

    def hello(self, session: str, t: Micros, wall: Micros) -> Hello:
        """Return the names that the frames refer to.

        Args:
            session: name of this run.
            t: now, on the director's clock.
            wall: now in UTC, microseconds since 1970.
        """
        return self.engine.hello(
            session=session, generation=self.generation, clock=clock_id(), wall=wall, rate=self.rate, t=t
        )


def _both(emotion: Float32, mood: Float32) -> Float32:
    both: Float32 = np.stack((emotion, mood), axis=1)
    return both
