import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.bridge.messages import FaceFrame, Interest
from mien.runtime.interests import EXPIRY, MOST_GAMES, Interests

IDS = (16, 17, 18)


def frame(seq: int, ids: tuple[int, ...] = IDS) -> FaceFrame:
    count = len(ids)
    return FaceFrame(
        t=seq * 16_667, seq=seq, generation=1, captured=0, ids=np.array(ids, np.uint32),
        affect=np.repeat(np.arange(count, dtype=np.float32) / 64, 14).reshape(count, 2, 7),
        face=np.repeat(np.arange(count, dtype=np.float32) / 64, 61).reshape(count, 61),
    )  # fmt: skip


def wish(every: dict[int, int], game: int = 1) -> Interest:
    ids, ticks = np.array(list(every), np.uint32), np.array(list(every.values()), np.uint8)
    return Interest(t=0, game=game, ids=ids, every=ticks)


def sent(interests: Interests, ticks: int) -> dict[int, int]:
    """How often each character leaves within so many ticks."""
    ids = [id_ for seq in range(ticks) for id_ in interests.due(frame(seq)).ids.tolist()]
    return {id_: ids.count(id_) for id_ in IDS}


def test_without_a_wish_every_frame_leaves_as_it_is() -> None:
    interests, whole = Interests(), frame(1)
    interests.take([], 0)
    assert interests.due(whole) is whole
    assert (interests.sent, interests.withheld) == (3, 0)


def test_a_character_leaves_as_often_as_the_game_wants() -> None:
    interests = Interests()
    interests.take([wish({16: 1, 17: 4, 18: 0})], 0)
    assert sent(interests, 120) == {16: 120, 17: 30, 18: 0}
    assert (interests.sent, interests.withheld) == (150, 210)


def test_a_row_that_leaves_carries_its_own_values_and_nobody_is_a_frame_too() -> None:
    interests = Interests()
    interests.take([wish({16: 0, 18: 0})], 0)
    only = interests.due(frame(1))
    assert only.ids.tolist() == [17]
    assert (only.affect == 1 / 64).all()
    assert (only.face == 1 / 64).all()
    interests.take([wish(dict.fromkeys(IDS, 0))], 0)
    none = interests.due(frame(2))
    assert (none.seq, none.ids.shape, none.affect.shape, none.face.shape) == (2, (0,), (0, 2, 7), (0, 61))


def test_a_crowd_of_every_nth_tick_is_spread_over_the_ticks() -> None:
    interests, crowd = Interests(), tuple(range(16, 116))
    interests.take([wish(dict.fromkeys(crowd, 10))], 0)
    assert [len(interests.due(frame(seq, crowd)).ids) for seq in range(20)] == [10] * 20


def test_two_games_get_what_either_wants() -> None:
    interests = Interests()
    interests.take([wish({16: 0, 17: 6, 18: 0}, 1), wish({16: 0, 17: 3, 18: 1}, 2)], 0)
    assert sent(interests, 60) == {16: 0, 17: 20, 18: 60}
    interests.take([wish({}, 2)], 0)
    assert sent(interests, 60) == {16: 60, 17: 60, 18: 60}


def test_a_games_newest_wish_replaces_its_earlier_ones() -> None:
    interests = Interests()
    interests.take([wish({16: 0}), wish({17: 0})], 0)
    assert interests.due(frame(1)).ids.tolist() == [16, 18]


def test_a_wish_that_is_not_repeated_ends_and_one_that_is_goes_on() -> None:
    interests = Interests()
    interests.take([wish({16: 0}, 1), wish({16: 0, 17: 0}, 2)], 0)
    interests.take([wish({16: 0, 17: 0}, 2)], EXPIRY)
    assert interests.due(frame(1)).ids.tolist() == [17, 18]
    interests.take([], EXPIRY + 1)
    assert interests.due(frame(2)).ids.tolist() == [18]
    interests.take([], 2 * EXPIRY + 1)
    assert interests.due(frame(3)).ids.tolist() == list(IDS)


def test_wishes_are_bounded_and_the_oldest_goes() -> None:
    interests = Interests()
    interests.take([wish({16: 0}, game) for game in range(MOST_GAMES + 5)], 0)
    assert list(interests.wishes) == list(range(5, MOST_GAMES + 5))


@pytest.mark.parametrize("last", [0, 1, 7])
def test_of_a_character_that_stands_there_twice_the_last_counts(last: int) -> None:
    ids, every = np.array([16, 17, 16], np.uint32), np.array([3, 1, last], np.uint8)
    interests = Interests()
    interests.take([Interest(t=0, game=1, ids=ids, every=every)], 0)
    assert sent(interests, 42)[16] == (42 // last if last else 0)


WISHES = st.lists(st.dictionaries(st.integers(15, 19), st.integers(0, 255)), max_size=3)


@given(WISHES, st.integers(0, 10**9))
def test_what_is_due_follows_the_protocols_formula(wishes: list[dict[int, int]], seq: int) -> None:
    interests = Interests()
    interests.take([wish(every, game) for game, every in enumerate(wishes)], 0)
    expected = []
    for id_ in IDS:
        wanted = [every.get(id_, 1) for every in wishes] or [1]
        least = min((every for every in wanted if every), default=0)
        if least and (seq + id_) % least == 0:
            expected.append(id_)
    assert interests.due(frame(seq)).ids.tolist() == expected
