from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from mien.runtime.tick_clock import TickClock

PERIOD = 16_666


def test_ticks_lie_on_the_ideal_grid_and_do_not_drift() -> None:
    clock, now, ticks = TickClock(1000, 60), 1000, []
    for _ in range(601):
        now += clock.wait(now) + 140
        ticks.append(clock.tick(now))
    assert ticks[60] == 1_001_000 and ticks[600] == 10_001_000
    assert {after - before for before, after in pairwise(ticks)} == {16_666, 16_667}
    assert clock.dropped == 0
    assert clock.lateness()[0] < 0.15


def test_a_tick_that_is_a_whole_period_late_is_dropped_and_counted() -> None:
    clock = TickClock(0, 60)
    clock.tick(0)
    assert clock.tick(5 * PERIOD + 100) == 5 * 1_000_000 // 60
    assert (clock.ticks, clock.dropped) == (2, 4)


def test_a_tick_that_is_a_little_late_runs_late_and_the_next_is_on_time() -> None:
    clock = TickClock(0, 60)
    clock.tick(0)
    assert clock.tick(PERIOD + 9_000) == PERIOD
    assert clock.wait(PERIOD + 9_000) == 33_333 - PERIOD - 9_000
    assert clock.dropped == 0


@given(st.lists(st.integers(0, 200_000), min_size=1, max_size=50), st.integers(1, 240))
def test_whatever_the_delays_ticks_rise_and_are_neither_early_nor_a_period_late(
    delays: list[int], rate: int
) -> None:
    clock, now, last = TickClock(7, rate), 7, -1
    for delay in delays:
        now += clock.wait(now) + delay
        t = clock.tick(now)
        assert last < t <= now < t + 1_000_000 // rate + 2
        last = t
    assert clock.ticks == len(delays)
