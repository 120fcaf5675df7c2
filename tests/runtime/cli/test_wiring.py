import pytest
from typer.testing import CliRunner

from mien.bridge.livelinkface import LiveLinkFaceEmitter
from mien.runtime.cli import commands, network
from mien.runtime.cli.app import UserError, app
from mien.runtime.cli.wiring import emitters, endpoints, receivers, without_receiver

assert commands.network is network  # registered

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


def test_who_is_left_out_by_receivers_by_name_is_said() -> None:
    (line,) = without_receiver("Mira=127.0.0.1:1", "127.0.0.1:2", CAST)
    assert line.startswith("--llf names no receiver for Bram")
    assert without_receiver("Mira=127.0.0.1:1,Bram=127.0.0.1:2", "", CAST) == []


def test_an_address_means_that_faces_go_there() -> None:
    made = emitters("", endpoints(), None, "127.0.0.1:1", "", CAST)
    try:
        assert [type(each) for each in made] == [LiveLinkFaceEmitter]
    finally:
        for each in made:
            each.close()


def test_an_unknown_host_is_said_with_its_option() -> None:
    with pytest.raises(UserError, match=r"--llf: cannot send to 'nosuchhost\.invalid'"):
        emitters("", endpoints(), None, "Mira=nosuchhost.invalid:21111", "", CAST)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("relay", "127.0.0.1"), "own port: choose --port"),
        (("say", " "), "nothing to say"),
    ],
)
def test_what_cannot_be_meant_is_refused_at_once(arguments: tuple[str, ...], says: str) -> None:
    problem = CliRunner().invoke(app, arguments).exception
    assert isinstance(problem, UserError) and says in str(problem)
