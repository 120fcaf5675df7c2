"""docs/authoring.md: every example loads, every table is what the language says."""

import os
import re
from pathlib import Path

import pytest

from mien.behavior.authoring.checks import find_problems
from mien.behavior.authoring.grammar import parse
from mien.behavior.authoring.load import read
from mien.behavior.authoring.play import play
from mien.behavior.authoring.reference_page import checks, tables
from mien.behavior.authoring.scenario import read as read_scenarios

PAGE = Path(__file__).parents[3] / "docs/authoring.md"
TEXT = PAGE.read_text()
BLOCKS = re.findall(r"```yaml library\n(.*?)```", TEXT, re.DOTALL)


def filled(text: str, name: str, content: str) -> str:
    """Put generated text between its markers."""
    begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    before, after = text.split(begin)
    return f"{before}{begin}\n{content}\n{end}{after.split(end)[-1]}"


@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_an_example_library_loads_and_has_no_problems(number: int) -> None:
    assert find_problems(read({"library.yaml": BLOCKS[number].encode()})) == []


def test_the_example_scenarios_are_met(tmp_path: Path) -> None:
    found = re.findall(r"```yaml scenarios (\d+)\n(.*?)```", TEXT, re.DOTALL)
    assert found
    for number, text in found:
        library = read({"library.yaml": BLOCKS[int(number) - 1].encode()})
        (tmp_path / "scenarios.yaml").write_text(text)
        for scenario in read_scenarios(tmp_path / "scenarios.yaml", library):
            outcomes = play(library, scenario).outcomes
            assert [(one.expectation.text, one.seen) for one in outcomes if not one.met] == []


def test_every_trigger_in_the_table_can_be_read() -> None:
    section = TEXT.split("## Triggers and conditions")[1].split("What is not known")[0]
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    triggers = [trigger for row in rows for trigger in re.findall(r"`([^`]+)`", row)]
    assert len(triggers) > 12
    for trigger in triggers:
        parse(trigger)


def test_the_tables_are_what_the_language_says() -> None:
    expected = filled(filled(TEXT, "language", tables()), "checks", checks())
    if os.environ.get("MIEN_REWRITE"):
        PAGE.write_text(expected)
    assert PAGE.read_text() == expected
