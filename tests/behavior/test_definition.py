from dataclasses import FrozenInstanceError

import pytest

from mien.behavior.definition import (
    ALWAYS,
    AutonomousRule,
    Change,
    Filter,
    Leaf,
    Mark,
    Selector,
    Sequence,
    walk,
)
from mien.behavior.library import DEFAULT_EMOTIONS, Library, orientation


def test_walk_yields_parents_before_children_from_left_to_right() -> None:
    tree = Sequence((Selector((Leaf("a"), Leaf("b"))), Filter(ALWAYS, Leaf("c"))))
    assert [(path, type(node).__name__) for path, node in walk(tree)] == [
        ((), "Sequence"),
        ((0,), "Selector"),
        ((0, 0), "Leaf"),
        ((0, 1), "Leaf"),
        ((1,), "Filter"),
        ((1, 0), "Leaf"),
    ]


def test_a_definition_cannot_be_changed() -> None:
    leaf = Leaf("a")
    with pytest.raises(FrozenInstanceError):
        leaf.rule = "b"  # type: ignore[misc]


def test_where_something_was_written_does_not_make_it_another_thing() -> None:
    assert Leaf("a", Mark("x.yaml", 1, 2)) == Leaf("a", Mark("y.yaml", 3, 4))
    assert str(Mark("x.yaml", 1, 2)) == "x.yaml:1:2"


@pytest.mark.parametrize(
    ("emotion", "amount", "sign"),
    [("joy", 0.3, 1), ("joy", -0.3, -1), ("fear", 0.3, -1), ("fear", -0.3, 1), ("neutral", 0.3, 0)],
)
def test_orientation_is_the_sign_of_the_pleasure_that_an_aim_brings(
    emotion: str, amount: float, sign: int
) -> None:
    assert orientation((Change(emotion, amount),), DEFAULT_EMOTIONS) == sign


def test_without_a_tree_the_rules_form_a_selector_in_their_order() -> None:
    rules = (AutonomousRule(id="a", trigger=ALWAYS), AutonomousRule(id="b", trigger=ALWAYS))
    assert Library(autonomous=rules).root == Selector((Leaf("a"), Leaf("b")))
    assert Library().root is None
