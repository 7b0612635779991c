"""The second factors of staff: the app on their phone, and ten codes for the day it is lost.

Backup codes are kept as keyed hashes: whoever reads the database can log in with none of them.
"""

from __future__ import annotations

import base64
import datetime
import math
import re
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_otp import verify_token
from django_otp.models import Device
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

BACKUP_CODES = 10
_LONGEST_CODE = 32


class WrongCode(ValidationError):  # noqa: N818  (as every refusal of this product is called)
    """The code is not accepted; the message says whether it is wrong or one has to wait."""


def has_factor(user: Any) -> bool:
    """Return whether *user* has set up two-step login."""
    return TOTPDevice.objects.filter(user=user, confirmed=True).exists()


def begin(user: Any, begun: int | None = None) -> TOTPDevice:
    """Return the app that *user* is setting up: the one with the id *begun*, or else a new one."""
    app = TOTPDevice.objects.filter(pk=begun, user=user, confirmed=False).first()
    return app or TOTPDevice.objects.create(user=user, confirmed=False, name="app")


def confirm(user: Any, begun: int | None, code: str) -> tuple[TOTPDevice, list[str]]:
    """Turn two-step login on, if *code* comes from the app with the id *begun*; return it and the new backup codes.

    Raises:
        WrongCode: nothing has changed.
    """
    with transaction.atomic():
        app = TOTPDevice.objects.select_for_update().filter(pk=begun, user=user, confirmed=False).first()
        refusal = _refusal(app)
        if app is not None and app.verify_token(_plain(code)):
            TOTPDevice.objects.filter(user=user).exclude(pk=app.pk).delete()
            app.confirmed = True
            app.save()
            return app, new_backup_codes(user)
    raise WrongCode(refusal)


def verify(user: Any, code: str) -> Device:
    """Return what *user* has proved to have by *code*: the app, or the backup codes, of which this one is used up.

    Raises:
        WrongCode: it is wrong, was used before, or is one try too many.
    """
    plain = _plain(code)
    kind = TOTPDevice if plain.isdecimal() else StaticDevice
    device = kind.objects.filter(user=user, confirmed=True).first()
    refusal = _refusal(device)
    kept = plain if kind is TOTPDevice else _hashed(user, plain)
    verified = verify_token(user, device.persistent_id, kept) if device is not None else None
    if verified is None:
        raise WrongCode(refusal)
    return verified


def new_backup_codes(user: Any) -> list[str]:
    """Make new backup codes for *user* and return them; those from before are void."""
    with transaction.atomic():
        StaticDevice.objects.filter(user=user).delete()
        device = StaticDevice.objects.create(user=user, name="backup codes")
        tokens = ["b" + StaticToken.random_token() for _number in range(BACKUP_CODES)]
        StaticToken.objects.bulk_create(StaticToken(device=device, token=_hashed(user, token)) for token in tokens)
    return tokens


def backup_codes_left(user: Any) -> int:
    return StaticToken.objects.filter(device__user=user).count()


def remove(user: Any) -> None:
    """Turn two-step login off for *user*."""
    with transaction.atomic():
        TOTPDevice.objects.filter(user=user).delete()
        StaticDevice.objects.filter(user=user).delete()


def _plain(code: str) -> str:
    return re.sub(r"[\s-]", "", code).lower()[:_LONGEST_CODE]


def _hashed(user: Any, backup_code: str) -> str:
    """Return what is kept of *backup_code*: 80 bits in the 16 letters that django-otp has room for."""
    digest = salted_hmac(__name__, f"{user.pk}:{backup_code}", algorithm="sha256").digest()
    return base64.b32encode(digest[:10]).decode()


def _refusal(device: Any) -> str:
    """Return why a code that is tried now would not be accepted: it is wrong, or came too soon after wrong ones."""
    _allowed, reason = device.verify_is_allowed() if device else (True, None)
    if not reason:
        return _("This code is not right. Codes from the app change every 30 seconds, and each can be used once.")
    left: datetime.timedelta = reason["locked_until"] - timezone.now()
    seconds = max(1, math.ceil(left.total_seconds()))
    return (
        ngettext(
            "Too many wrong codes. Please wait %d second, then try again.",
            "Too many wrong codes. Please wait %d seconds, then try again.",
            seconds,
        )
        % seconds
    )
