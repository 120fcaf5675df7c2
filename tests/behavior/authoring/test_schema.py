from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from mien.behavior.authoring import check
from mien.behavior.authoring.schema import scenarios, schema

ROOT = Path(__file__).parents[3]
TEMPLATE = ROOT / "behavior/authoring/template"
FOLDERS = [TEMPLATE, *sorted(ROOT.glob("examples/*/library"))]
FILES = sorted(path for folder in FOLDERS for path in folder.rglob("*.yaml"))


def plain(path: Path) -> Any:
    def keyed(value: Any) -> Any:
        if isinstance(value, dict):
            return {str(key): keyed(item) for key, item in value.items()}
        return [keyed(item) for item in value] if isinstance(value, list) else value

    return keyed(YAML(typ="safe", pure=True).load(path))


def errors(content: Any, which: dict[str, Any]) -> list[str]:
    return [error.message for error in Draft202012Validator(which).iter_errors(content)]


def test_both_are_json_schemas() -> None:
    Draft202012Validator.check_schema(schema())
    Draft202012Validator.check_schema(scenarios())


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_accepts_every_file_that_we_ship(path: Path) -> None:
    is_test = path.name == "scenarios.yaml" or path.parent.name == "scenarios"
    assert errors(plain(path), scenarios() if is_test else schema()) == []


@pytest.mark.parametrize(
    "folder", ["misspelled_field", "missing_field", "wrong_types", "aim_too_strong", "node_forms"]
)
def test_refuses_what_the_loader_refuses_for_its_structure(folder: str) -> None:
    broken = Path(__file__).parent / "broken" / folder
    assert check(broken)
    assert errors(plain(broken / "library.yaml"), schema())


def test_every_field_says_what_it_means() -> None:
    def visit(part: Any) -> None:
        if isinstance(part, dict):
            for name, field in part.get("properties", {}).items():
                assert field.get("description"), name
            for item in part.values():
                visit(item)
        elif isinstance(part, list):
            for item in part:
                visit(item)

    visit(schema())
    visit(scenarios())
