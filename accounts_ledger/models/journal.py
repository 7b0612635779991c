"""Exports to the general ledger: the mapping of accounts, and the numbered exports themselves."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts_ledger.models.history import NamedHistory
from accounts_ledger.money import DECIMAL_PLACES


class AccountMapping(models.Model):
    """Which account of the general ledger an account type, or one account, stands for."""

    account_type = models.OneToOneField(
        "accounts_ledger.AccountType",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="mapping",
        verbose_name=_("account type"),
        help_text=_("This type and the types below it."),
    )
    account = models.OneToOneField(
        "accounts_ledger.Account",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="mapping",
        verbose_name=_("account"),
        help_text=_("Or this account alone, such as Bank."),
    )
    code = models.CharField(_("account code"), max_length=32, help_text=_("Its number in the general ledger: 2100."))
    name = models.CharField(
        _("account name"),
        max_length=128,
        help_text=_("Its name in the general ledger; levels are separated by colons: Liabilities:Gift cards."),
    )
    tax_rate = models.CharField(_("tax rate"), max_length=64, blank=True, default="", help_text=_("Xero only."))

    history = HistoricalRecords(bases=[NamedHistory], history_id_field=models.BigAutoField(primary_key=True))

    class Meta:
        verbose_name = _("account mapping")
        verbose_name_plural = _("account mappings")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(account=None) ^ Q(account_type=None),
                name="mapping_of_a_type_or_an_account",
                violation_error_message=_("Choose either an account type or an account."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    def clean(self) -> None:
        if self.name and any(part.strip() == "" for part in self.name.split(":")):
            raise ValidationError({"name": _("A level of the name is empty.")})


class JournalExport(models.Model):
    """One export of a period to the general ledger. Its number is its primary key."""

    class Detail(models.TextChoices):
        SUMMARY = "summary", _("One entry a day and kind")
        FULL = "full", _("Every transfer")

    currency = models.CharField(_("currency"), max_length=3)
    start = models.DateField(_("from"))
    end = models.DateField(_("to the end of"))
    detail = models.CharField(_("detail"), max_length=8, choices=Detail.choices, default=Detail.SUMMARY)
    format = models.CharField(_("format"), max_length=16)
    entries = models.PositiveIntegerField(_("entries"))
    total = models.DecimalField(_("debits = credits"), max_digits=20, decimal_places=DECIMAL_PLACES)
    checksum = models.CharField(_("checksum (SHA-256)"), max_length=64)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("user")
    )
    username = models.CharField(_("exported by"), max_length=150)
    date_created = models.DateTimeField(_("date"), default=timezone.now)

    class Meta:
        verbose_name = _("journal export")
        verbose_name_plural = _("journal exports")
        permissions: ClassVar = [("can_export_journal", _("Can export the journal to the general ledger"))]

    def __str__(self) -> str:
        return f"J{self.pk:05d}"
