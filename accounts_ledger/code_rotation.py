"""Which keys seal the codes that are stored, and replacing the older ones while the shop is open."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.db import connections, router, transaction
from django.db.models import QuerySet

from accounts_ledger import code_keys, code_migration, locks, signals
from accounts_ledger.models import Account

#: Accounts that are locked together, for as short as it takes to seal their codes anew.
_TOGETHER = 500

#: Seconds for which the keys of the stored codes are taken for granted once they were known.
_TRUSTED_FOR = 30.0
_trusted_until = 0.0


def ids_in_use() -> list[bytes]:
    """Return the ids of the keys with which the stored codes are sealed: a look-up in the index for each of them."""
    found: list[bytes] = []
    start = b""
    while True:
        stored = Account.objects.filter(code_hash__gte=start).order_by("code_hash")
        first = stored.values_list("code_hash", flat=True).first()
        if first is None:
            return found
        found.append(bytes(first)[:4])
        start = _after(found[-1])
        if not start:
            return found


def check_keys_are_known() -> None:
    """Make sure that a code which is not found is not there.

    Raises:
        UnknownCodeKey: there are codes that were sealed with a key which this process does not have.
    """
    global _trusted_until
    if time.monotonic() < _trusted_until:
        return
    problem = unreadable()
    if problem:
        raise code_keys.UnknownCodeKey(problem)
    _trusted_until = time.monotonic() + _TRUSTED_FOR


def unreadable() -> str | None:
    """Return why the stored codes cannot be found or read by the keys of this process, None if they can."""
    unknown = set(ids_in_use()) - {key.id for key in code_keys.keyring()}
    return code_keys.unknown_keys(unknown) if unknown else None


def left() -> int:
    """Return how many codes are sealed with another than the newest key."""
    return sum(_with_hashes(start, end).count() for start, end in _ranges())


def rotate(progress: Callable[[int], object] = lambda sealed: None) -> int:
    """Seal the codes of older keys with the newest one and return how many. It can be stopped and begun again.

    Meanwhile look-ups find codes by every key of the site, and new codes are sealed with the newest.

    Args:
        progress: told after each portion how many codes it had.

    Raises:
        UnknownCodeKey: a code was sealed with a key that the site does not have; those before it are done.
    """
    done = 0
    for start, end in _ranges():
        following: bytes | None = start
        while following is not None:
            count, following = _seal_portion(following, end)
            done += count
            if count:
                progress(count)
    signals.codes_rotated.send(sender=None)
    return done


def forget(key_id: bytes) -> int:
    """Take away the codes that were sealed with a key that is lost for good, and return how many.

    Nobody can find or show them any more. The accounts and their money stay; staff can replace the cards.

    Raises:
        ValueError: the site has that key, so nothing is lost.
    """
    if key_id in {key.id for key in code_keys.keyring()}:
        raise ValueError("The site has this key.")
    done = 0
    while True:
        stored = _with_hashes(key_id, _after(key_id) or None).order_by("code_hash")
        portion = list(stored.values_list("pk", flat=True)[:_TOGETHER])
        if not portion:
            return done
        with transaction.atomic(using=router.db_for_write(Account)):
            list(locks.newest_first(Account.objects.filter(pk__in=portion)).values_list("pk"))
            done += Account.objects.filter(pk__in=portion).update(code=None)


def _seal_portion(start: bytes, end: bytes | None) -> tuple[int, bytes | None]:
    """Seal anew the first codes with hashes from *start* on; return how many, and where to go on if there are more."""
    using = router.db_for_write(Account)
    connection, key = connections[using], code_keys.keyring()[0]
    with transaction.atomic(using=using):
        stored = _with_hashes(start, end).using(using).order_by("code_hash").values_list("pk", "code_hash")
        portion: list[tuple[int, Any]] = list(stored[:_TOGETHER])
        # Locked in the order in which posting locks; what was sealed anew meanwhile by saving it is so once more.
        accounts = Account.objects.using(using).filter(pk__in=[pk for pk, _hash in portion])
        codes = list(locks.newest_first(accounts).values_list("pk", "code"))
        rows = [(pk, key.seal(code), key.digest(code)) for pk, code in codes if code]
        code_migration.write(connection, Account._meta.db_table, (("code", "bytea"), ("code_hash", "bytea")), rows)
    return len(rows), bytes(portion[-1][1]) + b"\0" if len(portion) == _TOGETHER else None


def _ranges() -> list[tuple[bytes, bytes | None]]:
    """Return what the hashes of older keys are between: all that is before and after the newest key's."""
    newest = code_keys.keyring()[0].id
    after = _after(newest)
    return [(b"", newest), *([(after, None)] if after else [])]


def _with_hashes(start: bytes, end: bytes | None) -> QuerySet[Account]:
    stored = Account.objects.filter(code_hash__gte=start)
    return stored.filter(code_hash__lt=end) if end is not None else stored


def _after(key_id: bytes) -> bytes:
    """Return what all hashes are below that begin with *key_id*; nothing if it is the last id there is."""
    following = int.from_bytes(key_id, "big") + 1
    return following.to_bytes(4, "big") if following < 2**32 else b""
