"""What the game makes of casts, behaviors, ways and figures; nothing is drawn here."""

from math import pi
from pathlib import Path

import pytest

pytest.importorskip("panda3d", reason="NOT TESTED: the tavern needs Panda3D, as the dev extra brings it")

from mien.examples.tavern.game import Doing, casting
from mien.examples.tavern.labels import figures, strongest
from mien.examples.tavern.mien_core import Behavior, Statistics
from mien.examples.tavern.walk import Walk, bearing

BODIES = ["Marta", "Bram", "Lily"]


@pytest.mark.parametrize(
    ("ids", "cast"),
    [
        ({"Lily": 18, "Marta": 16, "Bram": 17}, {"Marta": 16, "Bram": 17, "Lily": 18}),
        ({"Mira": 16, "Bram": 17, "Pip": 18}, {"Marta": 16, "Bram": 17, "Lily": 18}),
        ({"Ada": 16}, {"Marta": 16}),
        ({"Lily": 20, "Ada": 16}, {"Marta": 16, "Lily": 20}),
        ({f"villager_{i}": 16 + i for i in range(9)}, {"Marta": 16, "Bram": 17, "Lily": 18}),
        ({}, {}),
    ],
    ids=["at home", "two guests", "one", "one of each", "too many", "nobody"],
)
def test_who_is_at_home_plays_themselves_and_guests_take_what_is_free(
    ids: dict[str, int], cast: dict[str, int]
) -> None:
    assert casting(BODIES, ids) == cast


def behavior(
    rule: str, *, started: bool, gesture: str = "", speech: str = "", inflicter: int = 16
) -> Behavior:
    return Behavior(
        character=16, inflicter=inflicter, started=int(started), rule=rule.encode(), gesture=gesture.encode(),
        speech=speech.encode(),
    )  # fmt: skip


def test_the_newest_behavior_counts_and_the_one_before_returns_when_it_ends() -> None:
    doing = Doing()
    doing.take(behavior("glare", started=True, gesture="fold_arms"), 1.0)
    doing.take(behavior("snap_back", started=True, gesture="point", speech="What?"), 2.0)
    assert (doing.behavior(), doing.gesture(), doing.speech, doing.spoke) == (
        "snap_back",
        "point",
        "What?",
        2.0,
    )
    doing.take(behavior("snap_back", started=False), 3.0)
    assert (doing.behavior(), doing.gesture()) == ("glare", "fold_arms")


def test_what_somebody_was_found_at_counts_until_their_first_event_of_their_own() -> None:
    doing = Doing(found="glare")
    doing.take(behavior("warmth", started=True, inflicter=1000), 1.0)
    assert doing.behavior() == "glare"
    doing.take(behavior("glare", started=False), 2.0)
    assert doing.behavior() == ""


def test_what_a_smart_object_does_to_somebody_is_not_their_own_behavior() -> None:
    doing = Doing()
    doing.take(behavior("wait", started=True), 1.0)
    doing.take(behavior("warmth", started=True, inflicter=1000), 2.0)
    assert doing.behavior() == "wait"


@pytest.mark.parametrize(
    ("levels", "emotion"),
    [((0.9, 0.1, 0.1), "calm"), ((0.9, 0.3, 0.5), "anger"), ((0.1, 0.6, 0.5), "joy")],
)
def test_the_strongest_emotion_is_never_neutral_and_a_faint_one_is_calm(
    levels: tuple[float, ...], emotion: str
) -> None:
    assert strongest(["neutral", "joy", "anger"], levels)[0] == emotion


def test_no_emotions_are_calm() -> None:
    assert strongest([], []) == ("calm", 0.0)


def test_the_figures_say_when_nothing_arrives() -> None:
    assert figures(Statistics()) == "no faces arrive"
    assert "60 faces/s" in figures(Statistics(receiving=1, rate=60.0))


def test_somebody_walks_to_where_they_want_to_be_and_turns_to_what_they_face() -> None:
    walk, goal, faces = Walk((0.0, 0.0), 0.0), (2.0, 1.0), (0.0, -1.0)
    for _ in range(600):
        before = walk
        walk = walk.step(goal, faces, 1 / 60)
        assert walk.distance - before.distance <= 0.85 / 60 + 1e-9
    assert walk.place == pytest.approx(goal, abs=0.03) and not walk.moving
    assert walk.heading % (2 * pi) == pytest.approx(bearing(goal, faces) % (2 * pi), abs=0.02)


def test_standing_still_takes_no_steps() -> None:
    assert Walk((1.0, 1.0), 0.0).step((1.0, 1.0), (1.0, 2.0), 0.0) == Walk((1.0, 1.0), 0.0)


def test_what_is_kept_changes_with_its_sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from mien.examples.tavern.cache import cached

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "cache"))
    source = tmp_path / "source"
    source.write_text("one")
    first = cached("it", [source])
    assert first.is_dir() and cached("it", [source]) == first
    source.write_text("two")
    assert cached("it", [source]) != first


def test_a_missing_compiler_is_said_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from mien.examples.tavern.core_library import CoreLibraryError, core_library

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path))
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("CXX", raising=False)
    with pytest.raises(CoreLibraryError, match=r"C\+\+17 compiler") as raised:
        core_library()
    assert "\n" not in str(raised.value)


def test_a_library_built_elsewhere_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from mien.examples.tavern.core_library import CoreLibraryError, core_library

    monkeypatch.setenv("MIEN_CORE", str(tmp_path / "core.so"))
    with pytest.raises(CoreLibraryError, match="there is no library"):
        core_library()
    (tmp_path / "core.so").touch()
    assert core_library() == tmp_path / "core.so"
