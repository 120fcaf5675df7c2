"""Every file of the plugin compiles against stubs that we wrote from Epic's API pages.

What this cannot show: that the stubs are right, what Unreal Header Tool says, linking, how it all behaves.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[3] / "unreal_plugin" / "Mien" / "Source"
FILES = sorted(f for f in SOURCE.rglob("*.cpp") if f.parent != SOURCE / "MienCore" / "Private")


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_it_compiles_without_a_warning(file: Path, compiler: Callable[..., None]) -> None:
    compiler(file, "-fsyntax-only")
