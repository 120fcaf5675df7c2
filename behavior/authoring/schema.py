"""The language as JSON Schema, with which editors complete and check a library as it is typed.

The first line of a file tells the editor: `# yaml-language-server: $schema=library.schema.json`.
"""

from typing import Any, Final

from mien.behavior.authoring.language import LIBRARY, NODE_FORMS, NODES
from mien.behavior.authoring.scenario import SCENARIO

FILE: Final = "library.schema.json"
"""What `mien new` calls it."""


SCENARIOS_FILE: Final = "scenarios.schema.json"
"""The same for scenario tests."""


def scenarios() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a file of scenario tests."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Mien scenario tests",
        "type": "array",
        "items": SCENARIO.schema(),
    }


def schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of one file of a library."""
    forms = [
        NODES[form].schema() | {"description": f"Runs {meaning}"} for form, meaning in NODE_FORMS.items()
    ]
    library = LIBRARY.schema()
    nodes: dict[str, Any] = {"type": "array", "items": {"$ref": "#/$defs/node"}, "minItems": 1}
    rule = {"type": "string", "description": "An autonomous rule, or `$parameter`"}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Mien rule library",
        **library,
        "$defs": {
            "node": {"anyOf": [rule, *forms]},
            "nodes": {"anyOf": [nodes, {"type": "string", "pattern": r"^\$\w+$"}]},
        },
    }


def _with_parameters(form: dict[str, Any], description: str) -> dict[str, Any]:
    """Return a node's schema in which any field may be a parameter of a sub-tree."""
    parameter = {"type": "string", "pattern": r"^\$\w+$"}
    properties = {
        name: {"anyOf": [{k: v for k, v in kind.items() if k != "description"}, parameter]}
        | {"description": kind["description"]}
        for name, kind in form["properties"].items()
    }
    return form | {"properties": properties, "description": description}
