"""The keys that protect codes at rest: what seals a code, opens it again, and finds it without opening any.

A code is kept twice. *Sealed*, by AES-GCM with a nonce of its own, it can be shown again by whoever has the key. Its
*digest*, a keyed hash, is the same each time, so one look-up finds it; without the key nobody can try codes against
it. Both begin with the id of their key, which is derived from the key itself: a key that is wrong or missing shows as
an id that nobody knows, and never as a code that is not there.

Format of a sealed code: version (1 byte), key id (4), nonce (12), ciphertext with its tag. Of a digest: key id (4),
HMAC-SHA-256 cut to 128 bits (16).
"""

from __future__ import annotations

import functools
import hmac
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed
from django.utils.encoding import force_bytes

from accounts_ledger import conf

#: In ACCOUNTS_CODE_KEYS: the key that is derived from Django's SECRET_KEY, and those from SECRET_KEY_FALLBACKS.
FROM_SECRET_KEY: Final = "SECRET_KEY"  # noqa: S105  (the name of a setting)
#: Characters that a key must have at least: 32 of base64 are 192 bits.
SHORTEST_KEY: Final = 32

DIGEST_SIZE: Final = 20
_ID_SIZE: Final = 4
_NONCE_SIZE: Final = 12
_VERSION: Final = b"\x01"
_HEADER_SIZE: Final = len(_VERSION) + _ID_SIZE


class UnknownCodeKey(ImproperlyConfigured):
    """A code was sealed with a key that ACCOUNTS_CODE_KEYS does not have, or the stored bytes are damaged."""


@dataclass(frozen=True, slots=True)
class CodeKey:
    """One key: what it is called in front of everything it made, and the keys derived from it."""

    id: bytes
    _hashing: bytes = field(repr=False)
    _cipher: AESGCM = field(repr=False)

    @classmethod
    def derive(cls, secret: str | bytes) -> CodeKey:
        """Return the key for *secret*, a line of ACCOUNTS_CODE_KEYS or Django's SECRET_KEY."""
        material = HKDF(SHA256(), 64 + _ID_SIZE, salt=None, info=b"accounts_ledger codes at rest, 1").derive(
            force_bytes(secret)
        )
        return cls(material[64:], material[:32], AESGCM(material[32:64]))

    @property
    def name(self) -> str:
        """The id as people see it, in messages and on the command line. It gives nothing of the key away."""
        return self.id.hex()

    def digest(self, code: str) -> bytes:
        """Return the keyed hash by which *code*, in the form in which codes are stored, is found."""
        return self.id + hmac.digest(self._hashing, code.encode(), "sha256")[: DIGEST_SIZE - _ID_SIZE]

    def seal(self, code: str) -> bytes:
        """Return *code* encrypted: differently each time."""
        nonce = os.urandom(_NONCE_SIZE)
        return _VERSION + self.id + nonce + self._cipher.encrypt(nonce, code.encode(), None)

    def _open(self, sealed: bytes) -> str:
        text_starts = _HEADER_SIZE + _NONCE_SIZE
        return self._cipher.decrypt(sealed[_HEADER_SIZE:text_starts], sealed[text_starts:], None).decode()


@functools.cache
def keyring() -> Sequence[CodeKey]:
    """Return the site's keys, the one that seals first, older ones that are still tried after it.

    Raises:
        ImproperlyConfigured: ACCOUNTS_CODE_KEYS has something that is too short to be a key.
    """
    secrets: list[str | bytes] = []
    for secret in conf.get("ACCOUNTS_CODE_KEYS") or (FROM_SECRET_KEY,):
        if secret == FROM_SECRET_KEY:
            secrets += (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
        elif len(secret) < SHORTEST_KEY:
            raise ImproperlyConfigured(
                f"A key in ACCOUNTS_CODE_KEYS has {len(secret)} characters; it needs {SHORTEST_KEY} at least. "
                'Make one with: python -c "import secrets; print(secrets.token_urlsafe(32))"'
            )
        else:
            secrets.append(secret)
    return tuple(CodeKey.derive(secret) for secret in dict.fromkeys(secrets))


@functools.cache
def _by_header() -> dict[bytes, CodeKey]:
    return {_VERSION + key.id: key for key in keyring()}


def _forget_keys(**kwargs: Any) -> None:
    """Read the keys anew: tests change settings."""
    keyring.cache_clear()
    _by_header.cache_clear()


setting_changed.connect(_forget_keys)


def digests(code: str) -> list[bytes]:
    """Return what *code*, in the form in which it is stored, may be found by: its digest by each key."""
    return [key.digest(code) for key in keyring()]


def unseal(sealed: bytes) -> str:
    """Return the code in *sealed*.

    Raises:
        UnknownCodeKey: its key is not among the site's keys, or it is not what was sealed once.
    """
    key = _by_header().get(bytes(sealed[:_HEADER_SIZE]))
    if key is None:
        raise UnknownCodeKey(unknown_keys([bytes(sealed[len(_VERSION) : _HEADER_SIZE])]))
    try:
        return key._open(bytes(sealed))
    except InvalidTag:
        raise UnknownCodeKey("A code in the database is damaged: it is not what was written.") from None


def unknown_keys(ids: Iterable[bytes]) -> str:
    """Return what to tell operators whose site lacks the keys with these *ids*."""
    names = ", ".join(sorted(id_.hex() for id_ in ids))
    message = f"Codes of accounts were sealed with a key that this site does not have ({names})."
    derived = {CodeKey.derive(secret).id for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)}
    if derived.intersection(ids):
        return f"{message} It is the one from SECRET_KEY: add the word {FROM_SECRET_KEY} to ACCOUNTS_CODE_KEYS, last."
    return f"{message} Add it to ACCOUNTS_CODE_KEYS (or set SECRET_KEY to what it was): without it nobody can pay."
