"""Account codes: bearer tokens, made by a cryptographic generator, readable over the telephone."""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Collection
from math import log2

#: Digits and capitals without those mistaken for one another (0 O, 1 I L) and without U, so that no rude words arise.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"

#: Random characters of the site's own codes: 63 bits.
SIZE = 13
#: Characters of such a code at least, with its prefix and check character: of 16, four may be shown. Codes without a
#: prefix are made longer for that.
LENGTH = 16

#: Characters of a code that are shown at most, and which part of it: a quarter.
_SHOWN, _PART_SHOWN = 4, 4
#: Codes below this length are hidden whole.
_SHORTEST_SHOWN = 8

#: Bits that a code needs at least. Eight random figures have 26.6: with 10,000 cards on sale, every 10,000th guess
#: would find money. See docs/decisions/0011.
LEAST_BITS = 29.0

#: Prime, and more than the alphabet has characters: what makes every single typo and every swap show.
_MODULUS = 31
_VALUES = {character: value for value, character in enumerate(ALPHABET)}
#: Powers of a primitive root: no two positions of a code weigh the same. They begin after the one that is -1, which is
#: the weight of the check character itself.
_WEIGHTS = [pow(3, power, _MODULUS) for power in range(16, 16 + _MODULUS - 2)]

#: Characters that a prefix may have: each position of a code has a weight of its own.
MAX_PREFIX = len(_WEIGHTS) - SIZE

#: What people type, and what comes along when they copy from a page or a mail: spaces, dashes, dots…
_IGNORED_ASCII = re.compile(r"[\s\-_.\x00-\x1f\x7f]+")
#: …and of all other characters: spaces, dashes and low lines of every script, and what cannot be seen, such as marks of
#: direction.
_IGNORED_CATEGORIES = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp", "Pd", "Pc"})
#: Characters that only look like a dash, a dot or nothing.
_LOOK_ALIKES = frozenset(
    "\u00af\u02c9\u02cd\u02d7\u203e\u2043\u2052\u2053\u207b\u208b\u2212\u2500\u2501\u23af\u2796\u2e43\u30fc\uff70\ufe49\ufe4a"
    "\u00b7\u2022\u2024\u2027\u2219\u22c5\u30fb\uff65\u3002\uff61"
    "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"
    + "".join(map(chr, (*range(0xFE00, 0xFE10), *range(0x180B, 0x1810), *range(0xE0100, 0xE01F0))))
)


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
    """Return a new code of the site's own form: *prefix*, `SIZE` random characters or more, a check character."""
    while True:
        body = prefix + generate(_random_size(prefix))
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
    # Those of `SIZE` without more were made before there was a least length.
    lengths = {
        len(prefix) + size + 1
        for prefix in prefixes
        if prefix and code.startswith(prefix)
        for size in (SIZE, _random_size(prefix))
    }
    if len(code) not in lengths:
        return False
    if any(character not in _VALUES for character in code):
        return True
    return _VALUES[code[-1]] != _remainder(code[:-1])


def _random_size(prefix: str) -> int:
    return max(SIZE, LENGTH - len(prefix) - 1)


def _remainder(body: str) -> int:
    weighed = (_VALUES[character] * weight for character, weight in zip(body, _WEIGHTS, strict=False))
    return sum(weighed) % _MODULUS


def normalise(code: str) -> str:
    """Return *code* as stored: capitals of the usual width, without the spaces and dashes that people type."""
    if code.isascii():
        return _IGNORED_ASCII.sub("", code).upper()
    plain = _IGNORED_ASCII.sub("", _without_ignored(unicodedata.normalize("NFKC", _without_ignored(code)).upper()))
    # What was dropped may have kept apart what Unicode composes or reorders.
    return plain if plain == code else normalise(plain)


def _without_ignored(code: str) -> str:
    return "".join(
        character
        for character in code
        if unicodedata.category(character) not in _IGNORED_CATEGORIES and character not in _LOOK_ALIKES
    )


def display(code: str) -> str:
    """Return *code* in groups of four, for reading aloud and printing."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def tail(code: str) -> str:
    """Return the last characters of *code* that everybody may see: a quarter of it, four at most."""
    shown = min(_SHOWN, len(code) // _PART_SHOWN) if len(code) >= _SHORTEST_SHOWN else 0
    return code[len(code) - shown :]


def mask(code: str) -> str:
    """Return *code*, however it was typed, with all but its `tail` hidden; short codes are hidden whole."""
    return mask_tail(tail(normalise(code)))


def mask_tail(shown: str) -> str:
    """Return the masked code of which *shown* is the `tail`."""
    return f"••••{shown}"


def bits(code: str) -> float:
    """Return how many bits of chance *code*, normalised, has at most, as far as its characters and length tell.

    A code of one or two different characters has none: it is a placeholder, whatever its length.
    """
    if len(set(code)) <= 2:
        return 0.0
    if code.isdecimal():
        return len(code) * log2(10)
    return len(code) * log2(26 if code.isalpha() else 36)


def can_be_guessed(code: str) -> bool:
    """Whether *code*, normalised, is so short or so regular that somebody who tries many would find it."""
    return bits(code) < LEAST_BITS


def reference() -> str:
    """Return a new unguessable reference for a transfer or a hold (80 bits)."""
    return generate(16)
