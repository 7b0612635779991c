"""``python -m backoffice.port HOST PORT``: says what is wrong with a port before a server trips over it."""

from __future__ import annotations

import errno
import socket
import sys


def complaint(host: str, port: str) -> str | None:
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


if __name__ == "__main__":
    sys.exit(complaint(*sys.argv[1:3]))
