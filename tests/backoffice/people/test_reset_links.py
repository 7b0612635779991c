"""Nobody sets the password of somebody else: a link is mailed to the person, who chooses it."""

from __future__ import annotations

import re

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from tests.backoffice.people.conftest import PASSWORD, staff

NEW = "chosen-by-myself-26"


def link_in(mail) -> str:
    return re.search(r"http://testserver(/\S+)", mail.body)[1]


def choose(link: str, password: str = NEW):
    client = Client()
    page = client.get(link, follow=True)
    return client.post(page.request["PATH_INFO"], {"new_password1": password, "new_password2": password})


def test_a_password_that_is_posted_is_not_set(browser, manager, pages):
    typed = {"password1": NEW, "password2": NEW, "set-password": "1", "usable_password": "true"}
    browser.post(pages.password, {**typed, "own_password": PASSWORD})

    manager.refresh_from_db()
    assert manager.check_password(PASSWORD)


def test_the_link_goes_to_the_person_who_chooses_a_password_by_it(browser, manager, pages, mailoutbox):
    browser.post(pages.password, {"own_password": PASSWORD})

    (mail,) = mailoutbox
    assert mail.to == [manager.email]
    choose(link_in(mail))
    manager.refresh_from_db()
    assert manager.check_password(NEW)


def test_the_link_works_once(browser, manager, pages, mailoutbox):
    browser.post(pages.password, {"own_password": PASSWORD})
    link = link_in(mailoutbox[0])
    choose(link)

    choose(link, "somebody-elses-26")

    manager.refresh_from_db()
    assert manager.check_password(NEW)


def test_no_link_is_sent_without_ones_own_password(browser, pages, mailoutbox):
    browser.post(pages.password, {"own_password": "guess"})

    assert mailoutbox == []


def test_who_has_no_address_is_sent_no_link(browser, manager, pages, mailoutbox):
    get_user_model().objects.filter(pk=manager.pk).update(email="")

    page = browser.post(pages.password, {"own_password": PASSWORD})

    assert "Give them one first" in page.content.decode()
    assert mailoutbox == []


def test_that_a_link_was_sent_is_in_the_persons_history(browser, manager, pages):
    browser.post(pages.password, {"own_password": PASSWORD})

    entry = LogEntry.objects.get(object_id=str(manager.pk))
    assert entry.change_message == f"Sent a link to choose a password to {manager.email}."


def test_ones_own_password_is_changed_by_the_old_one(browser, sysadmin):
    answer = browser.get(reverse("admin:auth_user_password_change", args=(sysadmin.pk,)))

    assert answer.url == reverse("admin:password_change")


def test_a_superuser_is_sent_no_link_by_a_system_administrator(browser):
    boss = staff("boss", is_superuser=True)

    answer = browser.post(reverse("admin:auth_user_password_change", args=(boss.pk,)), {"own_password": PASSWORD})

    assert answer.status_code == 403


@pytest.mark.django_db(transaction=True)
def test_a_new_user_is_mailed_a_link_and_has_no_password_until_then(browser, pages, mailoutbox):
    browser.post(pages.add, {"username": "new", "email": "new@example.com", "own_password": PASSWORD})

    user = get_user_model().objects.get(username="new")
    assert not user.has_usable_password()
    (mail,) = [mail for mail in mailoutbox if mail.to == ["new@example.com"]]
    choose(link_in(mail))
    user.refresh_from_db()
    assert user.check_password(NEW)


def test_no_user_is_made_with_the_address_of_another(browser, manager, pages):
    page = browser.post(pages.add, {"username": "new", "email": "Manager@example.com", "own_password": PASSWORD})

    assert "There is a user with this e-mail address already." in page.content.decode()
