import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.bridge.clock import WINDOW, ClockAlignment, clock_id, monotonic_micros

ELSEWHERE = "from mien.bridge.clock import *; print(clock_id(), monotonic_micros())"


def test_two_processes_of_one_machine_count_the_same_clock() -> None:
    before = monotonic_micros()
    other = subprocess.run([sys.executable, "-c", ELSEWHERE], capture_output=True, text=True, check=True)
    identity, then = other.stdout.split()
    assert identity == clock_id()
    assert before < int(then) < monotonic_micros()


def test_a_clock_id_is_16_hexadecimal_digits() -> None:
    assert len(clock_id()) == 16
    int(clock_id(), 16)


def test_before_the_first_arrival_there_is_no_offset() -> None:
    assert ClockAlignment().offset is None
    assert ClockAlignment().local(5) is None


@given(st.lists(st.integers(0, 200_000), min_size=1, max_size=200), st.integers(-(10**12), 10**12))
def test_the_offset_is_the_true_one_plus_the_least_delay_of_the_window(delays: list[int], true: int) -> None:
    alignment = ClockAlignment()
    for tick, delay in enumerate(delays):
        sent = tick * 16_667
        alignment.observe(sent - true, sent + delay)
    # 200 ticks last 3.3 s, so the window holds them all
    assert alignment.offset == true + min(delays)
    assert alignment.local(1000) == 1000 + true + min(delays)


@pytest.mark.parametrize("drift", [-100e-6, 100e-6])
def test_an_hour_of_drift_and_jitter_is_followed_within_two_milliseconds(drift: float) -> None:
    random = np.random.default_rng(3)
    alignment = ClockAlignment()
    errors = []
    for sent in range(0, 3600_000_000, 50_000):
        true = 7_000_000 + int(sent * drift)
        alignment.observe(sent, sent + true + 300 + int(random.exponential(5_000)))
        errors.append(abs((alignment.offset or 0) - true))
    assert max(errors[200:]) < 2_000


def test_a_clock_that_jumps_is_followed_once_the_window_has_passed() -> None:
    alignment = ClockAlignment()
    alignment.observe(0, 1_000_000)
    for arrived in range(1_000_000, 1_000_000 + 2 * WINDOW, 100_000):
        alignment.observe(arrived - 5_000_000, arrived)
    assert alignment.offset == 5_000_000


def test_the_alignment_keeps_a_bounded_memory() -> None:
    alignment = ClockAlignment()
    for arrived in range(0, 100 * WINDOW, WINDOW // 50):
        alignment.observe(0, arrived)
    assert len(alignment._least) <= 10
