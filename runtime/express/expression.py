"""Express: what characters feel and do, as faces that move like faces."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from mien.bridge.faces import FACE, SHAPE, SHAPES
from mien.bridge.messages import Activity, Affect, Float32, Micros, UInt32
from mien.runtime.express.idle import SECOND, Idle
from mien.runtime.express.spring import Spring

MOOD_SHARE: Final = 0.5
"""How strongly a mood shows beside an emotion of the same level: moods color a face, emotions move it."""
HEAD_SHARE: Final = 0.45
"""How much of a look the head takes over from the eyes."""
EYE_REACH: Final = np.array([[0.60], [0.45]], np.float32)
"""Radians that the eyes turn in the head at most, yaw and pitch; at this angle the look shapes are 1."""
HEAD_REACH: Final = np.array([[0.9], [0.5], [0.4]], np.float32)
"""Radians that the head turns at most: yaw, pitch, roll."""
BOW: Final = 0.22
"""Radians that the head sinks for full submission (dominance -1), and rises for full dominance."""

_STIFFNESS: Final = {
    "eye": 22.0,
    "brow": 13.0,
    "mouth": 14.0,
    "jaw": 18.0,
    "cheek": 11.0,
    "nose": 12.0,
    "tongue": 16.0,
}
"""ω of the spring of each region, radians a second: lids are quick, brows and cheeks slow."""
_HEAD_STIFFNESS: Final = 7.0
_EYE_STIFFNESS: Final = 45.0

_HEAD = slice(len(SHAPES), len(SHAPES) + 3)
_EYES = (slice(55, 57), slice(58, 60))
_BLINKS = [SHAPE["eyeBlinkLeft"], SHAPE["eyeBlinkRight"]]
_WIDE = [SHAPE["eyeWideLeft"], SHAPE["eyeWideRight"]]
_LEFTWARD = [SHAPE["eyeLookOutLeft"], SHAPE["eyeLookInRight"]]
_RIGHTWARD = [SHAPE["eyeLookInLeft"], SHAPE["eyeLookOutRight"]]
_DOWNWARD = [SHAPE["eyeLookDownLeft"], SHAPE["eyeLookDownRight"]]
_UPWARD = [SHAPE["eyeLookUpLeft"], SHAPE["eyeLookUpRight"]]


@dataclass(slots=True)
class ExpressState:
    """Faces in motion."""

    t: Micros
    shapes: Spring
    """(52, N)"""
    head: Spring
    """(3, N) yaw, pitch, roll."""
    eyes: Spring
    """(2, N) yaw and pitch in the head."""
    idle: Idle


class Expression:
    """Turns affect and active rules into 61 values a character, with idle life on top."""

    def __init__(
        self,
        ids: UInt32,
        emotion_poses: Float32,
        rule_poses: Float32,
        pad: Float32,
        resting: Float32,
        seed: int,
    ) -> None:
        """Make the stage for one cast.

        Args:
            ids: (N,) character ids.
            emotion_poses: (M, 52) blend weights of each emotion at full strength.
            rule_poses: (R, 52) blend weights that each rule shows at full intensity.
            pad: (M, 3) pleasure, arousal, dominance of each emotion.
            resting: (N, M) emotion levels at which a face is at rest: the personality's baseline.
            seed: of the session.
        """
        self.ids = ids
        self._emotion_poses = np.ascontiguousarray(emotion_poses.T)
        self._rule_poses = np.ascontiguousarray(rule_poses.T)
        self._bow = np.float32(BOW) * pad[:, 2]
        self._resting = np.ascontiguousarray(resting.T)
        self._room = 1.0 / (1.0 - self._resting)
        self.seed = seed

    def start(self, t: Micros) -> ExpressState:
        """Return faces at rest at time `t`."""
        n = len(self.ids)
        stiffness = np.array(
            [next(w for region, w in _STIFFNESS.items() if region in name) for name in SHAPES]
        )
        return ExpressState(
            t,
            Spring.at_rest(np.zeros((len(SHAPES), n), np.float32), stiffness),
            Spring.at_rest(np.zeros((3, n), np.float32), np.full(3, _HEAD_STIFFNESS)),
            Spring.at_rest(np.zeros((2, n), np.float32), np.full(2, _EYE_STIFFNESS)),
            Idle.start(self.seed, self.ids, t),
        )

    def carry(self, state: ExpressState, old: "Expression") -> ExpressState:
        """Return the faces of this cast, those that `old` has too as they are now in `state`."""
        carried = self.start(state.t)
        _, here, there = np.intersect1d(self.ids, old.ids, return_indices=True)
        for name in ("shapes", "head", "eyes"):
            new, last = getattr(carried, name), getattr(state, name)
            new.position[:, here], new.velocity[:, here] = last.position[:, there], last.velocity[:, there]
        return carried

    def step(
        self, state: ExpressState, affect: Affect, activity: Activity, gaze: Float32, t: Micros
    ) -> Float32:
        """Move all faces on to time `t`.

        Args:
            state: moved on in place.
            affect: what the characters feel.
            activity: what they do.
            gaze: (N, 2) yaw and pitch of what each looks at, radians; NaN where it looks at nothing.
            t: not before the last step's.

        Returns:
            (N, 61) columns as `faces.FACE`: weights in [0, 1], rotations in radians.
        """
        seconds = max(0, t - state.t) / SECOND
        state.t = t
        state.idle.step(t)
        felt = self._felt(affect)
        face = np.zeros((len(FACE), len(self.ids)), np.float32)

        pose = self._emotion_poses @ felt
        pose += self._rule_poses @ activity.intensity.T
        np.minimum(pose, 1.0, out=pose)
        np.clip(state.shapes.step(pose, seconds), 0.0, 1.0, out=face[: len(SHAPES)])

        aim = gaze.T
        lost = np.isnan(aim)
        if lost.any():
            aim = np.where(lost, state.idle.look_around(), aim)
        head = state.idle.sway(t)
        head[:2] += HEAD_SHARE * aim
        head[1] -= self._bow @ felt
        head = state.head.step(np.clip(head, -HEAD_REACH, HEAD_REACH), seconds)
        eyes = np.clip(aim + state.idle.eye_offset() - head[:2], -EYE_REACH, EYE_REACH)
        eyes = state.eyes.step(eyes, seconds)
        face[_HEAD] = head
        for eye in _EYES:
            face[eye] = eyes
        _move_lids(face, eyes, state.idle.lids(t))
        return np.ascontiguousarray(face.T)

    def _felt(self, affect: Affect) -> Float32:
        """Return (M, N) how strongly each emotion shows, [0, 1]: how far it stands above its rest.

        The strongest shows in full, the others the less the weaker they are (times the root of their share of
        it), so that one feeling rules the face instead of a blend of all.
        """
        above = np.maximum(affect.emotion.T, affect.mood.T * np.float32(MOOD_SHARE))
        above -= self._resting
        above *= self._room
        np.clip(above, 0.0, 1.0, out=above)
        shown: Float32 = above * np.sqrt(above / np.maximum(above.max(axis=0), 1e-6))
        return shown


def _move_lids(face: Float32, eyes: Float32, closed: Float32) -> None:
    """Add to `face` (61, N) what the eyes' rotation (2, N) and blinking (N,) do to the lids."""
    to, away = np.maximum(eyes / EYE_REACH, 0.0), np.maximum(eyes / -EYE_REACH, 0.0)
    face[_LEFTWARD], face[_RIGHTWARD] = to[0], away[0]
    face[_DOWNWARD], face[_UPWARD] = to[1], away[1]
    if closed.any():
        # A blink closes whatever the expression leaves open, and no lid is wide while it closes.
        for blink, wide in zip(_BLINKS, _WIDE, strict=True):
            face[blink] += (1.0 - face[blink]) * closed
            face[wide] *= 1.0 - closed
