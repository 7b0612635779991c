"""Every page that links lead to, by every role and as customers: none has a whole code, nor has any file behind it."""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter, deque
from html import unescape
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.test import Client

from accounts_ledger.models import Account
from backoffice import roles
from tests.accounts_ledger.imports.conftest import checked, gift_cards, loaded, uploaded
from tests.backoffice.admin_addresses import sample_objects

__all__ = ["checked", "gift_cards", "loaded", "uploaded"]

ROLES = (roles.VIEWER, roles.CLERK, roles.MANAGER, roles.AUDITOR, roles.SYSTEM_ADMINISTRATOR)
STARTS = ("/admin/", "/admin/reports/", "/dashboard/", "/", "/accounts/", "/gift-cards/")
#: Links out of the session, and files that are no pages of ours.
LEFT_OUT = re.compile(r"logout|/static/|/media/|/jsi18n/|/i18n/|setlang")
#: Pages of one address that differ in what stands behind the question mark: filters, sortings, downloads.
QUERIES_AN_ADDRESS = 3
FILES_CODES = ("QZ7K-W3MN-P8RT-X2VB", "HJ4D-T9YC-L6FG-N5WQ")


def crawl(client: Client) -> dict[str, str]:
    """Return the text of every page that links lead to, by address; of spreadsheets that of their parts."""
    waiting, seen, tries = deque(STARTS), set(STARTS), Counter[str]()
    found: dict[str, str] = {}
    while waiting:
        address = waiting.popleft()
        response: Any = client.get(address)
        assert response.status_code < 500, address
        found[address] = text_of(response)
        links = [response["Location"]] if response.status_code in (301, 302) else links_of(response, found[address])
        for link in links:
            target = urlsplit(urljoin(address, unescape(link)))
            new = target.path + (f"?{target.query}" if target.query else "")
            shape = re.sub(r"\d+", "0", target.path)
            is_ours = target.netloc in ("", "testserver") and target.scheme in ("", "http")
            if is_ours and new not in seen and not LEFT_OUT.search(new) and tries[shape] < QUERIES_AN_ADDRESS:
                tries[shape] += 1
                seen.add(new)
                waiting.append(new)
    return found


def text_of(response: Any) -> str:
    content = b"".join(response.streaming_content) if response.streaming else response.content
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            content = b" ".join(parts.read(name) for name in parts.namelist())
    return content.decode(errors="replace")


def links_of(response: Any, text: str) -> list[str]:
    return re.findall(r'(?:href|hx-get)="([^"#]+)', text) if "html" in response["Content-Type"] else []


def bare(text: str) -> str:
    return re.sub(r"[\s-]", "", text).upper()


def leaks(pages: dict[str, str], codes: set[str]) -> dict[str, list[str]]:
    texts = {address: bare(f"{address} {text}") for address, text in pages.items()}
    hits = {address: [code for code in codes if code in text] for address, text in texts.items()}
    return {address: codes for address, codes in hits.items() if codes}


@pytest.fixture
def stock(buys, fixed_card, product, gift_card, customer, customer_shopper, loaded, checked):
    """Cards of all kinds: given out by hand, owned, of batches loaded and not, sold, and used for an order."""
    sample_objects()
    rows = "\n".join(f"{code},25.00" for code in FILES_CODES)
    loaded(f"code,value\n{rows}\n")
    checked("code,value\nMM7K-W3MN-P8RT-X2VB,30.00\nbroken,x\n")
    card = gift_card("50.00", primary_user=customer)
    customer_shopper.puts_in_basket(product).goes_to_payment()
    customer_shopper.types_code(card.code)
    customer_shopper.places_order()
    buys(fixed_card)
    known = {bare(account.code) for account in Account.objects.all() if account.code}
    codes = {code for code in known if len(code) >= 8} | {"MM7KW3MNP8RTX2VB"}
    assert len(codes) >= 6
    return codes


@pytest.mark.parametrize("role", ROLES)
def test_no_role_finds_a_whole_code_on_any_page(stock, role):
    user = get_user_model().objects.create_user(f"the-{role}", f"{role.split()[0]}@example.com", is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(user)

    pages = crawl(client)

    assert len(pages) > 60
    assert leaks(pages, {code[-4:] for code in stock}), "the ends of codes, which masks show, are found"
    assert leaks(pages, stock) == {}


def test_a_stranger_and_a_visitor_find_no_code(stock, stranger):
    client = Client()
    visited = crawl(client)
    client.force_login(stranger)

    assert leaks(visited | crawl(client), stock) == {}


def test_customers_find_no_code_but_masks_of_their_cards(stock, customer_shopper):
    assert leaks(crawl(customer_shopper.client), stock) == {}
