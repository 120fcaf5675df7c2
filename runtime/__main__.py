"""`python -m mien.runtime` is `mien`: how the supervisor starts its children whatever the PATH."""

from mien.runtime.cli import main

main()
