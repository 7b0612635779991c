"""Taking in a file: it becomes a batch, with a first guess at how it is to be read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts_ledger.imports import content
from accounts_ledger.imports.options import Options, check_texts
from accounts_ledger.imports.reading import CSV, Answers, Reading
from accounts_ledger.imports.sniff import sniff
from accounts_ledger.models import Account, AccountType, GiftCardBatch


def upload(
    pieces: Iterable[bytes],
    *,
    file_name: str,
    source: Account,
    account_type: AccountType,
    options: Options | None = None,
    answers: Answers | None = None,
    name: str = "",
    user: Any = None,
) -> GiftCardBatch:
    """Keep a file as a new batch, and return it. Nothing is checked yet.

    Args:
        pieces: the file's bytes.
        source: the account that will fund the cards; the batch is in its currency.
        answers: what is decided already about how the file is read; what it leaves open otherwise is in the batch's
            `Reading`, as questions.

    Raises:
        UnreadableFile: the file is empty, too large, or no list of anything.
        InvalidText: the name or the description is too long.
    """
    options = options or Options()
    check_texts(name, options)
    with transaction.atomic():
        batch = GiftCardBatch.objects.create(
            name=name,
            file_name=_safe_name(file_name),
            source=source,
            account_type=account_type,
            currency=source.currency,
            user=user,
            username=user.get_username() if user else "",
        )
        lines = content.store_file(batch, pieces)
        with content.open_file(batch) as file:
            reading = sniff(file, batch.currency, answers)
        batch.options = {"reading": reading.as_json(), "choices": options.as_json()}
        if reading.format == CSV:
            # For the progress bar of the check only.
            batch.options["rows_estimated"] = lines
        batch.repeat_of = (
            GiftCardBatch.objects.filter(checksum=batch.checksum).exclude(pk=batch.pk).order_by("pk").first()
        )
        batch.save()
        batch.remark(_("Uploaded"), user)
    return batch


def reread(batch: GiftCardBatch, answers: Answers) -> Reading:
    """Return how the file of *batch* is to be read by the *answers* that somebody gave. Nothing is saved.

    Raises:
        UnreadableFile: it cannot be read so: no such sheet, amounts of another currency.
    """
    with content.open_file(batch) as file:
        return sniff(file, batch.currency, answers)


def _safe_name(name: str) -> str:
    printable = "".join(character for character in name if character.isprintable())
    return printable.replace("\\", "/").rsplit("/", 1)[-1][-255:]
