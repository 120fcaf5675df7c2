"""A new library, to begin with: small, commented, and sound."""

import json
from importlib.resources import files
from pathlib import Path
from typing import Final

from mien.behavior.authoring import schema

TEMPLATE: Final = ("library.yaml", "autonomous.yaml", "interactive.yaml", "cast.yaml", "scenarios.yaml")


class FolderTakenError(Exception):
    """The folder of a new library holds something already."""


def new(folder: Path) -> list[Path]:
    """Write a library that runs, checks and tests clean, with the schemas that its editor needs.

    Args:
        folder: created where it does not exist; must be empty.

    Returns:
        What was written.

    Raises:
        FolderTakenError: the folder is not empty, or a file.
        OSError: it cannot be written.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FolderTakenError(f"`{folder}` is not empty; choose another folder for the new library")
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name in TEMPLATE:
        text = files("mien.behavior.authoring").joinpath("template", name).read_text("utf-8")
        written.append(_write(folder / name, text))
    for name, content in ((schema.FILE, schema.schema()), (schema.SCENARIOS_FILE, schema.scenarios())):
        written.append(_write(folder / name, json.dumps(content, indent=1) + "\n"))
    return written


def _write(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path
