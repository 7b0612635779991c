"""``python -m backoffice.new_env EXAMPLE NEW``: writes a first ``.env`` with a secret key of its own."""

from __future__ import annotations

import os
import re
import secrets
import sys
from pathlib import Path


def write(example: Path, new: Path) -> None:
    """Copy *example* to *new*, readable for its owner only, with a random SECRET_KEY. Never overwrites *new*."""
    text, found = re.subn(
        r"^# SECRET_KEY=.*$", f"SECRET_KEY={secrets.token_urlsafe(64)}", example.read_text(), flags=re.MULTILINE
    )
    if found != 1:
        raise ValueError(f"{example} must have exactly one line that starts with '# SECRET_KEY='")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)


if __name__ == "__main__":
    write(Path(sys.argv[1]), Path(sys.argv[2]))
