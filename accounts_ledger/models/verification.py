"""Verification: the record that the books were recomputed, and of what came out."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _


class Verification(models.Model):
    """One finished run of `accounts_ledger.verification.verify_ledger` over the whole ledger.

    ``first_findings`` is a list of ``{check, message, ids, expected, found}``, cut off at the first hundred.
    """

    date_started = models.DateTimeField(_("started"))
    date_finished = models.DateTimeField(_("finished"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("user")
    )
    #: Kept when the user is deleted; empty for the system itself.
    username = models.CharField(_("verified by"), max_length=150, blank=True, default="")
    accounts = models.BigIntegerField(_("accounts checked"))
    transfers = models.BigIntegerField(_("transfers checked"))
    transactions = models.BigIntegerField(_("transactions checked"))
    findings = models.BigIntegerField(_("findings"))
    first_findings = models.JSONField(_("first findings"), default=list, blank=True, encoder=DjangoJSONEncoder)

    class Meta:
        verbose_name = _("verification")
        verbose_name_plural = _("verifications")
        get_latest_by = "date_finished"
        ordering: ClassVar = ["-date_finished"]
        indexes: ClassVar = [models.Index(fields=["date_finished"], name="verification_finished")]

    def __str__(self) -> str:
        return date_format(localtime(self.date_finished), "DATETIME_FORMAT")

    @property
    def is_clean(self) -> bool:
        return self.findings == 0
