"""GiftCardBatch: one bulk load of gift cards, from a file or issued by number, and everything said about it."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts_ledger import codes, conf


def new_reference() -> str:
    """Return the reference of a new batch: what its loads carry as merchant reference."""
    return f"BATCH-{codes.generate(8)}"


class GiftCardBatch(models.Model):
    """One bulk load: uploaded, checked, confirmed and loaded as a whole or not at all.

    Every account that it created points to it. ``rows`` and its siblings count rows of the file, ``totals`` is
    value per currency and type as text (JSON knows no decimals). ``processed`` and ``heartbeat`` are written by the
    running job, ``run`` names that job: a job that lost its batch to another one stops.
    """

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("Uploaded")
        CHECKING = "checking", _("Being checked")
        CHECKED = "checked", _("Checked")
        LOADING = "loading", _("Being loaded")
        LOADED = "loaded", _("Loaded")
        REVERSED = "reversed", _("Reversed")
        CANCELLED = "cancelled", _("Cancelled")
        FAILED = "failed", _("Failed")

    #: States in which a job is at work, or should be.
    BUSY: ClassVar = (State.CHECKING, State.LOADING)
    #: A job writes its heartbeat far more often than this; without one for so long, it is dead.
    STALE_AFTER = datetime.timedelta(minutes=2)

    LONGEST_NAME = 128

    reference = models.CharField(_("reference"), max_length=32, default=new_reference, editable=False)
    name = models.CharField(
        _("name"),
        max_length=LONGEST_NAME,
        blank=True,
        default="",
        help_text=_("Such as a campaign. Shown in lists only."),
    )
    state = models.CharField(_("state"), max_length=16, choices=State.choices, default=State.UPLOADED)
    source = models.ForeignKey(
        "accounts_ledger.Account",
        models.PROTECT,
        related_name="funded_batches",
        verbose_name=_("source account"),
        help_text=_("Where the value comes from: Bank if it was paid for, else an unpaid source."),
    )
    account_type = models.ForeignKey(
        "accounts_ledger.AccountType", models.PROTECT, related_name="batches", verbose_name=_("account type")
    )
    currency = models.CharField(_("currency"), max_length=3, default=conf.default_currency)

    file_name = models.CharField(_("file"), max_length=255, blank=True, default="")
    file_size = models.BigIntegerField(_("size"), default=0, help_text=_("In bytes."))
    checksum = models.CharField(_("checksum"), max_length=64, blank=True, default="", help_text=_("SHA-256."))
    repeat_of = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="repeats",
        verbose_name=_("repeats"),
        help_text=_("An earlier batch from the same file."),
    )
    options = models.JSONField(_("options"), default=dict, blank=True)

    rows = models.PositiveIntegerField(_("rows"), default=0)
    processed = models.PositiveIntegerField(_("rows processed"), default=0)
    cards = models.PositiveIntegerField(_("cards"), default=0)
    frozen = models.PositiveIntegerField(_("imported frozen"), default=0)
    skipped = models.PositiveIntegerField(_("skipped"), default=0)
    problems_found = models.PositiveIntegerField(_("errors"), default=0)
    totals = models.JSONField(_("totals"), default=dict, blank=True)
    message = models.TextField(_("message"), blank=True, default="")

    run = models.CharField(max_length=32, blank=True, default="", editable=False)
    heartbeat = models.DateTimeField(_("last sign of life"), null=True, blank=True)
    cancel_requested = models.BooleanField(_("cancellation asked for"), default=False)

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("user")
    )
    username = models.CharField(_("uploaded by"), max_length=150, blank=True, default="")
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("user")
    )
    confirmed_username = models.CharField(_("confirmed by"), max_length=150, blank=True, default="")
    date_created = models.DateTimeField(_("uploaded"), default=timezone.now)
    date_started = models.DateTimeField(_("job started"), null=True, blank=True)
    date_checked = models.DateTimeField(_("checked"), null=True, blank=True)
    date_loaded = models.DateTimeField(_("loaded"), null=True, blank=True)

    class Meta:
        verbose_name = _("gift card batch")
        verbose_name_plural = _("gift card batches")
        constraints: ClassVar = [models.UniqueConstraint(fields=["reference"], name="batch_reference_unique")]
        indexes: ClassVar = [
            models.Index(fields=["date_created"], name="batch_date_created"),
            models.Index(fields=["checksum"], name="batch_checksum"),
        ]
        permissions: ClassVar = [
            ("can_confirm_import", _("Can load checked batches")),
            ("export_codes", _("Can download the codes of a batch")),
            ("can_reverse_batch", _("Can reverse whole batches")),
        ]

    def __str__(self) -> str:
        return self.name or self.reference

    @property
    def is_busy(self) -> bool:
        return self.state in self.BUSY

    @property
    def is_stale(self) -> bool:
        """Whether its job stopped giving signs of life: killed, or its machine gone."""
        if not self.is_busy:
            return False
        newest = self.heartbeat or self.date_started or self.date_created
        return timezone.now() - newest > self.STALE_AFTER

    @property
    def is_loadable(self) -> bool:
        """Whether it was checked without errors and has something to load."""
        return self.state == self.State.CHECKED and not self.problems_found and self.cards > 0

    @property
    def value(self) -> Decimal:
        """What its cards come to, in units of its currency."""
        return Decimal((self.totals or {}).get("value", "0"))

    @property
    def guessable_codes(self) -> int:
        """How many codes of its file are so short or so regular that they can be guessed: `codes.can_be_guessed`."""
        return int((self.totals or {}).get("guessable_codes", 0))

    @property
    def has_file(self) -> bool:
        """Whether it came from a file; otherwise it was issued by number."""
        return bool(self.checksum)

    def remark(self, what: str, user: Any = None, **details: Any) -> BatchEvent:
        """Add *what* to the batch's history, with who did it."""
        return self.events.create(what=what, user=user, username=user.get_username() if user else "", details=details)


class BatchContent(models.Model):
    """A piece of what a batch works on: of the file as uploaded, or of the rows as checked.

    In the database, not in the media folder, which is public: the pieces hold codes. Every machine sees them.
    """

    class Kind(models.TextChoices):
        FILE = "file", _("File")
        ROWS = "rows", _("Checked rows")

    batch = models.ForeignKey(GiftCardBatch, models.CASCADE, related_name="contents")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    number = models.PositiveIntegerField()
    data = models.BinaryField()

    class Meta:
        verbose_name = _("batch content")
        verbose_name_plural = _("batch contents")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["batch", "kind", "number"], name="batch_content_number")
        ]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.kind} {self.number}"


class BatchProblem(models.Model):
    """One error in one cell of a batch's file. ``row`` counts lines as a spreadsheet does, the header included."""

    batch = models.ForeignKey(GiftCardBatch, models.CASCADE, related_name="problems")
    row = models.PositiveIntegerField(_("row"))
    column = models.CharField(_("column"), max_length=128, blank=True, default="")
    value = models.CharField(_("value"), max_length=128, blank=True, default="")
    message = models.TextField(_("message"))

    class Meta:
        verbose_name = _("error")
        verbose_name_plural = _("errors")
        ordering: ClassVar = ["row", "pk"]
        indexes: ClassVar = [models.Index(fields=["batch", "row"], name="batch_problem_row")]

    def __str__(self) -> str:
        return f"{self.row} {self.column}: {self.message}"


class BatchEvent(models.Model):
    """Something that was done to a batch, by whom and when."""

    batch = models.ForeignKey(GiftCardBatch, models.PROTECT, related_name="events")
    what = models.CharField(_("what"), max_length=255)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("user")
    )
    username = models.CharField(_("user"), max_length=150, blank=True, default="")
    details = models.JSONField(_("details"), default=dict, blank=True)
    date_created = models.DateTimeField(_("date"), default=timezone.now)

    class Meta:
        verbose_name = _("batch event")
        verbose_name_plural = _("batch events")
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return self.what
