"""A head from a glTF file: its morph targets, and how head and eyes turn."""

import os
from collections.abc import Iterable
from math import degrees
from pathlib import Path
from typing import Any, Final

import gltf
import numpy as np
from numpy.typing import NDArray
from panda3d.core import NodePath

from mien.examples.tavern import heads
from mien.examples.tavern.cache import cached
from mien.examples.tavern.heads import CAST, build

Face = NDArray[np.float32]

SHAPES: Final = 52
"""Columns of a face before its rotations."""
TURNS: Final = {"head": slice(52, 55), "eyeLeft": slice(55, 58), "eyeRight": slice(58, 61)}
"""Columns of the rotations of each joint."""
LEAST: Final = 0.004
"""Weights below it are not worth moving a thousand vertices for."""


def head_files(names: Iterable[str]) -> dict[str, Path]:
    """Return a glTF file for each of these people of `CAST`, building what is missing: some seconds each."""
    folder = cached("heads", Path(str(heads.__file__)).parent.glob("*.py"))
    files = {name: folder / f"{name}.glb" for name in names}
    for name, file in files.items():
        if not file.is_file():
            scratch = file.with_suffix(f".{os.getpid()}")  # two games may start at once
            scratch.write_bytes(build(name, CAST[name]).to_glb())
            scratch.replace(file)
    return files


class Head:
    """Shows faces. Looks along +y of `root`, with the eyes at the height of its origin."""

    def __init__(self, path: Path, names: tuple[str, ...]) -> None:
        """Load a head.

        Args:
            path: glTF file with ARKit's names for its morph targets; its joints in `TURNS` turn.
            names: of a face's columns.
        """
        self.root = NodePath("head")
        model = NodePath(gltf.load_model(str(path)))
        model.reparent_to(self.root)
        model.set_h(180)  # glTF looks towards its viewer
        bundles = [
            bundle for found in model.find_all_matches("**/+Character") for bundle in found.node().bundles
        ]
        self._sliders = [
            (column, control)
            for column, name in enumerate(names[:SHAPES])
            for bundle in bundles
            if (control := _control(bundle, name))
        ]
        self._joints = [
            (columns, control)
            for name, columns in TURNS.items()
            for bundle in bundles
            if (control := _control(bundle, name))
        ]
        self._shown = np.zeros(SHAPES, np.float32)
        self.shapes = {names[column] for column, _ in self._sliders}
        """Names of the morph targets that this head has."""

    def show(self, face: Face) -> None:
        """Show a face: (61,) blend weights in [0, 1], then radians."""
        weights = np.where(face[:SHAPES] < LEAST, 0.0, face[:SHAPES])
        for column, slider in self._sliders:
            if weights[column] != self._shown[column]:
                slider.set_x(float(weights[column]))
        self._shown = weights
        # The model looks along -y, its left is +x: yaw, pitch and roll have the signs of Panda's H, P and R.
        for columns, joint in self._joints:
            joint.set_hpr(*(degrees(angle) for angle in face[columns]))


def _control(bundle: Any, name: str) -> Any:
    """Return a node whose x is a weight, or whose transform is that of a joint; None without such."""
    part = bundle.find_child(name)
    if part is None:
        return None
    control = NodePath(name)
    if hasattr(part, "get_transform"):
        control.set_mat(part.get_default_value())
    bundle.control_joint(name, control.node())
    return control
