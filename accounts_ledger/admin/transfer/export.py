"""Exports of the list of transfers: a line a transfer, or a line a side as the accounts' statements have it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from import_export import resources

from accounts_ledger.admin.shared.streamed_export import StreamedExportMixin, column
from accounts_ledger.admin.transfer.totals import BOUND, totals
from accounts_ledger.models import Transaction, Transfer


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
        name = _("Transfers, one line each")
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
        name = _("Transactions, one line a side")
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

    def init_request_context_data(self, request: HttpRequest, form: Any) -> dict[str, Any]:
        form.fields["resource"].label = _("What a line is")
        return {
            **super().init_request_context_data(request, form),
            "totals": totals(self.get_export_queryset(request)),
            "bound": BOUND,
            "with_codes": request.user.has_perm("accounts_ledger.view_account_code"),
        }
