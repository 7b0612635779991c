"""Helpers of the Makefile that run before anything is installed, so with the standard library only.

``python -m backoffice.make_helpers port HOST PORT`` says what is wrong with a port before a server trips over it;
``python -m backoffice.make_helpers new-env EXAMPLE NEW`` writes a first ``.env`` with keys of its own.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import socket
import sys
from pathlib import Path

#: The lines of a first `.env` that get a value of their own, with how many bytes of it.
_RANDOM = {"SECRET_KEY": 64, "ACCOUNTS_CODE_KEYS": 32}


def port_complaint(host: str, port: str) -> str | None:
    """Return why no server can listen on *port* of *host*, in words for the person who asked for it, or None."""
    if not (port.isascii() and port.isdecimal()) or not 0 < int(port) < 65536:
        return f"PORT={port} is not a port: give a number from 1 to 65535, such as PORT=8001."
    try:
        with socket.create_server((host, int(port))):
            return None
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            other = int(port) % 65535 + 1
            return f"Port {port} is taken by another program. Stop it, or choose another port: PORT={other}"
        if error.errno == errno.EACCES:
            return f"Port {port} is for the administrator only. Choose one above 1023: PORT=8000"
        return f"Nothing can listen on {host}:{port}: {error.strerror}."


def write_env(example: Path, new: Path) -> None:
    """Copy *example* to *new*, readable for its owner only, with random keys. Never overwrites *new*."""
    text = example.read_text()
    for name, size in _RANDOM.items():
        text, found = re.subn(rf"^# {name}=.*$", f"{name}={secrets.token_urlsafe(size)}", text, flags=re.MULTILINE)
        if found != 1:
            raise ValueError(f"{example} must have exactly one line that starts with '# {name}='")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)


def _main(command: str, first: str, second: str) -> str | None:
    if command == "port":
        return port_complaint(first, second)
    if command == "new-env":
        write_env(Path(first), Path(second))
        return None
    return f"There is no command {command}: it is port or new-env."


if __name__ == "__main__":
    sys.exit(_main(*sys.argv[1:4]))
