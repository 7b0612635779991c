"""Each request has an id, by which its lines in the log are found."""

import logging

import pytest

from backoffice.operations import request_id


def test_each_response_names_an_id_of_its_own(client):
    first, second = (client.get("/health/live")["X-Request-ID"] for _time in range(2))

    assert len(first) == 32
    assert first != second


def test_an_id_that_anybody_sends_is_not_believed(client):
    assert client.get("/health/live", headers={"X-Request-ID": "mine"})["X-Request-ID"] != "mine"


def test_an_id_from_the_header_that_a_proxy_sets_is_kept(client, settings):
    settings.REQUEST_ID_HEADER = "X-Trace"

    assert client.get("/health/live", headers={"X-Trace": "edge-1.2_3"})["X-Request-ID"] == "edge-1.2_3"


@pytest.mark.parametrize("junk", ["", "two words", "line\nbreak", "x" * 65, "ünique"])
def test_an_id_that_would_break_a_log_is_replaced(client, settings, junk):
    settings.REQUEST_ID_HEADER = "X-Trace"

    assert len(client.get("/health/live", headers={"X-Trace": junk})["X-Request-ID"]) == 32


@pytest.mark.django_db
def test_the_lines_of_a_request_carry_its_id(client, settings, written, monkeypatch):
    settings.REQUEST_ID_HEADER = "X-Trace"
    client.raise_request_exception = False
    monkeypatch.setattr("oscar.apps.catalogue.views.CatalogueView.get", None)

    assert client.get("/catalogue/", headers={"X-Trace": "edge-1"}).status_code == 500
    logging.getLogger("backoffice").info("afterwards")

    assert [line["request_id"] for line in written.lines] == ["edge-1", "-"]


@pytest.mark.django_db
def test_a_job_carries_its_own_id(written, settings):
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
    from accounts_ledger.verification.tasks import verify

    job = verify.enqueue()

    line = next(line for line in written.lines if line["message"].startswith("Verification:"))
    assert line["request_id"] == job.id
    assert request_id.current() is None
