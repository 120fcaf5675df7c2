from dataclasses import replace
from io import StringIO

import numpy as np
import pytest
from rich.console import Console

from mien.bridge.faces import FACE
from mien.bridge.messages import (
    EMOTIONS,
    PLAYER,
    Activity,
    BehaviorEvent,
    EmotionEstimate,
    FaceFrame,
    Hello,
    Status,
)
from mien.runtime.view.bars import bar
from mien.runtime.view.moment import Moment
from mien.runtime.view.screen import Screen

IDS = np.arange(16, 20, dtype=np.uint32)
NAMES = ("Ada", "Ben", "Cid", "Dee")


@pytest.fixture
def moment() -> Moment:
    moment = Moment()
    moment.take(
        Hello(
            t=0, session="s", generation=1, clock="c", wall=0, rate=60, emotions=EMOTIONS, ids=IDS,
            pad=np.zeros((7, 3), np.float32), characters=NAMES, face=FACE, rules=("wave",),
        )
    )  # fmt: skip
    affect = np.full((4, 2, 7), 0.2, np.float32)
    affect[0, 0, 1] = 0.9
    moment.take(
        FaceFrame(
            t=0, seq=0, generation=1, captured=0, ids=IDS, affect=affect, face=np.zeros((4, 61), np.float32)
        )
    )
    return moment


def player(used: int, senses: int = 3) -> EmotionEstimate:
    emotion = np.array([0.1, 0.6, 0.1, 0.05, 0.05, 0.05, 0.05], np.float32) * (used > 0)
    return EmotionEstimate(
        t=0, produced=0, lag=0, person=PLAYER, senses=senses, used=used, presence=0.9 * (used & 1),
        speaking=0.4, emotion=emotion, valence=0.4, arousal=0.1, confidence=0.7 * (used > 0),
        share=np.zeros(3, np.float32), box=np.zeros(4, np.float32), head=np.zeros(3, np.float32),
        blend=np.zeros(52, np.float32),
    )  # fmt: skip


def wave(phase: str, speech: str = "") -> BehaviorEvent:
    return BehaviorEvent(
        t=0, character=16, rule="wave", phase=phase, reason="selected", inflicter=16, target=0, intensity=1.0,
        expression="", gaze="", gesture="", speech=speech,
    )  # fmt: skip


def shown(moment: Moment, width: int = 200, height: int = 60, no_color: bool = False) -> str:
    console = Console(width=width, height=height, record=True, file=StringIO(), no_color=no_color)
    console.print(Screen().render(moment, [("faces", "60 Hz")], 0, console))
    return console.export_text()


def test_before_the_first_face_it_says_what_it_waits_for() -> None:
    assert "waiting for the first face" in shown(Moment())


def test_it_shows_every_character_that_fits_and_counts_the_rest(moment: Moment) -> None:
    wide, narrow = shown(moment), shown(moment, 80)
    assert all(name in wide for name in NAMES) and "more" not in wide
    assert "Ada" in narrow and "Dee" not in narrow and "and 3 more" in narrow
    assert max(len(line) for line in narrow.splitlines()) <= 80


def test_it_shows_what_the_player_shows(moment: Moment) -> None:
    moment.take(player(used=3))
    text = shown(moment)
    assert "face 90%" in text and "voice 40%" in text and "0.60" in text and "valence +0.40" in text


def test_a_missing_sense_is_a_dash_and_nothing_used_is_said(moment: Moment) -> None:
    moment.take(player(used=0, senses=1))
    text = shown(moment)
    assert "voice –" in text and "neither face nor voice" in text and "valence" not in text


def test_behaviors_appear_when_they_start_and_go_when_they_end(moment: Moment) -> None:
    moment.take(wave("started", "Hello there."))
    text = shown(moment)
    assert "wave" in text and "says Hello there." in text
    moment.take(wave("ended"))
    assert "wave" not in shown(moment)


def test_what_went_on_before_one_came_is_told_by_the_activity(moment: Moment) -> None:
    intensity = np.zeros((4, 1), np.float32)
    intensity[1] = 0.7
    moment.take(Activity(t=0, ids=IDS, intensity=intensity))
    assert [character for character, rules in moment.active.items() if rules] == [17]
    moment.take(replace(moment.hello or pytest.fail(), generation=2))
    assert moment.active[17] == {"wave": None}  # a reload does not end what goes on
    moment.take(Activity(t=1, ids=IDS, intensity=np.zeros((4, 1), np.float32)))
    assert not moment.active[17]


def test_what_fades_out_after_its_end_is_not_shown_again(moment: Moment) -> None:
    moment.take(wave("started"))
    moment.take(wave("ended"))
    moment.take(Activity(t=0, ids=IDS, intensity=np.ones((4, 1), np.float32)))
    assert not moment.active[16]


def test_on_a_low_terminal_portraits_shrink_and_then_give_way_to_the_figures(moment: Moment) -> None:
    for height, blocks in ((60, True), (24, True), (18, False)):
        text = shown(moment, 80, height)
        assert ("▀" in text) is blocks
        assert "surprise" in text and "60 Hz" in text
        if height >= 24:
            assert text.count("\n") <= height


def test_without_color_there_is_no_portrait(moment: Moment) -> None:
    assert "▀" not in shown(moment, no_color=True)


def test_notices_are_shown_the_newest_four(moment: Moment) -> None:
    for number in range(6):
        moment.take(Status(t=0, origin="perceiver", notice=f"camera lost {number}"))
    text = shown(moment)
    assert "camera lost 5" in text and "camera lost 1" not in text


@pytest.mark.parametrize(
    ("level", "filled"), [(0, ""), (0.5, "████"), (1, "████████"), (1.7, "████████"), (0.0625, "▌")]
)
def test_bars_are_exact_to_an_eighth_of_a_cell(level: float, filled: str) -> None:
    text = bar(level, 8, "white").plain
    assert len(text) == 8 and text.rstrip("·") == filled


def test_a_tick_marks_a_second_level_on_a_bar() -> None:
    assert [bar(0.5, 8, "white", mark).plain.index("│") for mark in (0, 0.5, 1)] == [0, 4, 7]
