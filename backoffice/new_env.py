"""``python -m backoffice.new_env EXAMPLE NEW``: writes a first ``.env`` with keys of its own."""

from __future__ import annotations

import os
import re
import secrets
import sys
from pathlib import Path

#: The lines that get a value of their own, with how many bytes of it.
_RANDOM = {"SECRET_KEY": 64, "ACCOUNTS_CODE_KEYS": 32}


def write(example: Path, new: Path) -> None:
    """Copy *example* to *new*, readable for its owner only, with random keys. Never overwrites *new*."""
    text = example.read_text()
    for name, size in _RANDOM.items():
        text, found = re.subn(rf"^# {name}=.*$", f"{name}={secrets.token_urlsafe(size)}", text, flags=re.MULTILINE)
        if found != 1:
            raise ValueError(f"{example} must have exactly one line that starts with '# {name}='")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)


if __name__ == "__main__":
    write(Path(sys.argv[1]), Path(sys.argv[2]))
