"""CURVE keys for machines that talk over a network: made once, kept in files that only their owner reads.

`make` writes into one folder:

    server.key_secret   the director's; stays on its machine
    server.key          its public half; every client needs a copy
    client.key_secret   for a client's machine
    clients/client.key  its public half; the director lets in whoever is in clients/

A further client is a further pair of files: `make` again with another client name.
"""

import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import zmq
import zmq.auth

SERVER: Final = "server"


class KeyFileError(Exception):
    """A key file is missing, unreadable, not a key, or open to others; says which and what to do."""


@dataclass(frozen=True)
class ServerKeys:
    """What the binding side needs."""

    public: bytes
    secret: bytes = field(repr=False)
    clients: frozenset[bytes]
    """Public keys that are let in."""


@dataclass(frozen=True)
class ClientKeys:
    """What a connecting side needs."""

    public: bytes
    secret: bytes = field(repr=False)
    server: bytes
    """Public key that the other side must prove to own."""


def make(folder: Path, client: str = "client") -> list[Path]:
    """Make the server's keys unless they exist, and those of one new client; return the files written.

    Raises:
        KeyFileError: this client's keys exist already, its name is no file name, or the folder cannot be
            written.
    """
    if not client.isidentifier() or client == SERVER:
        raise KeyFileError(f"{client!r} cannot name a client: letters, digits and underscores, not 'server'")
    try:
        (folder / "clients").mkdir(parents=True, exist_ok=True, mode=0o700)
        written = []
        if not (folder / f"{SERVER}.key_secret").exists():
            written += _make_pair(folder / f"{SERVER}.key", folder / f"{SERVER}.key_secret")
        return written + _make_pair(folder / "clients" / f"{client}.key", folder / f"{client}.key_secret")
    except FileExistsError as error:
        raise KeyFileError(
            f"{error.filename} exists already; give another client name or delete it"
        ) from None
    except OSError as error:
        raise KeyFileError(f"cannot write keys to {folder}: {error.strerror}") from None


def load_server(folder: Path) -> ServerKeys:
    """Return the server's keys and those of all its clients.

    Raises:
        KeyFileError: a file is missing, no key, or a secret is open to others.
    """
    public, secret = _load_secret(folder / f"{SERVER}.key_secret")
    clients = frozenset(_load(path)[0] for path in sorted((folder / "clients").glob("*.key")))
    if not clients:
        raise KeyFileError(
            f"{folder / 'clients'} holds no client's key: nobody could connect; run `mien keys`"
        )
    return ServerKeys(public, secret, clients)


def load_client(folder: Path, client: str = "client") -> ClientKeys:
    """Return one client's keys and the server's public key.

    Raises:
        KeyFileError: a file is missing, no key, or the secret is open to others.
    """
    public, secret = _load_secret(folder / f"{client}.key_secret")
    return ClientKeys(public, secret, _load(folder / f"{SERVER}.key")[0])


def _make_pair(public_file: Path, secret_file: Path) -> list[Path]:
    public, secret = zmq.curve_keypair()
    _write(
        secret_file, f'curve\n    public-key = "{public.decode()}"\n    secret-key = "{secret.decode()}"\n'
    )
    _write(public_file, f'curve\n    public-key = "{public.decode()}"\n')
    return [secret_file, public_file]


def _write(path: Path, text: str) -> None:
    # Created closed to others: a later chmod would leave a moment in which anyone could read.
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)


def _load_secret(path: Path) -> tuple[bytes, bytes]:
    public, secret = _load(path)
    if sys.platform != "win32" and path.stat().st_mode & 0o077:
        raise KeyFileError(f"{path} is open to other users; run: chmod 600 {path}")
    if secret is None:
        raise KeyFileError(f"{path} holds no secret key")
    return public, secret


def _load(path: Path) -> tuple[bytes, bytes | None]:
    try:
        return zmq.auth.load_certificate(path)
    except (OSError, ValueError) as error:
        reason = "is missing" if not path.exists() else f"is no key file: {error}"
        raise KeyFileError(f"{path} {reason}; `mien keys` makes keys") from None
