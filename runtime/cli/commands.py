"""Every command module, imported for the commands that it adds to `app`, in the order of `mien --help`."""

from mien.runtime.cli import (
    authoring,
    devices,
    laboratory,
    models,
    network,
    processes,
    running,
    saying,
    sessions,
)

__all__ = [
    "authoring",
    "devices",
    "laboratory",
    "models",
    "network",
    "processes",
    "running",
    "saying",
    "sessions",
]
