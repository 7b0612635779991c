"""Exports of the list of transfers: a line a transfer, or a line a side as the accounts' statements have it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from import_export import resources

from accounts_ledger.admin.shared.confirmation import Facts
from accounts_ledger.admin.shared.streamed_export import StreamedExportMixin, column
from accounts_ledger.admin.transfer.totals import BOUND, totals
from accounts_ledger.models import Transaction, Transfer
from accounts_ledger.money import display

#: The hidden field of the page that says up to which transfer it counts; it is among what is confirmed.
LAST = "last"


class TransferResource(resources.ModelResource):
    """One transfer a row. Amounts are in units of the accounts' currency."""

    reference = column(_("reference"), "reference")
    date_created = column(_("date"), "date_created")
    kind = column(_("kind"), "kind", Transfer.Kind.choices)
    amount = column(_("amount"), "amount")
    currency = column(_("currency"), "source__currency")
    source = column(_("from account"), "shown_source")
    source_code = column(_("code of the account it is from"), "shown_source__masked_code")
    source_type = column(_("type of the account it is from"), "shown_source__account_type__name")
    destination = column(_("to account"), "shown_destination")
    destination_code = column(_("code of the account it went to"), "shown_destination__masked_code")
    destination_type = column(_("type of the account it went to"), "shown_destination__account_type__name")
    merchant_reference = column(_("order"), "merchant_reference")
    description = column(_("description"), "description")
    undoes = column(_("undoes transfer"), "parent__reference")
    is_reversed = column(_("reversed"), "was_reversed")
    is_refunded = column(_("refunded"), "was_refunded")
    authorised_by = column(_("authorised by"), "username")

    class Meta:
        model = Transfer
        name = _("One row per transfer")
        fields: ClassVar = [
            "reference",
            "date_created",
            "kind",
            "amount",
            "currency",
            "source",
            "source_code",
            "source_type",
            "destination",
            "destination_code",
            "destination_type",
            "merchant_reference",
            "description",
            "undoes",
            "is_reversed",
            "is_refunded",
            "authorised_by",
        ]
        export_order = fields

    #: Stay sealed: the masks do without.
    sealed: ClassVar[tuple[str, ...]] = (
        "source__code",
        "destination__code",
        "source__stands_for__code",
        "destination__stands_for__code",
    )

    def filter_export(self, queryset: QuerySet[Transfer], **kwargs: Any) -> QuerySet[Transfer]:
        found = queryset.select_related(
            "source__account_type",
            "source__stands_for__account_type",
            "destination__account_type",
            "destination__stands_for__account_type",
            "parent",
        )
        return found.defer(*self.sealed)


class TransferWithCodesResource(TransferResource):
    """The same, with codes in full: bearer tokens, to be kept like money."""

    source_code = column(_("code of the account it is from"), "shown_source__code")
    destination_code = column(_("code of the account it went to"), "shown_destination__code")

    sealed: ClassVar[tuple[str, ...]] = ()

    class Meta(TransferResource.Meta):
        pass


class TransactionResource(resources.ModelResource):
    """One side of a transfer a row, credits positive, with the account's balance after it and its number therein."""

    account = column(_("account"), "account")
    code = column(_("code"), "account__masked_code")
    account_type = column(_("account type"), "account__account_type__name")
    sequence = column(_("number within the account"), "sequence")
    date_created = column(_("date"), "date_created")
    amount = column(_("amount"), "amount")
    balance = column(_("balance after it"), "balance")
    currency = column(_("currency"), "account__currency")
    transfer = column(_("transfer"), "transfer__reference")
    kind = column(_("kind"), "transfer__kind", Transfer.Kind.choices)
    merchant_reference = column(_("order"), "transfer__merchant_reference")
    description = column(_("description"), "transfer__description")
    authorised_by = column(_("authorised by"), "transfer__username")

    class Meta:
        model = Transaction
        name = _("One row per transaction")
        fields: ClassVar = [
            "transfer",
            "date_created",
            "kind",
            "account",
            "code",
            "account_type",
            "sequence",
            "amount",
            "balance",
            "currency",
            "merchant_reference",
            "description",
            "authorised_by",
        ]
        export_order = fields

    sealed: ClassVar[tuple[str, ...]] = ("account__code",)

    def filter_export(self, queryset: QuerySet[Transfer], **kwargs: Any) -> QuerySet[Transfer]:
        """Return both sides of the transfers in *queryset*, the debit first, newest transfers first."""
        sides = Transaction.objects.filter(transfer__in=queryset.order_by().values("pk"))
        found = sides.select_related("transfer", "account__account_type").defer(*self.sealed)
        return found.order_by("-transfer_id", "amount")


class TransactionWithCodesResource(TransactionResource):
    """The same, with codes in full."""

    code = column(_("code"), "account__code")

    sealed: ClassVar[tuple[str, ...]] = ()

    class Meta(TransactionResource.Meta):
        pass


class TransferExport(StreamedExportMixin):
    """Mixin of the admin: the button above the list."""

    export_template_name = "admin/accounts_ledger/transfer/export.html"

    def get_export_resource_classes(self, request: HttpRequest) -> list[type[resources.ModelResource]]:
        if request.user.has_perm("accounts_ledger.view_account_code"):
            return [TransferWithCodesResource, TransactionWithCodesResource]
        return [TransferResource, TransactionResource]

    def get_export_queryset(self, request: HttpRequest) -> QuerySet[Transfer]:
        """Return the transfers of the list that the page could show: those that were posted until it was opened."""
        found: QuerySet[Transfer] = super().get_export_queryset(request)
        return found.filter(pk__lte=_last(request))

    def export_facts(self, request: HttpRequest) -> Facts:
        """Which transfers leave the system, as the page counts them, and whether codes do."""
        counted = totals(self.get_export_queryset(request))
        facts = {
            _t("Last transfer"): f"#{_last(request)}",
            _t("Codes"): _t("in full") if _with_codes(request) else _t("masked"),
            _t("Transfers"): _t("more than %d") % BOUND if counted.exceeded else "",
        }
        for total in counted.by_kind:
            name = f"{total.kind_label} {total.currency}"
            facts[name] = f"{total.count:,} × {display(total.amount, total.currency)}"
        return facts

    def init_request_context_data(self, request: HttpRequest, form: Any) -> dict[str, Any]:
        form.fields["resource"].label = _("Rows")
        return {
            **super().init_request_context_data(request, form),
            "totals": totals(self.get_export_queryset(request)),
            "bound": BOUND,
            "last": _last(request),
            "with_codes": _with_codes(request),
        }


def _with_codes(request: HttpRequest) -> bool:
    return bool(request.user.has_perm("accounts_ledger.view_account_code"))


def _last(request: HttpRequest) -> int:
    """Return the number of the last transfer that the page of *request* counts, or was made when it was opened.

    Transfers are posted at any moment, and never change: a page that is confirmed means those that were there.
    """
    given = request.POST.get(LAST, "")
    if given.isascii() and given.isdecimal() and len(given) < 19:
        return int(given)
    if not hasattr(request, "_last_transfer"):
        newest = Transfer.objects.order_by("-pk").values_list("pk", flat=True).first()
        request._last_transfer = newest or 0  # type: ignore[attr-defined]  # the page is of one moment
    return request._last_transfer  # type: ignore[attr-defined]  # as above
