import numpy as np
import pytest

from mien.bridge.faces import SHAPE
from mien.bridge.messages import Activity, Affect, Float32
from mien.runtime.express.expression import EYE_REACH, Expression, ExpressState

SECOND = 1_000_000
IDS = np.array([16, 17], np.uint32)
NEUTRAL, JOY, SADNESS = 0, 1, 2
LOOK_AHEAD = np.zeros((2, 2), np.float32)
LOOK_NOWHERE = np.full((2, 2), np.nan, np.float32)


@pytest.fixture
def stage() -> Expression:
    poses = np.zeros((3, 52), np.float32)
    poses[JOY, [SHAPE["mouthSmileLeft"], SHAPE["mouthSmileRight"]]] = 0.9
    poses[SADNESS, [SHAPE["mouthFrownLeft"], SHAPE["mouthFrownRight"]]] = 0.8
    rule_poses = np.zeros((1, 52), np.float32)
    rule_poses[0, SHAPE["browInnerUp"]] = 0.7
    pad = np.array([[0, 0, 0], [0.4, 0.2, 0.1], [-0.4, -0.2, -0.5]], np.float32)
    return Expression(IDS, poses, rule_poses, pad, np.full((2, 3), 0.1, np.float32), seed=3)


def run(
    stage: Expression,
    state: ExpressState,
    seconds: float,
    joy: float = 0.1,
    sadness: float = 0.1,
    mood_joy: float = 0.1,
    rule: float = 0.0,
    gaze: Float32 = LOOK_AHEAD,
) -> Float32:
    """Live on for so long with the first character feeling this and the second at rest; return all faces."""
    emotion, mood = np.full((2, 3), 0.1, np.float32), np.full((2, 3), 0.1, np.float32)
    emotion[0, [JOY, SADNESS]] = joy, sadness
    mood[0, JOY] = mood_joy
    intensity = np.array([[rule], [0]], np.float32)
    faces = []
    for _ in range(int(seconds * 60)):
        t = state.t + SECOND // 60
        faces.append(
            stage.step(
                state,
                Affect(t=t, ids=IDS, emotion=emotion, mood=mood),
                Activity(t=t, ids=IDS, intensity=intensity),
                gaze,
                t,
            )
        )
    return np.stack(faces)


def test_joy_smiles_and_a_character_at_its_personal_rest_does_not(stage: Expression) -> None:
    faces = run(stage, stage.start(0), 1.5, joy=0.95)
    smile = faces[-1, :, SHAPE["mouthSmileLeft"]]
    assert smile[0] > 0.8
    assert smile[1] == 0


def test_a_mood_colors_the_face_less_than_an_emotion_moves_it(stage: Expression) -> None:
    by_mood = run(stage, stage.start(0), 1.5, mood_joy=0.9)[-1, 0, SHAPE["mouthSmileLeft"]]
    by_emotion = run(stage, stage.start(0), 1.5, joy=0.9)[-1, 0, SHAPE["mouthSmileLeft"]]
    assert 0.1 < by_mood < 0.6 * by_emotion


def test_the_stronger_of_two_feelings_rules_the_face(stage: Expression) -> None:
    face = run(stage, stage.start(0), 1.5, joy=0.9, sadness=0.5)[-1, 0]
    assert face[SHAPE["mouthSmileLeft"]] > 2 * face[SHAPE["mouthFrownLeft"]] > 0


def test_an_active_rule_shows_on_its_bearer_only(stage: Expression) -> None:
    brow = run(stage, stage.start(0), 1.0, rule=1.0)[-1, :, SHAPE["browInnerUp"]]
    assert brow == pytest.approx([0.7, 0], abs=1e-3)


def test_weights_stay_in_range_and_no_value_ever_jumps(stage: Expression) -> None:
    state = stage.start(0)
    faces = np.concatenate([run(stage, state, 2, joy=0.99), run(stage, state, 2, sadness=0.99, rule=1.0)])
    assert faces[:, :, :52].min() >= 0 and faces[:, :, :52].max() <= 1
    step = abs(np.diff(faces, axis=0)).max(axis=(0, 1))
    step[[SHAPE["eyeBlinkLeft"], SHAPE["eyeBlinkRight"]]] = 0  # a blink closes within 70 ms
    step[[i for name, i in SHAPE.items() if "Look" in name or "Eye" in name]] = (
        0  # and a saccade within 60 ms
    )
    assert step.max() < 0.13


def test_eyes_turn_to_the_target_and_the_head_shares_the_turn(stage: Expression) -> None:
    gaze = np.array([[0.4, -0.1], [-0.4, 0.2]], np.float32)
    face = run(stage, stage.start(0), 2.0, gaze=gaze)[-60:].mean(axis=0)
    head, eye = face[:, SHAPE["headYaw"]], face[:, SHAPE["leftEyeYaw"]]
    assert head[0] > 0.1 > -0.1 > head[1]
    assert head + eye == pytest.approx([0.4, -0.4], abs=0.06)
    assert face[0, SHAPE["eyeLookOutLeft"]] > 0.2 and face[0, SHAPE["eyeLookInRight"]] > 0.2
    assert face[0, SHAPE["eyeLookInLeft"]] == pytest.approx(0, abs=0.05)
    assert face[1, SHAPE["eyeLookInLeft"]] > 0.2 and face[1, SHAPE["eyeLookOutRight"]] > 0.2


def test_who_has_nothing_to_look_at_looks_around(stage: Expression) -> None:
    faces = run(stage, stage.start(0), 20, gaze=LOOK_NOWHERE)
    looking = faces[:, 0, SHAPE["headYaw"]] + faces[:, 0, SHAPE["leftEyeYaw"]]
    assert looking.std() > 0.05
    assert abs(faces[:, :, SHAPE["leftEyeYaw"]]).max() <= EYE_REACH[0, 0]


def test_low_dominance_lowers_the_head(stage: Expression) -> None:
    pitch = run(stage, stage.start(0), 3, sadness=0.95)[-30:, :, SHAPE["headPitch"]].mean(axis=0)
    assert pitch[0] > pitch[1] + 0.05


def test_two_runs_are_byte_identical(stage: Expression) -> None:
    first = run(stage, stage.start(0), 5, joy=0.6, gaze=LOOK_NOWHERE)
    second = run(stage, stage.start(0), 5, joy=0.6, gaze=LOOK_NOWHERE)
    assert first.tobytes() == second.tobytes()


def test_time_that_stands_still_or_runs_back_moves_nothing(stage: Expression) -> None:
    state = stage.start(0)
    before = run(stage, state, 1, joy=0.9)[-1]
    emotion = np.full((2, 3), 0.1, np.float32)
    affect = Affect(t=0, ids=IDS, emotion=emotion, mood=emotion)
    activity = Activity(t=0, ids=IDS, intensity=np.zeros((2, 1), np.float32))
    shapes = slice(14, 52)
    after = stage.step(state, affect, activity, LOOK_AHEAD, state.t - SECOND)
    assert after[:, shapes] == pytest.approx(before[:, shapes], abs=1e-6)
