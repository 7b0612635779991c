"""The journal in the admin: the mapping that staff maintain, the exports made, and the form that makes one."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.widgets import INPUT_CLASSES, UnfoldAdminSelectWidget, UnfoldBooleanSwitchWidget

from accounts_ledger import conf
from accounts_ledger.admin.account.choice import AccountChoiceField
from accounts_ledger.admin.shared.confirmation import FIELD, Confirmation, digest, readable
from accounts_ledger.admin.shared.history_admin import HistoryModelAdmin
from accounts_ledger.admin.shared.money_column import money, money_column
from accounts_ledger.admin.shared.read_only_admin import ReadOnlyModelAdmin
from accounts_ledger.admin.transfer.filters import AccountTypeField
from accounts_ledger.exceptions import ChangedMeanwhile
from accounts_ledger.journal.export import AlreadyExported, Preview, export_journal, preview
from accounts_ledger.journal.formats import FORMATS
from accounts_ledger.models import AccountMapping, JournalExport
from accounts_ledger.money import display as in_currency
from accounts_ledger.reports.filters import PeriodForm, within_reach

PERMISSION = "accounts_ledger.can_export_journal"

_DAY = forms.DateInput(attrs={"type": "date", "class": " ".join(INPUT_CLASSES)}, format="%Y-%m-%d")


class JournalExportForm(PeriodForm):
    """What to export: initially the month before this one, which month-end wants."""

    start = forms.DateField(label=_("From"), widget=_DAY, validators=[within_reach])
    end = forms.DateField(label=_("To"), widget=_DAY)
    currency = forms.ChoiceField(label=_("Currency"), widget=UnfoldAdminSelectWidget)
    detail = forms.ChoiceField(label=_("Detail"), choices=JournalExport.Detail.choices, widget=UnfoldAdminSelectWidget)
    format = forms.ChoiceField(
        label=_("Format"),
        choices=[(name, format_.title) for name, format_ in FORMATS.items()],
        widget=UnfoldAdminSelectWidget,
    )
    again = forms.BooleanField(
        label=_("Export again"),
        help_text=_("Include days that have already been exported."),
        required=False,
        widget=UnfoldBooleanSwitchWidget,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        last_day = timezone.localdate().replace(day=1) - datetime.timedelta(days=1)
        kwargs.setdefault("initial", {"start": last_day.replace(day=1), "end": last_day})
        super().__init__(*args, **kwargs)
        self.fields["currency"].choices = [(code, code) for code in conf.currencies()]  # type: ignore[attr-defined]  # ChoiceField

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        end = cleaned.get("end")
        if end and end >= timezone.localdate():
            raise ValidationError(_("Only complete days can be exported. Choose yesterday or an earlier day."))
        return cleaned


class AccountMappingForm(forms.ModelForm):  # type: ignore[type-arg]  # generic only in the stubs
    account_type = AccountTypeField(
        label=_("Account type"), required=False, help_text=_("This type and the types below it.")
    )
    account = AccountChoiceField(label=_("Account"), required=False, help_text=_("Or a single account, such as Bank."))

    class Meta:
        model = AccountMapping
        fields = ("account_type", "account", "code", "name", "tax_rate")


@admin.register(AccountMapping)
class AccountMappingAdmin(HistoryModelAdmin):
    form = AccountMappingForm
    empty_text = _(
        "Map each account type, or a single account such as Bank, to your general ledger "
        "account code. Exports use these codes."
    )
    list_display = ("code", "name", "mapped", "tax_rate")
    search_fields = ("code", "name")
    search_help_text = _("Account code or name")
    list_select_related = ("account_type", "account")

    @display(description=_("Stands for"))
    def mapped(self, mapping: AccountMapping) -> str:
        return str(mapping.account or mapping.account_type)


@admin.register(JournalExport)
class JournalExportAdmin(ReadOnlyModelAdmin):
    """The exports made, numbered; a new one is made by a form page of its own."""

    empty_text = _(
        "Export a month to the general ledger as a file for Xero, QuickBooks and others. "
        "Exports are numbered, and no day is exported twice by accident."
    )
    list_display = (
        "number",
        "start",
        "end",
        "currency",
        "detail",
        "format_title",
        "entries",
        "total_money",
        "username",
    )
    list_filter = ("currency", "format")
    change_form_template = "admin/accounts_ledger/journalexport/detail.html"
    ordering = ("-pk",)
    actions_list = ("new_export",)

    @display(description=_("Number"), ordering="pk")
    def number(self, export: JournalExport) -> str:
        return str(export)

    @display(description=_("Format"), ordering="format")
    def format_title(self, export: JournalExport) -> Any:
        known = FORMATS.get(export.format)
        return known.title if known else export.format

    @money_column(description=_("Debits = credits"))
    def total_money(self, export: JournalExport) -> Any:
        return money(export.total, export.currency)

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        export = kwargs.get("obj")
        if export:
            context |= {"export": export, "format_title": self.format_title(export)}
        return super().render_change_form(request, context, *args, **kwargs)

    @action(description=_("Export a period"), icon="download", permissions=[PERMISSION], url_path="new")
    def new_export(self, request: HttpRequest) -> HttpResponse | FileResponse:
        """Two steps: what to export, then what that comes to, to be confirmed."""
        form = JournalExportForm(request.POST or None)
        if request.method == "POST" and "_change" not in request.POST and form.is_valid():
            try:
                return self._file(request, form) if "_confirm" in request.POST else self._review(request, form)
            except ChangedMeanwhile as change:
                return self._review(request, form, str(change))
            except AlreadyExported as error:
                form.add_error("again", str(error))
        context = {
            "title": _("Export a period to the general ledger"),
            "intro_template": "admin/accounts_ledger/journalexport/intro.html",
            "submit_text": _("Continue"),
            "cancel_text": _("Back"),
        }
        return self._page(request, form, "form_page", context)

    def _page(
        self, request: HttpRequest, form: Any, template: str, context: dict[str, Any], status: int = 200
    ) -> HttpResponse:
        shared = {
            **self.admin_site.each_context(request),
            "form": form,
            "media": self.media + form.media,
            "opts": self.model._meta,
            "cancel_url": reverse("admin:accounts_ledger_journalexport_changelist"),
        }
        return render(request, f"admin/accounts_ledger/{template}.html", {**shared, **context}, status=status)

    def _review(self, request: HttpRequest, form: Any, mistake: str = "") -> HttpResponse:
        chosen = form.cleaned_data
        found = preview(
            start=chosen["start"],
            end=chosen["end"],
            currency=chosen["currency"],
            detail=chosen["detail"],
            allow_reexport=chosen["again"],
        )
        facts = _journal_facts(chosen, found)
        context = {
            "title": _("Export a period to the general ledger"),
            "headline": _("Debits = credits: %s") % in_currency(found.total, chosen["currency"]),
            "lines": readable(facts),
            "confirm_text": _("Export"),
            "confirm_variant": "primary",
            "mistake": mistake,
            "shown": _confirmation(request).seal(facts),
        }
        return self._page(request, form, "posting_confirm", context, 422 if mistake else 200)

    def _file(self, request: HttpRequest, form: Any) -> FileResponse:
        assert request.user.is_authenticated
        chosen = form.cleaned_data

        def check(found: Preview) -> None:
            _confirmation(request).check(request.POST.get(FIELD, ""), _journal_facts(chosen, found))

        export, file = export_journal(
            start=chosen["start"],
            end=chosen["end"],
            currency=chosen["currency"],
            detail=chosen["detail"],
            format_name=chosen["format"],
            user=request.user,
            allow_reexport=chosen["again"],
            check=check,
        )
        name = f"journal-{export}-{export.start}-{export.end}.{FORMATS[export.format].extension}"
        return FileResponse(file, as_attachment=True, filename=name, content_type="text/plain; charset=utf-8")


def _confirmation(request: HttpRequest) -> Confirmation:
    return Confirmation(request.user, "journal")


def _journal_facts(chosen: dict[str, Any], found: Preview) -> dict[str, str]:
    """Return what is about to be exported, by name. A change of the account mapping makes it another journal."""
    return {
        str(_("Period")): f"{date_format(chosen['start'])} – {date_format(chosen['end'])}",
        str(_("Detail")): str(dict(JournalExport.Detail.choices)[chosen["detail"]]),
        str(_("Format")): str(FORMATS[chosen["format"]].title),
        str(_("Entries")): f"{found.entries:,}",
        str(_("Debits = credits")): in_currency(found.total, chosen["currency"]),
        str(_("Exported before")): str(_("yes, and exported again now") if chosen["again"] else _("no")),
        str(_("the entries and the accounts they are mapped to")): digest([found.digest]),
    }
