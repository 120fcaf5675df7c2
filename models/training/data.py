"""Labeled sets in memory, and folds that never divide a person."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.models.align import Aligner, Box, crop
from mien.models.manifest import ManifestError, Row, read

FOLDS = 5


def find(data: Path, prefix: str) -> dict[str, list[Row]]:
    """Return the rows with a known emotion of every set `data/prefix*`, by the set's name.

    Raises:
        ManifestError: there is no such set.
    """
    sets = {
        m.parent.name: [row for row in read(m) if row.emotion is not None]
        for m in sorted(data.glob(f"{prefix}*/manifest.csv"))
    }
    if not sets:
        raise ManifestError(f"{data}: has no {prefix}*/manifest.csv")
    return sets


def labels(rows: list[Row]) -> NDArray[np.int64]:
    """Return the index of each row's emotion."""
    return np.array([row.emotion for row in rows], np.int64)


def people(rows: list[Row]) -> NDArray[np.int64]:
    """Return one number per row, equal for rows of the same person."""
    return np.unique([row.subject for row in rows], return_inverse=True)[1].astype(np.int64)


def fold_of(rows: list[Row], seed: int = 0) -> NDArray[np.int64]:
    """Return the fold, 0 to FOLDS - 1, of each row: people are dealt out, so none is in two folds."""
    groups = people(rows)
    dealt = np.random.default_rng(seed).permutation(groups.max() + 1) % FOLDS
    return dealt[groups]


def load_faces(rows: list[Row], side: int) -> NDArray[np.uint8]:
    """Return the rows' face crops in gray, (N, side, side)."""
    faces = np.empty((len(rows), side, side), np.uint8)
    for i, row in enumerate(rows):
        picture = cv2.imread(str(row.path), cv2.IMREAD_GRAYSCALE)
        if picture is None:
            raise ManifestError(f"{row.path}: is not a picture")
        faces[i] = cv2.resize(picture, (side, side), interpolation=cv2.INTER_LINEAR)
    return faces


def aligned(faces: NDArray[np.uint8], aligner: Aligner) -> NDArray[np.uint8]:
    """Return crops (N, side, side) placed anew, as the tracker places a face that the detector found."""
    side = faces.shape[1]
    found = np.empty_like(faces)
    for i, face in enumerate(faces):
        box = Box(side / 2, side / 2, float(side))
        for _ in range(2):
            box, _ = aligner.step(face, box)
        found[i] = crop(face, box, side)
    return found


def sampling_weights(rows: list[Row], set_share: float, power: float = 0.5) -> NDArray[np.float64]:
    """Return how often to draw each row of a set: ∝ n^-power of its class, the set `set_share` in all."""
    known = labels(rows)
    weight: NDArray[np.float64] = np.bincount(known)[known].astype(np.float64) ** -power
    weight *= set_share / weight.sum()
    return weight
