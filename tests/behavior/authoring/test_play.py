from pathlib import Path

import pytest

from mien.behavior.authoring import LibraryError
from mien.behavior.authoring.load import read as read_library
from mien.behavior.authoring.play import Run, play
from mien.behavior.authoring.scenario import read
from mien.behavior.library import Library

LIBRARY = b"""
appraisal:
  events:
    insult: [{role: object, feels: anger, weight: .8}]
autonomous:
  smile: {trigger: joy above .6 until below .4, aim: {joy: .1, mood.joy: .02}, max_duration: 2 s}
  fume: {trigger: anger > .5, shows: {expression: anger}}
  nod: {trigger: looked_at.joy > .5}
interactive:
  heat: {trigger: burning > .5, range: 5 m, effect: {fear: .5}}
objects:
  fire: {rules: [heat], state: {burning: 0}}
tree: {parallel: [smile, fume, nod], success: never, failure: never}
characters:
  Ann: {}
  Bob: {relations: {player: -1}}
"""


@pytest.fixture
def library() -> Library:
    return read_library({"library.yaml": LIBRARY})


def run(tmp_path: Path, library: Library, text: str) -> Run:
    (tmp_path / "scenarios.yaml").write_text(text)
    (scenario,) = read(tmp_path / "scenarios.yaml", library)
    return play(library, scenario)


GIVEN = """
- scenario: A bit of everything
  lasts: 6 s
  rate: 20
  given:
    - {at: 1 s, hold: {Ann: {joy: .7}}}
    - {at: 2 s, hold: {Ann: {joy: free}}, feel: {Ann: {joy: .1, mood.fear: .6}}}
    - {at: 3 s, event: {name: insult, subject: Ann, object: Bob}}
    - {at: 4 s, place: {Ann: [0, 0], Bob: [1, 0, 0], fire: [0, 2]}, look: {Bob: Ann}}
    - {at: 4 s, object: {fire: {burning: .9}}}
    - {at: 5 s, object: {fire: gone}, player: {joy: .8}}
  expect:
"""


@pytest.mark.parametrize(
    "expectation",
    [
        "{character: Ann, enters: smile, at: 1 s}",
        "{character: Ann, enters: smile, times: 1}",
        "{character: Ann, exits: smile, at: 2 s, because: trigger}",
        "{character: Ann, runs: smile, between: [1 s, 1.9 s]}",
        "{character: Ann, rests: smile, between: [2.1 s, 6 s]}",
        "{character: Ann, feels: joy > .69 and joy < .71, at: 1.5 s}",
        "{character: Ann, feels: mood.fear > .55, at: 3 s}",
        "{character: Ann, aims: joy > .09 and mood.joy > .01 and pleasure >= 0, at: 1.5 s}",
        "{character: Ann, aims: joy <= 0, at: 3 s}",
        "{character: Bob, enters: fume, at: 3 s}",
        "{character: Ann, enters: fume, times: 0}",
        "{character: Bob, enters: heat, at: 4 s}",
        "{character: Bob, feels: fear > .25, at: 4.9 s}",
        "{character: Bob, exits: heat, at: 5 s}",
        "{character: Ann, feels: joy > .15}",
    ],
)
def test_an_expectation_that_holds_is_met(tmp_path: Path, library: Library, expectation: str) -> None:
    (outcome,) = run(tmp_path, library, f"{GIVEN}    - {expectation}\n").outcomes
    assert outcome.met, outcome


@pytest.mark.parametrize(
    ("expectation", "seen"),
    [
        ("{character: Ann, enters: smile, at: 3 s}", "1.00 s"),
        ("{character: Ann, enters: smile, times: 2}", "1.00 s"),
        ("{character: Ann, exits: smile, because: completed}", "2.00 s (trigger)"),
        ("{character: Bob, enters: smile}", "never"),
        ("{character: Ann, runs: smile, at: 3 s}", "at 3.00 s: runs nothing"),
        ("{character: Ann, rests: smile, between: [0 s, 2 s]}", "at 1.00 s: runs smile"),
        ("{character: Ann, feels: joy > .9, at: 1.5 s}", "at 1.50 s: joy 0.70"),
        ("{character: Bob, runs: heat, at: 3.5 s}", "at 3.50 s: runs fume"),
    ],
)
def test_one_that_fails_says_what_happened_instead(
    tmp_path: Path, library: Library, expectation: str, seen: str
) -> None:
    (outcome,) = run(tmp_path, library, f"{GIVEN}    - {expectation}\n").outcomes
    assert not outcome.met
    assert outcome.seen == seen


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{}", ":1:1: expected a list of scenarios"),
        ("", ":1:1: expected a list of scenarios"),
        ("- {scenario: x}", "needs `lasts`"),
        ("expect: [{character: An, runs: smile}]", "did you mean `Ann`"),
        ("expect: [{character: Ann, runs: smlie}]", "did you mean `smile`"),
        ("expect: [{character: Ann, feels: joj > .1}]", ":1:62: no emotion"),
        ("expect: [{character: Ann, feels: player.joy > .1}]", "leave out"),
        ("expect: [{character: Ann}]", "one of `enters`"),
        ("expect: [{character: Ann, runs: smile, at: 3 s}]", "after the scenario"),
        ("expect: [{character: Ann, runs: smile, times: 3}]", "does not go with"),
        ("given: [{player: {joy: .9, fear: .9}}], expect: []", "more than 1"),
        ("given: [{event: {name: insolt}}], expect: []", "did you mean `insult`"),
        ("given: [{object: {fire: {burnin: 1}}}], expect: []", "`burning`"),
        ("given: [{look: {Ann: Bob}}], expect: []", "must be placed"),
        ("- {scenario: x, lasts: 50 min, rate: 240, expect: []}", "at most 3600 s and 500000 ticks"),
    ],
)
def test_a_mistake_in_a_scenario_is_explained(
    tmp_path: Path, library: Library, text: str, message: str
) -> None:
    if text[:1] in ("e", "g"):
        text = f"- {{scenario: x, lasts: 2 s, {text}}}"
    (tmp_path / "scenarios.yaml").write_text(text)
    with pytest.raises(LibraryError) as caught:
        read(tmp_path / "scenarios.yaml", library)
    assert message in str(caught.value)


def test_the_same_scenario_plays_the_same_twice(tmp_path: Path, library: Library) -> None:
    text = f"{GIVEN}    - {{character: Ann, runs: smile}}\n"
    one, two = run(tmp_path, library, text), run(tmp_path, library, text)
    assert all((a == b).all() for a, b in zip(one.emotion, two.emotion, strict=True))
    assert one.outcomes == two.outcomes


CROWD = b"""
autonomous:
  run: {trigger: fear > .5}
  rest: {trigger: always}
characters:
  guest: {count: 12}
  Ann: {}
"""
MANY = """
- scenario: Some of a crowd
  lasts: 2 s
  given:
    - at: 0 s
      place: {guest: {corner: [1, 2], columns: 5, spacing: 2 m}, Ann: [0, 0]}
      hold: {guest_01: {fear: .9}, guest_02: {fear: .9}, guest_03: {fear: .9}}
  expect:
"""


@pytest.mark.parametrize(
    ("expectation", "met", "seen"),
    [
        ("{character: guest, runs: run, at_least: .25}", True, "25%"),
        ("{character: guest, runs: run, at_least: .3}", False, "at 2.00 s: 25%"),
        ("{character: guest, runs: run, at_most: .2}", False, "at 2.00 s: 25%"),
        ("{character: guest, feels: fear < .5, at_least: .7, at_most: .8}", True, "75%"),
        ("{character: guest, runs: rest}", False, "at 2.00 s: 75%"),
        ("{character: guest_12, runs: rest}", True, "runs rest"),
    ],
)
def test_a_crowd_is_judged_by_its_share(tmp_path: Path, expectation: str, met: bool, seen: str) -> None:
    library = read_library({"library.yaml": CROWD})
    (outcome,) = run(tmp_path, library, f"{MANY}    - {expectation}\n").outcomes
    assert (outcome.met, outcome.seen) == (met, seen)


@pytest.mark.parametrize(
    ("expectation", "message"),
    [
        ("{character: Ann, runs: run, at_least: .5}", "goes with a crowd"),
        ("{character: guest, enters: run}", "is for one character"),
    ],
)
def test_what_only_crowds_or_only_one_can_do_is_told_apart(
    tmp_path: Path, expectation: str, message: str
) -> None:
    library = read_library({"library.yaml": CROWD})
    with pytest.raises(LibraryError, match=message):
        run(tmp_path, library, f"{MANY}    - {expectation}\n")
