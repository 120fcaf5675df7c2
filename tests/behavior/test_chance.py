import numpy as np

from mien.behavior.chance import uniform

IDS = np.arange(16, 1016, dtype=np.uint32)
ZERO = np.zeros(1000, np.int64)


def test_a_character_draws_the_same_alone_and_in_any_company() -> None:
    together = uniform(7, IDS, 1, ZERO)
    shuffled = uniform(7, IDS[::-1], 1, ZERO)[::-1]
    alone = [uniform(7, IDS[i : i + 1], 1, ZERO[:1])[0] for i in range(0, 1000, 111)]
    assert np.array_equal(together, shuffled)
    assert alone == list(together[::111])


def test_draws_fill_the_open_interval_evenly_along_every_argument() -> None:
    along_counter = uniform(7, np.full(1000, 16, np.uint32), 1, np.arange(1000, dtype=np.int64))
    along_seed = np.concatenate([uniform(seed, IDS[:1], 1, ZERO[:1]) for seed in range(1000)])
    along_purpose = np.concatenate([uniform(7, IDS[:1], purpose, ZERO[:1]) for purpose in range(1000)])
    for draws in (uniform(7, IDS, 1, ZERO), along_counter, along_seed, along_purpose):
        assert draws.min() > 0 and draws.max() < 1
        # For 1000 uniform draws each tenth holds 100 with a standard deviation of 9.5.
        assert np.histogram(draws, 10, (0, 1))[0].min() > 60
        assert abs(np.corrcoef(draws[:-1], draws[1:])[0, 1]) < 0.12


def test_seed_and_purpose_change_every_draw() -> None:
    draws = uniform(7, IDS, 1, ZERO)
    assert not (draws == uniform(8, IDS, 1, ZERO)).any()
    assert not (draws == uniform(7, IDS, 2, ZERO)).any()
