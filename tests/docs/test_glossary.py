"""docs/glossary.md explains what the back office calls things."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from django.contrib import admin

from accounts_ledger.models import Account, GiftCardBatch, Hold, Transfer
from backoffice.roles import ROLES
from tests.docs.pages import DOCS

ROWS = [line for line in (DOCS / "glossary.md").read_text().splitlines() if line.startswith("| **")]
WORDS = [word.lower() for row in ROWS for word in re.findall(r"\*\*(.+?)\*\*", row)]
TEXT = "\n".join(ROWS).lower()

ALSO_KNOWN_AS = {"gift card batch": "batch"}


def nouns() -> list[str]:
    models = [
        model
        for model in admin.site._registry
        if model._meta.app_label in ("accounts_ledger", "oscar_integration", "backoffice")
    ]
    names = [str(model._meta.verbose_name) for model in models]
    return [ALSO_KNOWN_AS.get(name, name) for name in names]


@pytest.mark.parametrize("noun", nouns())
def test_every_noun_of_the_menu_is_explained(noun):
    assert noun in WORDS


@pytest.mark.parametrize("kind", Transfer.Kind.labels)
def test_every_kind_of_transfer_is_explained(kind):
    assert kind.lower() in WORDS


@pytest.mark.parametrize(
    "word",
    [
        *(label for _value, label in Account._meta.get_field("status").choices),
        *Hold.Status.labels,
        *(state.label for state in GiftCardBatch.State if state not in GiftCardBatch.BUSY),
        *ROLES,
    ],
)
def test_every_state_and_role_is_mentioned(word):
    assert str(word).lower() in TEXT


def test_words_are_in_the_order_of_the_alphabet():
    first = [re.search(r"\*\*(.+?)\*\*", row)[1].lower() for row in ROWS]

    assert [(one, other) for one, other in pairwise(first) if one > other] == []
