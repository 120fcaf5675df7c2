"""Where the shipped weights lie, and what is said of a file that cannot be used.

Imports nothing that runs a network: a director, which runs none, names the weights in its recording.
"""

from pathlib import Path
from typing import Final

WEIGHTS: Final = Path(__file__).parent / "weights"


class WeightsError(ValueError):
    """A file of weights that cannot be used; one line: which file, what is wrong, what would be right."""
