from dataclasses import replace

import numpy as np
import pytest
from rich.console import Console

from mien.bridge.faces import FACE
from mien.bridge.messages import EMOTIONS, PLAYER, BehaviorEvent, EmotionEstimate, FaceFrame, Hello, Status
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


def shown(moment: Moment, width: int = 200) -> str:
    console = Console(width=width, record=True, file=open("/dev/null", "w"))  # noqa: SIM115, PTH123
    console.print(Screen().render(moment, [("faces", "60 Hz")], 0, width))
    console.file.close()
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
    assert "wave" in text and "“Hello there.”" in text
    moment.take(wave("ended"))
    assert "wave" not in shown(moment)


def test_new_names_forget_what_went_on_before(moment: Moment) -> None:
    moment.take(wave("started"))
    assert moment.hello is not None
    moment.take(replace(moment.hello, generation=2))
    assert not moment.active


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
