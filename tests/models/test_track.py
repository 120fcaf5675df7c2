"""The tracker's rules, with a detector and an aligner that see whatever a test puts before them."""

import numpy as np
import pytest

from mien.bridge.messages import PLAYER
from mien.models.align import Box
from mien.models.track import (
    GAP,
    LOOK_EVERY,
    MOST_PEOPLE,
    REMEMBER,
    SEEK_EVERY,
    UNCONFIRMED,
    Tracker,
    TrackerState,
)

FRAME = 33_333
GRAY = np.zeros((480, 640), np.uint8)


class Scene:
    """Where faces are; finds them as detector and as aligner."""

    def __init__(self, *faces: Box) -> None:
        self.faces = list(faces)
        self.detected = 0
        self.blind = False

    def detect(self, _: object) -> list[Box]:
        self.detected += 1
        return [] if self.blind else list(self.faces)

    def step(self, _: object, box: Box) -> tuple[Box, float]:
        near = [face for face in self.faces if face.distance(box) < 0.6]
        return (min(near, key=box.distance), 0.99) if near else (box, 0.01)


LARGE, SMALL = Box(450, 240, 200), Box(120, 240, 100)


def people(scene: Scene, state: TrackerState, frames: int, start: int = 0) -> list[set[int]]:
    tracker = Tracker(scene, scene)  # type: ignore[arg-type]
    return [{track.person for track in tracker.step(state, GRAY, start + i * FRAME)} for i in range(frames)]


def test_the_largest_face_is_the_player() -> None:
    scene, state = Scene(SMALL, LARGE), TrackerState()
    assert people(scene, state, 1) == [{1, 2}]
    assert next(t for t in state.visible if t.person == PLAYER).box == LARGE


def test_the_player_stays_the_player_when_another_face_comes_nearer() -> None:
    scene, state = Scene(SMALL), TrackerState()
    people(scene, state, 5)
    scene.faces.append(LARGE)
    assert people(scene, state, 20, 5 * FRAME)[-1] == {1, 2}
    assert next(t for t in state.visible if t.person == PLAYER).box.side == pytest.approx(SMALL.side)


def test_the_detector_looks_only_now_and_then() -> None:
    scene, state = Scene(LARGE), TrackerState()
    people(scene, state, 60)
    assert scene.detected == pytest.approx(60 * FRAME / LOOK_EVERY, abs=1)
    empty = Scene()
    people(empty, TrackerState(), 60)
    assert empty.detected == pytest.approx(60 * FRAME / SEEK_EVERY, rel=0.4)


def test_a_face_that_moves_is_followed_without_the_detector() -> None:
    scene, state = Scene(LARGE), TrackerState()
    people(scene, state, 1)
    scene.blind = True
    for i in range(1, 20):
        scene.faces = [Box(450 - 10 * i, 240, 200)]
        assert people(scene, state, 1, i * FRAME) == [{PLAYER}]
    assert state.visible[0].box.x == pytest.approx(260, abs=15)


def test_a_lost_face_is_sought_in_the_same_picture() -> None:
    scene, state = Scene(LARGE), TrackerState()
    people(scene, state, 2)
    scene.faces = [SMALL]
    assert people(scene, state, 1, 2 * FRAME) == [{PLAYER}]


def test_a_short_loss_keeps_both_ids() -> None:
    scene, state = Scene(LARGE, SMALL), TrackerState()
    people(scene, state, 3)
    scene.faces = []
    assert people(scene, state, 10, 3 * FRAME)[-1] == set()
    scene.faces = [SMALL, LARGE]
    people(scene, state, 5, 13 * FRAME)
    assert {t.person: t.box.side for t in state.visible} == {1: LARGE.side, 2: SMALL.side}


def test_another_becomes_the_player_only_after_a_while() -> None:
    scene, state = Scene(LARGE, SMALL), TrackerState()
    people(scene, state, 3)
    scene.faces = [SMALL]
    seen = people(scene, state, 90, 3 * FRAME)
    changed = seen.index({PLAYER}) * FRAME
    assert changed == pytest.approx(REMEMBER, abs=3 * FRAME)
    assert all(each == {2} for each in seen[: seen.index({PLAYER})])


def test_what_the_detector_never_confirms_is_dropped() -> None:
    scene, state = Scene(LARGE), TrackerState()
    people(scene, state, 1)
    scene.blind = True
    seen = people(scene, state, 90, FRAME)
    assert seen.index(set()) * FRAME == pytest.approx(UNCONFIRMED, abs=2 * FRAME)


def test_a_crowd_is_cut_to_the_largest_faces() -> None:
    crowd = [Box(50 + 90 * i, 100 + 50 * (i % 2), 60 + 5 * i) for i in range(6)]
    state = TrackerState()
    people(Scene(*crowd), state, 5)
    assert len(state.visible) == MOST_PEOPLE
    assert min(t.box.side for t in state.visible) >= 70


@pytest.mark.parametrize("jump", [GAP + FRAME, -GAP - FRAME])
def test_a_jump_in_time_looks_again_at_once(jump: int) -> None:
    scene, state = Scene(LARGE), TrackerState()
    start = 100_000_000
    people(scene, state, 2, start)
    before = scene.detected
    assert people(scene, state, 1, start + jump) == [{PLAYER}]
    assert scene.detected == before + 1


def test_a_picture_of_another_size_starts_over() -> None:
    scene, state = Scene(LARGE), TrackerState()
    people(scene, state, 2)
    scene.faces = [Box(200, 120, 100)]
    tracker = Tracker(scene, scene)  # type: ignore[arg-type]
    found = tracker.step(state, np.zeros((240, 320), np.uint8), 3 * FRAME)
    assert [track.box.side for track in found] == [100]
