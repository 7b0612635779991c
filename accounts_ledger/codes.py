"""Account codes: bearer tokens, made by a cryptographic generator, readable over the telephone."""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection

#: Digits and capitals without those mistaken for one another (0 O, 1 I L) and without U, so that no rude words arise.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"

#: Random characters of the site's own codes: 63 bits.
SIZE = 13

#: Prime, and more than the alphabet has characters: what makes every single typo and every swap show.
_MODULUS = 31
_VALUES = {character: value for value, character in enumerate(ALPHABET)}
#: Powers of a primitive root: no two positions of a code weigh the same. They begin after the one that is -1, which is
#: the weight of the check character itself.
_WEIGHTS = [pow(3, power, _MODULUS) for power in range(16, 16 + _MODULUS - 2)]

#: Characters that a prefix may have: each position of a code has a weight of its own.
MAX_PREFIX = len(_WEIGHTS) - SIZE

#: What people type, and what comes along when they copy from a page or a mail: spaces, dashes of every kind, dots,
#: and characters of no width.
_IGNORED = re.compile(r"[\s\-_.\u00ad\u2010-\u2015\u2212\u200b-\u200d\u2060\ufeff]+")


def generate(size: int = 12, chars: str | None = None) -> str:
    """Return a new random code of *size* characters from *chars* (default: `ALPHABET`)."""
    letters = chars or ALPHABET
    # One number, written in base len(letters): every transfer has a reference, and 16 choices took a tenth of its time.
    number = secrets.randbelow(len(letters) ** size)
    code = ""
    for _position in range(size):
        number, letter = divmod(number, len(letters))
        code += letters[letter]
    return code


def make(prefix: str = "") -> str:
    """Return a new code of the site's own form: *prefix*, `SIZE` random characters, a check character."""
    while True:
        body = prefix + generate(SIZE)
        value = _remainder(body)
        # One remainder in 31 has no character; such a code is not made.
        if value < len(ALPHABET):
            return body + ALPHABET[value]


def has_typo(code: str, prefixes: Collection[str]) -> bool:
    """Whether *code* has the form of the site's own codes, but cannot be one: a character is wrong or two are swapped.

    Codes of any other form, made by another system or before there were check characters, are never said to have one.

    Args:
        code: normalised.
        prefixes: those that the site gives its codes; an empty one marks nothing and is left out.
    """
    if not any(prefix and code.startswith(prefix) and len(code) == len(prefix) + SIZE + 1 for prefix in prefixes):
        return False
    if any(character not in _VALUES for character in code):
        return True
    return _VALUES[code[-1]] != _remainder(code[:-1])


def _remainder(body: str) -> int:
    weighed = (_VALUES[character] * weight for character, weight in zip(body, _WEIGHTS, strict=False))
    return sum(weighed) % _MODULUS


def normalise(code: str) -> str:
    """Return *code* as stored: capitals, without the spaces and dashes that people type."""
    return _IGNORED.sub("", code).upper()


def display(code: str) -> str:
    """Return *code* in groups of four, for reading aloud and printing."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def mask(code: str) -> str:
    """Return *code* with all but its last four characters hidden; short codes are hidden whole."""
    visible = code[-4:] if len(code) >= 8 else ""
    return f"••••{visible}"


def reference() -> str:
    """Return a new unguessable reference for a transfer or a hold (80 bits)."""
    return generate(16)
