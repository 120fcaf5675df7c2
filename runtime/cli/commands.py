"""Every command module, imported for the commands that it adds to `app`, in the order of `mien --help`."""

from mien.runtime.cli import (
    authoring,
    calibrating,
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
    "calibrating",
    "devices",
    "laboratory",
    "models",
    "network",
    "processes",
    "running",
    "saying",
    "sessions",
]
