import numpy as np
import pytest

from mien.bridge.messages import UInt32
from mien.runtime.express.idle import SECOND, SWAY_AMPLITUDE, Idle

IDS = np.arange(16, 216, dtype=np.uint32)
START = 5_000_000


def lids_over(ids: UInt32, seconds: int) -> np.ndarray:
    idle = Idle.start(7, ids, START)
    closed = []
    for tick in range(seconds * 60):
        t = START + tick * SECOND // 60
        idle.step(t)
        closed.append(idle.lids(t))
    return np.array(closed)


def test_people_blink_10_to_20_times_a_minute_and_each_blink_closes_the_eye() -> None:
    closed = lids_over(IDS, 60)
    blinks = ((closed[1:] > 0.5) & (closed[:-1] <= 0.5)).sum(axis=0)
    assert 10 < blinks.mean() < 20
    assert blinks.min() >= 3
    assert closed.max() == 1.0 and closed.min() == 0.0
    assert (closed > 0.5).mean() < 0.06


def test_characters_do_not_blink_in_step() -> None:
    closed = lids_over(IDS, 20) > 0.5
    assert closed.mean(axis=1).max() < 0.15


def test_a_character_idles_the_same_alone_as_in_company() -> None:
    together, alone = Idle.start(7, IDS, START), Idle.start(7, IDS[40:41], START)
    for tick in range(600):
        t = START + tick * SECOND // 60
        together.step(t)
        alone.step(t)
        assert together.lids(t)[40] == alone.lids(t)[0]
        assert (together.eye_offset()[:, 40] == alone.eye_offset()[:, 0]).all()
        assert (together.look_around()[:, 40] == alone.look_around()[:, 0]).all()
        assert together.sway(t)[:, 40] == pytest.approx(alone.sway(t)[:, 0], abs=1e-7)


def test_the_head_sways_slowly_and_within_its_amplitude() -> None:
    idle = Idle.start(7, IDS, START)
    sway = np.stack([idle.sway(START + tick * SECOND // 60) for tick in range(1200)])
    assert (abs(sway) <= np.float32(SWAY_AMPLITUDE)[:, None] * 1.0001).all()
    assert sway.std(axis=0).min() > 0.002
    assert abs(np.diff(sway, axis=0)).max() < 0.002
