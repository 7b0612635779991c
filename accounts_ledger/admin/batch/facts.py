"""What the pages of a batch show, as facts that a confirmation is bound to."""

from __future__ import annotations

import datetime

from django.db.models import Count, Max, Min, Sum
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts_ledger import dates
from accounts_ledger.admin.batch.summary import summary
from accounts_ledger.admin.shared.confirmation import Facts, digest
from accounts_ledger.models import GiftCardBatch
from accounts_ledger.money import ZERO, display


def batch_facts(batch: GiftCardBatch) -> Facts:
    """Return what a batch is, and what would be loaded from it. Each reading of its file makes it another one."""
    totals = summary(batch)
    facts = {
        _("State"): batch.get_state_display(),
        _("Cards"): f"{batch.cards:,}",
        _("Value"): display(batch.value, batch.currency),
        _("Smallest"): display(totals.smallest, batch.currency),
        _("Largest"): display(totals.largest, batch.currency),
        _("Funded by"): f"{batch.source} ({batch.source.get_status_display()})",
        _("Errors"): f"{batch.problems_found:,}",
        _("Checked"): _day_and_time(batch.date_checked),
        _("How the file is read"): digest([batch.options, batch.date_checked]),
        _("Guessable codes"): f"{batch.guessable_codes:,}",
        _("Repeats"): str(batch.repeat_of or ""),
    }
    facts |= {
        _("Type %s") % total.name: f"{total.cards:,}, {display(total.value, batch.currency)}"
        for total in totals.by_type
    }
    facts |= {_("Skipped: %s") % name: f"{count:,}" for name, count in totals.skipped}
    facts |= {_("Frozen: %s") % name: f"{count:,}" for name, count in totals.frozen}
    return facts


def card_facts(batch: GiftCardBatch) -> Facts:
    """Return how the cards of a loaded batch stand."""
    stand = batch.accounts.aggregate(
        value=Sum("balance"), held=Sum("held"), ending=Count("end_date"), first=Min("end_date"), last=Max("end_date")
    )
    statuses = batch.accounts.order_by("status").values_list("status").annotate(number=Count("pk"))
    return {
        _("State"): batch.get_state_display(),
        _("Cards"): f"{batch.cards:,}",
        _("Value"): display(stand["value"] or ZERO, batch.currency),
        _("On hold"): display(stand["held"] or ZERO, batch.currency),
        **{_("Cards that are %s") % status.lower(): f"{number:,}" for status, number in statuses},
        _("Cards that end"): _ending(stand["ending"], stand["first"], stand["last"]),
    }


def standing_facts(batch: GiftCardBatch) -> Facts:
    """Return how the cards stand, and what was done to them last: it may have been done and undone."""
    return {
        **card_facts(batch),
        _("last change"): digest(batch.events.order_by("-pk").values_list("pk", flat=True)[:1]),
    }


def _day_and_time(moment: datetime.datetime | None) -> str:
    return date_format(timezone.localtime(moment), "SHORT_DATETIME_FORMAT") if moment else ""


def _ending(number: int, first: datetime.datetime | None, last: datetime.datetime | None) -> str:
    """Return how many cards end, and between which last days of validity."""
    if first is None or last is None:
        return "0"
    days = [date_format(dates.last_day_before(end)) for end in (first, last)]
    return f"{number:,} ({' – '.join(dict.fromkeys(days))})"
