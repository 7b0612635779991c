"""Rows that belong to a person by a reference, whatever they say: names and messages that no search would recognise."""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.models import Session
from django.db.models import Q
from django.utils import timezone
from oscar.core.loading import get_model

from accounts_ledger.models import Account, AccountMapping, AccountType, GiftCardBatch
from backoffice.erasure.person import Person
from backoffice.erasure.sweep import ERASED
from oscar_integration.models import CodeAttempts, GiftCardSale
from oscar_integration.selling import product as gift_card

#: Rows of the shop that are nothing but the person's own, by model and the fields that say whose: deleted.
_OWN = (
    ("address", "UserAddress", "user", None),
    ("communication", "Email", "user", "email"),
    ("communication", "Notification", "recipient", None),
    ("customer", "ProductAlert", "user", "email"),
    ("wishlists", "WishList", "owner", None),
    ("reviews", "Vote", "user", None),
    ("analytics", "UserRecord", "user", None),
    ("analytics", "UserSearch", "user", None),
    ("analytics", "UserProductView", "user", None),
)
#: What is chosen for a gift card, and says something of people.
_OPTIONS = (gift_card.RECIPIENT_NAME, gift_card.RECIPIENT_EMAIL, gift_card.MESSAGE)
_ADDRESS = ("first_name", "last_name", "line1", "line2", "line3", "line4", "phone_number", "notes")


def remove(person: Person) -> dict[str, int]:
    """Remove or empty what belongs to *person*; return the number of rows by what they are."""
    done: dict[str, int] = {}
    for app, name, owner, email in _OWN:
        model = get_model(app, name)
        done[str(model._meta.verbose_name_plural)] = model._base_manager.filter(_theirs(person, owner, email)).delete()[
            0
        ]
    done |= _of_orders(person)
    done |= _of_accounts(person)
    if person.user is not None:
        done["sessions"] = _sessions(person.user)
        attempts = CodeAttempts.objects.filter(scope=CodeAttempts.Scope.USER, subject=str(person.user.pk))
        done[str(CodeAttempts._meta.verbose_name_plural)] = attempts.delete()[0]
    return {what: number for what, number in done.items() if number}


def orders_of(person: Person) -> Any:
    """Return the orders that *person* placed."""
    return get_model("order", "Order")._base_manager.filter(_theirs(person, "user", "guest_email"))


def _theirs(person: Person, owner: str, email: str | None) -> Q:
    condition = Q(pk__in=[])
    if person.user is not None:
        condition |= Q(**{owner: person.user})
    if email:
        for address in person.emails:
            condition |= Q(**{f"{email}__iexact": address})
    return condition


def _of_orders(person: Person) -> dict[str, int]:
    """Empty names and addresses of orders; country and postcode stay, which taxes are reckoned by."""
    orders = orders_of(person)
    numbers, addresses = list(orders.values_list("pk", flat=True)), 0
    for name, field in (("ShippingAddress", "shipping_address"), ("BillingAddress", "billing_address")):
        model = get_model("order", name)
        pks = list(orders.exclude(**{field: None}).values_list(field, flat=True))
        emptied = {known: "" for known in _ADDRESS if known in {known.name for known in model._meta.get_fields()}}
        addresses += model._base_manager.filter(pk__in=pks).update(**emptied, search_text="")
    received = Q(pk__in=[])
    for email in person.emails:
        received |= Q(recipient_email__iexact=email)
    texts = _texts_of_gift_cards(person, numbers, received)
    sent = GiftCardSale.objects.filter(order__in=numbers).update(sender_name="", message="")
    got = GiftCardSale.objects.filter(received).update(
        recipient_name="", recipient_email="erased@erased.invalid", message=""
    )
    emptied_orders = orders.exclude(guest_email="").update(guest_email="")
    return {
        "addresses of orders": addresses,
        "gift cards sold": sent + got,
        "texts of gift cards": texts,
        "guest orders": emptied_orders,
    }


def _texts_of_gift_cards(person: Person, orders: list[int], received: Q) -> int:
    """Remove what was typed for gift cards: from the person's baskets, and from lines of orders by or for them."""
    lines = list(GiftCardSale.objects.filter(received).exclude(line=None).values_list("line", flat=True))
    bought = get_model("order", "LineAttribute")._base_manager.filter(option__code__in=_OPTIONS)
    number = int(bought.filter(Q(line__order__in=orders) | Q(line__in=lines)).update(value=ERASED))
    if person.user is not None:
        chosen = get_model("basket", "LineAttribute")._base_manager.filter(line__basket__owner=person.user)
        number += chosen.filter(option__code__in=_OPTIONS).delete()[0]
    return number


def _of_accounts(person: Person) -> dict[str, int]:
    history = Account.history.model.objects
    emails = Q(pk__in=[])
    for email in person.emails:
        emails |= Q(holder_email__iexact=email)
    accounts = Account.objects.filter(emails).update(holder_email="")
    rows = history.filter(emails).update(holder_email="")
    if person.user is not None:
        for model in (Account, AccountMapping, AccountType):
            theirs = model.history.model.objects.filter(history_user=person.user)
            rows += theirs.update(history_user=None, history_username=person.pseudonym)
    return {"accounts": accounts, "rows of the history of accounts": rows}


def forget_addresses(user: Any) -> None:
    """Empty the address on accounts that *user* holds, whichever it is: it may be one from before."""
    for rows in (Account.objects.all(), Account.history.model.objects.all()):
        rows.filter(primary_user=user.pk).exclude(holder_email="").update(holder_email="")


def waiting_batches(person: Person) -> list[str]:
    """Return the batches whose uploaded file or checked rows still name *person*."""
    found = []
    for batch in GiftCardBatch.objects.filter(contents__isnull=False).distinct():
        pieces = batch.contents.order_by("kind", "number").values_list("data", flat=True)
        data = b"".join(bytes(piece) for piece in pieces)
        if any(term.lower().encode() in data.lower() for term in person.terms):
            found.append(batch.reference)
    return found


def _sessions(user: Any) -> int:
    theirs = [
        session.pk
        for session in Session.objects.filter(expire_date__gte=timezone.now()).iterator()
        if session.get_decoded().get("_auth_user_id") == str(user.pk)
    ]
    return Session.objects.filter(pk__in=theirs).delete()[0]
