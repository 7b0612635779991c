"""The benchmarks measure what they say: their clients post real transfers, and the books stay right."""

import pytest
from django.db import connection

from accounts_ledger.models import Transfer
from benchmarks import cast, load

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("step", [cast.random_transfer, cast.portable_transfer])
@pytest.mark.parametrize("draw", [cast.spread, cast.hot])
def test_clients_post_as_many_transfers_as_they_count(step, draw, books):
    database = connection.settings_dict["NAME"]
    cast.create_accounts()

    rate = load.transfers_per_second(database, processes=2, seconds=0.3, prepare=lambda: step(draw()))

    assert 0 < rate * 0.3 <= Transfer.objects.count()


def test_a_client_that_fails_fails_the_measurement(db):
    def prepare():
        raise ZeroDivisionError

    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        load.transfers_per_second(connection.settings_dict["NAME"], 1, 0.1, prepare)
