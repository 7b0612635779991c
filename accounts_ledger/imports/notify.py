"""Tells whoever waits for a job that it is done, by e-mail."""

from __future__ import annotations

import logging
from smtplib import SMTPException

from django.core.mail import send_mail
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts_ledger.models import GiftCardBatch
from accounts_ledger.money import display

logger = logging.getLogger("accounts_ledger")


def job_done(batch: GiftCardBatch) -> None:
    """Send the outcome of a job to who started it. A mail that cannot be sent is logged: the job itself is done."""
    user = batch.confirmed_by or batch.user
    if user is None or not user.email:
        return
    outcome = {"batch": batch, "state": batch.get_state_display().lower()}
    lines = [batch.message] if batch.message else []
    if batch.totals:
        value = display(batch.value, batch.currency)
        text = ngettext("%(cards)s card, %(value)s in all.", "%(cards)s cards, %(value)s in all.", batch.cards)
        lines.append(text % {"cards": f"{batch.cards:,}", "value": value})
    if batch.problems_found:
        text = ngettext(
            "%s error: nothing can be loaded until it is gone.",
            "%s errors: nothing can be loaded until they are gone.",
            batch.problems_found,
        )
        lines.append(text % f"{batch.problems_found:,}")
    try:
        send_mail(_("%(batch)s: %(state)s") % outcome, "\n".join(lines), None, [user.email])
    except (SMTPException, OSError):
        logger.exception("No mail could be sent about batch %s", batch.reference)
