"""Build the heads: `python -m mien.examples.tavern.heads OUT [NAME ...]`."""

import argparse
from pathlib import Path

from mien.examples.tavern.heads import CAST, build


def main() -> None:
    """Write one file a character."""
    parser = argparse.ArgumentParser(prog="python -m mien.examples.tavern.heads", description=__doc__)
    parser.add_argument("out", type=Path, help="folder for the .glb files")
    parser.add_argument("name", nargs="*", help=f"who to build: {', '.join(CAST)}; all without it")
    options = parser.parse_args()
    unknown = sorted(set(options.name) - set(CAST))
    if unknown:
        parser.error(f"nobody is called {', '.join(unknown)}; there are {', '.join(CAST)}")
    options.out.mkdir(parents=True, exist_ok=True)
    for name in options.name or CAST:
        file = options.out / f"{name}.glb"
        file.write_bytes(build(name, CAST[name]).to_glb())
        print(f"{file}: {file.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
