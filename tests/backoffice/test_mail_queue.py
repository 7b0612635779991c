"""E-mail waits in the database for the worker: no request does, and nothing secret stays behind."""

from __future__ import annotations

import datetime
import smtplib

import pytest
import time_machine
from django.core import mail
from django.core.mail import EmailMultiAlternatives, get_connection, mail_admins, send_mail
from django.core.mail.backends.base import BaseEmailBackend
from django.core.management import CommandError, call_command
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from oscar.core.loading import get_model

from backoffice.mail import checks, sending
from backoffice.mail.queue import BACKEND
from backoffice.models import QueuedMail

Email = get_model("communication", "Email")

pytestmark = pytest.mark.django_db


class Unreachable(BaseEmailBackend):
    """A mail server that does not answer; it counts who tries."""

    tries = 0

    def send_messages(self, email_messages):
        type(self).tries += 1
        raise TimeoutError


class Refusing(BaseEmailBackend):
    def send_messages(self, email_messages):
        raise smtplib.SMTPRecipientsRefused({"zoe@example.com": (550, b"unknown")})


@pytest.fixture(autouse=True)
def _queue(settings):
    settings.EMAIL_BACKEND = BACKEND
    settings.MAIL_TRANSPORT = "django.core.mail.backends.locmem.EmailBackend"
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    Unreachable.tries = 0


def works():
    """Do what is due, as the worker does; which closes the connection, and with it the transaction of a test."""
    while (due := DBTaskResult.objects.ready().first()) is not None:
        due.task.func(*due.args_kwargs["args"], **due.args_kwargs["kwargs"])
        DBTaskResult.objects.filter(pk=due.pk).update(status="SUCCESSFUL")


def test_a_mail_is_written_and_not_sent():
    send_mail("Hello", "Body", None, ["zoe@example.com"])

    assert mail.outbox == []
    queued = QueuedMail.objects.get()
    assert (queued.recipients, queued.subject, queued.state) == ("zoe@example.com", "Hello", "waiting")


def test_the_worker_sends_it_whole():
    message = EmailMultiAlternatives("Hello", "Text", "shop@example.com", ["a@example.com"], bcc=["b@example.com"])
    message.attach_alternative("<p>HTML</p>", "text/html")
    message.attach("note.txt", "Attached", "text/plain")
    message.attach("picture.png", b"\x89PNG", "image/png")
    message.extra_headers["X-Reason"] = "test"
    message.send()

    works()

    (sent,) = mail.outbox
    assert (sent.subject, sent.body, sent.to, sent.bcc) == ("Hello", "Text", ["a@example.com"], ["b@example.com"])
    assert [tuple(alternative) for alternative in sent.alternatives] == [("<p>HTML</p>", "text/html")]
    assert [tuple(part) for part in sent.attachments] == [
        ("note.txt", "Attached", "text/plain"),
        ("picture.png", b"\x89PNG", "image/png"),
    ]
    assert sent.extra_headers == {"X-Reason": "test"}


def test_what_was_in_it_is_gone_once_it_is_sent():
    send_mail("Hello", "https://shop.example.com/a-secret-link/", None, ["zoe@example.com"])
    works()

    queued = QueuedMail.objects.get()
    assert (queued.state, queued.sealed) == ("sent", None)
    assert not any("secret" in str(row) for row in DBTaskResult.objects.values())


def test_what_waits_is_sealed():
    send_mail("Hello", "https://shop.example.com/a-secret-link/", None, ["zoe@example.com"])

    (row,) = QueuedMail.objects.values()
    assert b"secret" not in bytes(row["sealed"])
    assert not any("secret" in str(value) for name, value in row.items() if name != "sealed")


def test_what_waits_is_sealed_with_the_newest_key_when_keys_are_rotated(settings):
    settings.ACCOUNTS_CODE_KEYS = ["the-older-key-" + "x" * 30]
    send_mail("Hello", "Body", None, ["zoe@example.com"])
    settings.ACCOUNTS_CODE_KEYS = ["the-newer-key-" + "x" * 30, "the-older-key-" + "x" * 30]
    call_command("rotate_code_keys", verbosity=0)
    settings.ACCOUNTS_CODE_KEYS = ["the-newer-key-" + "x" * 30]

    works()

    assert [message.body for message in mail.outbox] == ["Body"]


def test_a_mail_whose_key_is_lost_keeps_no_other_from_being_sent(settings):
    settings.ACCOUNTS_CODE_KEYS = ["the-lost-key-" + "x" * 30]
    send_mail("Lost", "Body", None, ["zoe@example.com"])
    settings.ACCOUNTS_CODE_KEYS = ["another-key-" + "x" * 30]
    call_command("rotate_code_keys", verbosity=0)
    send_mail("Hello", "Body", None, ["zoe@example.com"])

    works()

    assert [message.subject for message in mail.outbox] == ["Hello"]
    assert QueuedMail.objects.get(subject="Lost").last_error == "UnknownCodeKey"


def test_a_profile_keeps_that_a_mail_was_sent_and_not_its_text(client, django_user_model):
    zoe = django_user_model.objects.create_user("zoe", "zoe@example.com", "correct-horse")
    client.post(reverse("password-reset"), {"email": "zoe@example.com"})
    works()

    kept = Email.objects.get(user=zoe)

    link = mail.outbox[0].body[mail.outbox[0].body.index("http") :].split()[0]
    assert kept.subject == mail.outbox[0].subject
    assert link not in f"{kept.body_text}{kept.body_html}"
    client.force_login(zoe)
    assert "is not kept" in client.get(reverse("customer:email-detail", args=[kept.pk])).content.decode()


def test_a_password_reset_waits_for_no_mail_server(client, django_user_model, settings):
    settings.MAIL_TRANSPORT = f"{__name__}.Unreachable"
    django_user_model.objects.create_user("zoe", "zoe@example.com", "correct-horse")

    response = client.post(reverse("password-reset"), {"email": "zoe@example.com"})

    assert response.status_code == 302
    assert Unreachable.tries == 0
    assert QueuedMail.objects.get().recipients == "zoe@example.com"


def test_a_mail_about_what_was_rolled_back_is_never_sent():
    with transaction.atomic():
        send_mail("Hello", "Body", None, ["zoe@example.com"])
        transaction.set_rollback(True)

    works()
    assert mail.outbox == []


def test_a_header_with_a_line_break_is_refused_at_once():
    with pytest.raises(ValueError, match="newlines"):
        send_mail("Hello\nBcc: all@example.com", "Body", None, ["zoe@example.com"])


def test_a_mail_server_that_does_not_answer_is_asked_once_for_all_mails(settings):
    settings.MAIL_TRANSPORT = f"{__name__}.Unreachable"
    for number in range(5):
        send_mail(f"Mail {number}", "Body", None, ["zoe@example.com"])

    works()

    assert Unreachable.tries == 1
    assert QueuedMail.objects.filter(state="waiting", next_try__gt=timezone.now()).count() == 5


def test_once_it_answers_again_everything_is_sent(settings):
    settings.MAIL_TRANSPORT = f"{__name__}.Unreachable"
    for number in range(3):
        send_mail(f"Mail {number}", "Body", None, ["zoe@example.com"])
    works()
    settings.MAIL_TRANSPORT = "django.core.mail.backends.locmem.EmailBackend"

    with time_machine.travel(timezone.now() + datetime.timedelta(minutes=2)):
        works()

    assert len(mail.outbox) == 3


def test_an_address_that_is_refused_keeps_no_other_mail_back(settings):
    settings.MAIL_TRANSPORT = f"{__name__}.Refusing"
    send_mail("First", "Body", None, ["zoe@example.com"])
    send_mail("Second", "Body", None, ["zoe@example.com"])

    report = sending.send_due()

    assert report.failed == 2


def test_after_three_days_a_mail_is_given_up_and_forgotten(settings):
    settings.MAIL_TRANSPORT = f"{__name__}.Refusing"
    send_mail("Hello", "A secret", None, ["zoe@example.com"])
    sending.send_due()

    with time_machine.travel(timezone.now() + datetime.timedelta(days=4)), pytest.raises(CommandError, match="1 were"):
        call_command("send_queued_mail")

    queued = QueuedMail.objects.get()
    assert (queued.state, queued.sealed, queued.last_error) == ("failed", None, "SMTPRecipientsRefused")


def test_what_was_sent_is_listed_for_thirty_days():
    send_mail("Hello", "Body", None, ["zoe@example.com"])
    works()

    with time_machine.travel(timezone.now() + datetime.timedelta(days=31)):
        sending.send_due()

    assert not QueuedMail.objects.exists()


def test_a_mail_that_a_killed_worker_had_is_sent_later():
    send_mail("Hello", "Body", None, ["zoe@example.com"])
    assert sending._claim(QueuedMail.objects.get().pk) is not None
    DBTaskResult.objects.all().delete()

    assert sending.send_due().sent == 0
    with time_machine.travel(timezone.now() + datetime.timedelta(minutes=11)):
        assert sending.send_due().sent == 1


def test_an_alarm_for_admins_is_queued_too(settings):
    settings.ADMINS = [("Ann", "ann@example.com")]
    mail_admins("Alarm", "Body")

    assert QueuedMail.objects.get().recipients == "ann@example.com"


def test_staff_see_what_waits_but_not_what_is_in_it(admin_client):
    send_mail("Hello", "A-SECRET-LINK", None, ["zoe@example.com"])
    address = reverse("admin:backoffice_queuedmail_changelist")
    listed = admin_client.get(address)
    opened = admin_client.get(reverse("admin:backoffice_queuedmail_change", args=[QueuedMail.objects.get().pk]))

    assert "zoe@example.com" in listed.content.decode()
    assert "A-SECRET-LINK" not in listed.content.decode() + opened.content.decode()


def test_staff_have_a_mail_tried_again(admin_client, settings):
    settings.MAIL_TRANSPORT = f"{__name__}.Refusing"
    send_mail("Hello", "Body", None, ["zoe@example.com"])
    works()
    settings.MAIL_TRANSPORT = "django.core.mail.backends.locmem.EmailBackend"

    chosen = {"action": "try_again", "_selected_action": [QueuedMail.objects.get().pk]}
    admin_client.post(reverse("admin:backoffice_queuedmail_changelist"), chosen)
    works()

    assert len(mail.outbox) == 1


def test_the_dashboard_says_that_mails_wait(admin_client):
    send_mail("Hello", "Body", None, ["zoe@example.com"])
    assert "E-mails waiting" not in admin_client.get(reverse("admin:index")).content.decode()

    QueuedMail.objects.update(date_created=timezone.now() - datetime.timedelta(hours=1))

    page = admin_client.get(reverse("admin:index")).content.decode()
    assert "E-mails waiting" in page
    assert "db_worker" in page


def test_a_check_says_that_mails_wait():
    send_mail("Hello", "Body", None, ["zoe@example.com"])
    assert checks.check_mail_is_sent(databases=["default"]) == []

    QueuedMail.objects.update(date_created=timezone.now() - datetime.timedelta(hours=1))

    (warning,) = checks.check_mail_is_sent(databases=["default"])
    assert warning.id == "backoffice.W010"
    assert checks.check_mail_is_sent() == []


@pytest.mark.parametrize("backend", ["immediate.ImmediateBackend", "dummy.DummyBackend"])
def test_a_task_backend_without_a_worker_stops_the_start(settings, backend):
    settings.TASKS = {"default": {"BACKEND": f"django_tasks.backends.{backend}"}}

    (error,) = checks.check_worker_sends()
    assert error.id == "backoffice.E006"


def test_codes_go_by_the_mail_server_and_never_by_the_queue():
    assert not isinstance(sending.transport(), type(get_connection(BACKEND)))
