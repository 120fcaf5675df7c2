import pytest

from mien.runtime.cli.app import UserError
from mien.runtime.cli.wiring import receivers

CAST = ("Mira", "Bram")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("127.0.0.1:11111", [("127.0.0.1", 11111, None)]),
        ("[::1]:1", [("::1", 1, None)]),
        ("Mira=127.0.0.1:1, Bram=host:2", [("127.0.0.1", 1, "Mira"), ("host", 2, "Bram")]),
        ("127.0.0.1:1,Bram=[::1]:2", [("127.0.0.1", 1, None), ("::1", 2, "Bram")]),
    ],
)
def test_receivers_are_addresses_for_all_or_for_one_character_by_name(
    text: str, expected: list[tuple[str, int, str | None]]
) -> None:
    assert receivers(text, "--llf", CAST) == expected


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Zoe=127.0.0.1:1", "nobody is called 'Zoe'; the cast is Mira, Bram"),
        ("127.0.0.1", "takes HOST:PORT or NAME=HOST:PORT"),
        ("Mira=127.0.0.1:70000", "not 'Mira=127.0.0.1:70000'"),
        ("127.0.0.1:1,", "not ''"),
    ],
)
def test_what_is_no_receiver_is_a_users_mistake(text: str, says: str) -> None:
    with pytest.raises(UserError, match=says):
        receivers(text, "--llf", CAST)
