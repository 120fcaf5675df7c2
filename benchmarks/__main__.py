"""`python -m benchmarks [NAME …]`: the tables, one after another; without names all but the long `soak`."""

import importlib
import pkgutil
import sys
from pathlib import Path

from rich.console import Console

console = Console()
names = sorted(module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)]))
chosen = sys.argv[1:] or [name for name in names if name not in ("__main__", "soak")]
del sys.argv[1:]  # the tables have options of their own, which are not meant here
for name in chosen:
    console.rule(f"[bold]{name}")
    importlib.import_module(f"benchmarks.{name}").main()
