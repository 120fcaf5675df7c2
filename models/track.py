"""Following faces from picture to picture, and who is who.

The detector looks now and then; between, the aligner moves each box on to the next picture and says whether
it still lies on a face. The followed person is `PLAYER`: the largest face at first, and the same one as long
as it is in view. Others take 2 to 15. A face that is lost for a moment gets its id back.
"""

from dataclasses import dataclass, field
from typing import Final

from mien.bridge.messages import PLAYER
from mien.models.align import Aligner, Box, Gray
from mien.models.detect import Detector

MOST_PEOPLE: Final = 4
"""More faces than these are not followed, so that a crowd costs no more."""
LAST_ID: Final = 15
LOOK_EVERY: Final = 330_000
"""Microseconds between detections while a face is followed."""
SEEK_EVERY: Final = 100_000
"""The same while none is."""
UNCONFIRMED: Final = 2_000_000
"""A face that the detector has not seen for so long is dropped, however sure the aligner is."""
REMEMBER: Final = 2_000_000
"""How long a lost face keeps its id."""
GAP: Final = 1_000_000
"""A jump in time beyond this, forward or back, ends all tracks."""
ON_FACE: Final = 0.5
SAME: Final = 0.7
"""Boxes less far apart than this (see `Box.distance`) are one face."""
FOLLOW: Final = 0.6
"""Share of the aligner's correction that is taken each picture, so that crops do not tremble."""


@dataclass
class Track:
    """One face."""

    person: int
    box: Box
    score: float
    born: int
    seen: int
    confirmed: int


@dataclass
class TrackerState:
    """Faces in view, faces lately lost, and when the detector last looked."""

    visible: list[Track] = field(default_factory=list)
    lost: list[Track] = field(default_factory=list)
    shape: tuple[int, int] = (0, 0)
    t: int | None = None
    looked: int | None = None


class Tracker:
    """Detector and aligner together."""

    def __init__(self, detector: Detector, aligner: Aligner) -> None:
        self._detector = detector
        self._aligner = aligner

    def step(self, state: TrackerState, gray: Gray, t: int) -> list[Track]:
        """Return the faces in view, the followed person first; `t` is the picture's time, microseconds."""
        if state.t is not None and (abs(t - state.t) > GAP or gray.shape != state.shape):
            state.lost += state.visible
            state.visible = []
            state.looked = None
            if t < state.t:
                state.lost = []
        state.t, state.shape = t, gray.shape
        before = len(state.visible)
        for track in state.visible:
            self._follow(track, gray, t)
        self._drop(state, t)
        wait = LOOK_EVERY if state.visible else SEEK_EVERY
        if state.looked is None or t - state.looked >= wait or len(state.visible) < before:
            state.looked = t
            self._look(state, gray, t)
        self._elect(state, t)
        state.visible.sort(key=lambda track: track.person)
        return state.visible

    def _follow(self, track: Track, gray: Gray, t: int) -> None:
        aligned, score = self._aligner.step(gray, track.box)
        track.box = _between(track.box, aligned, FOLLOW)
        track.score = score
        if score >= ON_FACE:
            track.seen = t

    def _drop(self, state: TrackerState, t: int) -> None:
        kept: list[Track] = []
        for track in state.visible:
            twin = any(track.box.distance(other.box) < SAME for other in kept)
            if track.score < ON_FACE or t - track.confirmed > UNCONFIRMED or twin:
                state.lost.append(track)
            else:
                kept.append(track)
        state.visible = kept
        state.lost = [track for track in state.lost if t - track.seen <= REMEMBER]

    def _look(self, state: TrackerState, gray: Gray, t: int) -> None:
        for found in sorted(self._detector.detect(gray), key=lambda box: -box.side):
            near = [track for track in state.visible if track.box.distance(found) < SAME]
            if near:
                near[0].confirmed = t
                continue
            if len(state.visible) >= MOST_PEOPLE:
                break
            box, _ = self._aligner.step(gray, found)
            box, score = self._aligner.step(gray, box)
            if score < ON_FACE or any(track.box.distance(box) < SAME for track in state.visible):
                continue
            state.visible.append(Track(_recall(state, box), box, score, t, t, t))

    def _elect(self, state: TrackerState, t: int) -> None:
        """Let the largest face be the followed one if that one is gone, or if a newcomer is alone in view."""
        if not state.visible or any(track.person == PLAYER for track in state.visible):
            return
        largest = max(state.visible, key=lambda track: track.box.side)
        expected = any(track.person == PLAYER for track in state.lost)
        if not expected or (len(state.visible) == 1 and largest.born == t):
            largest.person = PLAYER
            state.lost = [track for track in state.lost if track.person != PLAYER]


def _recall(state: TrackerState, box: Box) -> int:
    """Return the id of the lost face nearest to the box, or a free one."""
    near = [track for track in state.lost if track.box.distance(box) < 2 * SAME]
    if near:
        best = min(near, key=lambda track: track.box.distance(box))
        state.lost.remove(best)
        return best.person
    taken = {track.person for track in state.visible + state.lost}
    return next(i for i in range(PLAYER, LAST_ID + 1) if i not in taken)


def _between(old: Box, new: Box, share: float) -> Box:
    return Box(
        old.x + share * (new.x - old.x),
        old.y + share * (new.y - old.y),
        old.side * (new.side / old.side) ** share,
        old.roll + share * (new.roll - old.roll),
    )
