"""The example shop's list of products."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.urls import reverse

from backoffice.demo import catalogue

#: The page itself, and each kind of thing that it shows of its products: not each of these things.
MOST_QUERIES = 16


@pytest.fixture
def products(db) -> Iterator[int]:
    number = catalogue.create()
    call_command("rebuild_index", interactive=False, verbosity=0)
    yield number
    call_command("clear_index", interactive=False, verbosity=0)


def test_a_page_of_products_reads_all_of_them_at_once(client, products, django_assert_max_num_queries):
    assert products > MOST_QUERIES / 2
    address = reverse("catalogue:index")
    client.get(address)

    with django_assert_max_num_queries(MOST_QUERIES):
        page = client.get(address).content.decode()

    assert page.count('class="product_pod"') > MOST_QUERIES / 2
