"""A link to choose a password, mailed to a user. Nobody sets the password of somebody else."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import send_mail
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _

from backoffice.people.identity import AsksForIdentity


def address_for(request: HttpRequest, user: Any) -> str:
    """Return the whole address at which *user* chooses a password, once, within PASSWORD_RESET_TIMEOUT seconds."""
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    path = reverse("password-reset-confirm", args=(uid, default_token_generator.make_token(user)))
    return request.build_absolute_uri(path)


def send(request: HttpRequest, user: Any) -> None:
    """Mail *user* such a link, and write so into their history."""
    hours = settings.PASSWORD_RESET_TIMEOUT // 3600
    text = _(
        "%(by)s asks you to choose a password for your user %(user)s:\n\n%(address)s\n\n"
        "The link works once, and for %(hours)d hours. It was sent to nobody else."
    ) % {
        "by": request.user.get_username(),
        "user": user.get_username(),
        "address": address_for(request, user),
        "hours": hours,
    }
    send_mail(_("Choose your password"), text, settings.DEFAULT_FROM_EMAIL, [user.email])
    actor: Any = request.user.pk
    sent = f"Sent a link to choose a password to {user.email}."
    LogEntry.objects.log_actions(actor, [user], CHANGE, change_message=sent, single_object=True)


def page(request: HttpRequest, user: Any) -> HttpResponse:
    """Ask whether to mail *user* such a link, and for the password of whoever wants that."""
    form = AsksForIdentity.of(request)(request.POST if request.method == "POST" else None)
    if request.method == "POST" and user.email and form.is_valid():
        send(request, user)
        messages.success(request, _("A link to choose a password was sent to %s.") % user.email)
        return redirect("admin:auth_user_change", user.pk)
    context = {
        **admin.site.each_context(request),
        "title": _("Send a link to choose a password"),
        "form": form,
        "person": user,
        "back": reverse("admin:auth_user_change", args=(user.pk,)),
    }
    return TemplateResponse(request, "admin/people/reset_link.html", context)
