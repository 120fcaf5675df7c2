"""The `mien` command line: one module per group of commands, gathered in `app`."""

from mien.runtime.cli.app import main

__all__ = ["main"]
