"""Docs/SIGNATURES.md lists every engine symbol that the plugin uses, with the page that its stub cites."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

HERE = Path(__file__).parent
PLUGIN = HERE.parents[2] / "unreal_plugin" / "Mien"
PAGES = "https://dev.epicgames.com/documentation/en-us/unreal-engine/"
OURS = re.compile(r"Mien|MIEN_|STATGROUP_|WITH_DEV_AUTOMATION_TESTS$")
LANGUAGE = {"INDEX_NONE", "TCHAR", "TEXT"}  # plain constants of the engine's portable C++


class Row(NamedTuple):
    symbol: str
    members: list[str]
    page: str


def rows() -> Iterator[Row]:
    for line in (PLUGIN / "Docs" / "SIGNATURES.md").read_text().splitlines():
        if line.startswith("| `"):
            symbol, members, page, _ = (cell.strip() for cell in line.strip("|").split("|"))
            yield Row(symbol.strip("`"), re.findall(r"`(\w+)`", members), page[page.index("](") + 2 : -1])


def code() -> str:
    """Return the layer's sources without comments, texts and includes."""
    files = (f for f in sorted((PLUGIN / "Source").rglob("*")) if f.suffix in {".h", ".cpp"})
    text = "\n".join(f.read_text() for f in files if "MienCore" not in f.parts or "Unreal" in f.parts)
    text = re.sub(r"mien::\w+", "core", text)
    return re.sub(r'//[^\n]*|/\*.*?\*/|"(?:[^"\\\n]|\\.)*"|#include[^\n]*', " ", text, flags=re.DOTALL)


def own(text: str) -> set[str]:
    """Return what the layer itself declares: types, functions, delegates and variables."""
    types = re.findall(r"\b(?:class|struct)\s+(?:MIEN_API\s+)?(\w+)\s*(?:final\s*)?[:{]", text)
    delegates = re.findall(r"DECLARE_\w+DELEGATE\w*\((\w+)", text)
    functions = re.findall(r"^\t*(?:[\w:<>,&*]+ )+[&*]*(?:\w+::)?(\w+)\(", text, re.MULTILINE)
    return {*types, *delegates, *functions}


SOURCES = code()
TABLE = list(rows())
NAMED = {row.symbol for row in TABLE} | {member for row in TABLE for member in row.members}


def test_every_engine_type_and_macro_in_the_sources_is_in_the_table() -> None:
    types = re.findall(r"\b[FUAITE][A-Z]\w*[a-z]\w*\b", SOURCES)
    macros = re.findall(r"\b(?:[A-Z0-9]+_)+[A-Z0-9]\w*\b|\b[A-Z]{5,}\b|\bTPri_\w+", SOURCES)
    used = {name for name in (*types, *macros) if not OURS.search(name)} - own(SOURCES) - LANGUAGE
    assert used - NAMED == set()


def test_every_engine_function_in_the_sources_is_in_the_table() -> None:
    members = re.findall(r"(?:->|\.|::)([A-Z]\w*)\s*(?:<[\w ]*>)?\(", SOURCES)
    free = re.findall(r"(?<![\w>.:])([A-Z]\w+)(?:<\w+>)?\(", SOURCES)
    variables = set(re.findall(r"(?<!return)[\w>&*] [&*]*([A-Z]\w*)\s*[({=;]", SOURCES))
    initialized = set(re.findall(r"^\t[:,] (\w+)\(", SOURCES, re.MULTILINE))
    used = {name for name in (*members, *free) if not OURS.search(name)}
    assert used - own(SOURCES) - variables - initialized - LANGUAGE - NAMED == set()


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.symbol}-{len(row.members)}")
def test_a_row_is_used_and_its_page_is_the_one_that_the_stub_was_written_from(row: Row) -> None:
    stubs = "\n".join(f.read_text() for f in sorted((HERE / "stubs").rglob("*.h")))
    for name in (row.symbol, *row.members):
        assert re.search(rf"\b{name}\b", SOURCES), f"{name} is not used any more"
    page = row.page.removeprefix(PAGES)
    assert page in stubs
