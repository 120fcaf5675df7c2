"""The tables of docs/authoring.md, written from the language itself; a test holds the page to them."""

from mien.behavior.authoring import language, scenario
from mien.behavior.authoring.checks import CHECKS
from mien.behavior.authoring.shapes import Shape

SHAPES = (
    language.LIBRARY, language.AUTONOMOUS, language.INTERACTIVE, language.SHOWS, *language.NODES.values(),
    language.TREE, language.CHARACTER, language.OBJECT, language.EMOTION, language.EXPRESSION,
    language.APPRAISAL, language.REACTION, language.OCCURRENCE, language.CONTAGION,
    scenario.SCENARIO, scenario.GIVEN, scenario.EVENT, scenario.GRID, scenario.EXPECT,
)  # fmt: skip
"""In the order of the page."""


def checks() -> str:
    """Return a row for each check: its code and what it finds."""
    docs = (" ".join((check.__doc__ or "").split()).split(": ", 1) for check in CHECKS)
    rows = [f"| {code} | {meaning} |" for code, meaning in docs]
    return "\n".join(("| code | what is wrong |", "|---|---|", *rows))


def tables() -> str:
    """Return a section for each mapping of the language, with a row for each field."""
    return "\n\n".join(_section(shape) for shape in SHAPES)


def _section(shape: Shape) -> str:
    rows = [
        f"| `{name}` | {_cell(field.kind.words())} | {_cell(field.doc)} | "
        f"{'**required**' if field.required else _cell(field.default)} |"
        for name, field in shape.fields.items()
    ]
    head = f"### {shape.what[0].upper()}{shape.what[1:]}"
    doc = f"\n\n{shape.doc}" if shape.doc else ""
    return "\n".join(
        (f"{head}{doc}", "", "| field | value | meaning | without it |", "|---|---|---|---|", *rows)
    )


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
