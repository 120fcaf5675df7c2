"""Walking: from where one stands to where one wants to be, and turning to what one faces.

Pure: places are (x, y) in meters, x right and y away; a heading is radians about z from y towards -x, as
Panda3D turns things, so that 0 faces away from the camera.
"""

from dataclasses import dataclass, replace
from math import atan2, hypot, pi
from typing import Final

Place = tuple[float, float]

SPEED: Final = 0.85
"""Meters a second."""
TURN: Final = 4.0
"""Radians a second."""


@dataclass(frozen=True)
class Walk:
    """Where somebody is, and how far they have walked."""

    place: Place
    heading: float
    distance: float = 0.0
    """Meters walked, which is where the legs are."""
    moving: bool = False

    def step(self, goal: Place, faces: Place, dt: float, speed: float = SPEED) -> "Walk":
        """Return the walk `dt` seconds later: nearer to `goal`, and turned to `faces` once there."""
        dx, dy = goal[0] - self.place[0], goal[1] - self.place[1]
        left = hypot(dx, dy)
        if left < 0.02:
            heading = turned(self.heading, bearing(self.place, faces), TURN * 0.6 * dt)
            return replace(self, heading=heading, moving=False)
        wanted = bearing(self.place, goal)
        heading = turned(self.heading, wanted, TURN * dt)
        # Nobody walks sideways: first turn, then go; a short step back needs no turn.
        ahead = 1.0 if left < 0.5 else max(0.0, 1.0 - abs(difference(heading, wanted)) / 1.2)
        if left < 0.5:
            heading = turned(self.heading, bearing(self.place, faces), TURN * dt)
        gone = min(left, speed * ahead * dt)
        place = (self.place[0] + dx / left * gone, self.place[1] + dy / left * gone)
        return Walk(place, heading, self.distance + gone, moving=True)


def bearing(here: Place, there: Place) -> float:
    """Return the heading from `here` to `there`."""
    return atan2(-(there[0] - here[0]), there[1] - here[1])


def difference(heading: float, wanted: float) -> float:
    """Return by how much to turn, from -π to π."""
    return (wanted - heading + pi) % (2 * pi) - pi


def turned(heading: float, wanted: float, most: float) -> float:
    """Return `heading`, nearer to `wanted` by at most `most`."""
    turn = difference(heading, wanted)
    return heading + max(-most, min(most, turn))
