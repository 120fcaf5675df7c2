import json
from pathlib import Path

import pytest

from mien.behavior.authoring import check, load
from mien.behavior.authoring.play import play
from mien.behavior.authoring.scenario import Scenario, find, read
from mien.behavior.authoring.schema import scenarios, schema

EXAMPLES = Path(__file__).parents[3] / "examples"
FOLDERS = sorted(EXAMPLES.glob("*/library"))
SCENARIOS = [
    pytest.param(folder, scenario, id=f"{folder.parent.name}: {scenario.name}")
    for folder in FOLDERS
    for file in find(folder)
    for scenario in read(file, load(folder))
]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
def test_has_no_problems(folder: Path) -> None:
    assert check(folder) == []


@pytest.mark.parametrize(("folder", "scenario"), SCENARIOS)
def test_meets_its_scenario(folder: Path, scenario: Scenario) -> None:
    outcomes = play(load(folder), scenario).outcomes
    assert [(outcome.expectation.text, outcome.seen) for outcome in outcomes if not outcome.met] == []


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
def test_says_how_it_was_made(folder: Path) -> None:
    assert (folder.parent / "README.md").read_text()
    assert find(folder)


def test_the_schemas_beside_them_are_up_to_date() -> None:
    assert json.loads((EXAMPLES / "library.schema.json").read_text()) == schema()
    assert json.loads((EXAMPLES / "scenarios.schema.json").read_text()) == scenarios()
