import numpy as np
import pytest

from mien.behavior.definition import ALWAYS, AutonomousRule, Mark, Shows
from mien.behavior.expressions import (
    EXPRESSIONS,
    UNITS,
    UnknownExpressionError,
    emotion_faces,
    rule_faces,
    weights,
)
from mien.behavior.library import DEFAULT_EMOTIONS, Emotion, FacialExpression, Library
from mien.bridge.faces import SHAPES


def shown(expression: FacialExpression) -> dict[str, float]:
    return {shape: float(w) for shape, w in zip(SHAPES, weights(expression), strict=True) if w}


@pytest.mark.parametrize("unit", UNITS)
def test_every_action_unit_moves_shapes_that_exist(unit: int) -> None:
    assert shown(FacialExpression("x", {str(unit): 1.0}))


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_every_built_in_expression_lies_in_the_range_of_motion(name: str) -> None:
    row = weights(FacialExpression(name, EXPRESSIONS[name]))
    assert row.shape == (52,)
    assert row.dtype == np.float32
    assert ((row >= 0) & (row <= 1)).all()
    assert row.any() == (name != "neutral")


def test_joy_raises_cheeks_and_lip_corners_alike_on_both_sides() -> None:
    face = shown(FacialExpression("joy", EXPRESSIONS["joy"]))
    assert set(face) == {"cheekSquintLeft", "cheekSquintRight", "mouthSmileLeft", "mouthSmileRight"}
    assert len(set(face.values())) == 1


def test_contempt_is_one_sided() -> None:
    assert set(shown(FacialExpression("c", EXPRESSIONS["contempt"]))) == {
        "mouthSmileRight",
        "mouthDimpleRight",
    }


def test_blend_shapes_replace_what_action_units_give() -> None:
    face = shown(FacialExpression("x", {"12": 1.0}, {"mouthSmileLeft": 0.25}))
    assert face == {"mouthSmileLeft": 0.25, "mouthSmileRight": 1.0}


def test_the_seven_emotions_have_seven_faces_and_neutral_is_at_rest() -> None:
    rows = emotion_faces(Library())
    assert rows.shape == (7, 52)
    assert not rows[0].any()
    assert len({row.tobytes() for row in rows}) == 7


def test_a_rule_shows_an_emotion_a_built_in_or_a_declared_expression() -> None:
    library = Library(
        emotions=(*DEFAULT_EMOTIONS, Emotion("awe", 0.3, 0.3, -0.4, expression="gasp")),
        expressions=(FacialExpression("grin", {"12": 1.0}),),
        autonomous=tuple(
            AutonomousRule(id=name or "none", trigger=ALWAYS, shows=Shows(expression=name))
            for name in ("awe", "smirk", "grin", "")
        ),
    )
    rows = rule_faces(library)
    assert rows.shape == (4, 52)
    assert rows[:3].any(axis=1).all()
    assert not rows[3].any()


@pytest.mark.parametrize(
    ("expression", "what"),
    [
        (FacialExpression("x", {"99": 1.0}, mark=Mark("a.yaml", 3, 5)), "a.yaml:3:5: no action unit '99'"),
        (FacialExpression("x", {}, {"mouthGrin": 1.0}), "no ARKit blend shape is called 'mouthGrin'"),
    ],
)
def test_what_does_not_exist_is_named(expression: FacialExpression, what: str) -> None:
    with pytest.raises(UnknownExpressionError, match=what):
        weights(expression)
