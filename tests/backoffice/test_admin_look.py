"""What every page of the admin has in common: where logging in leads, how the time is told."""

import datetime

import pytest
from django.urls import reverse
from django.utils.formats import date_format

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("address", "next_page"), [("", "/admin/"), ("?next=/admin/reports/", "/admin/reports/")])
def test_logging_in_leads_to_the_back_office_and_not_to_the_shop(client, admin_user, address, next_page):
    page = client.get(reverse("admin:login") + address)

    assert f'name="next" value="{next_page}" form="login-form"' in page.content.decode()


def test_the_time_is_that_of_the_24_hour_clock_in_every_format():
    moment = datetime.datetime(2026, 10, 25, 16, 30)

    written = {date_format(moment, name) for name in ("TIME_FORMAT", "DATETIME_FORMAT", "SHORT_DATETIME_FORMAT")}

    assert written == {"16:30", "25 Oct 2026, 16:30", "25/10/2026 16:30"}
