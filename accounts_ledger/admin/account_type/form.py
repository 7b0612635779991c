"""The form by which a node of the chart of accounts is added, renamed and moved."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts_ledger import chart
from accounts_ledger.admin.transfer.filters import AccountTypeField
from accounts_ledger.models import Account, AccountType

#: The nodes that code looks up: they can be renamed, but neither moved nor deleted.
SYSTEM_CODES = frozenset(
    {chart.ASSETS, chart.SALES, chart.CASH, chart.UNPAID, chart.LIABILITIES, chart.DEFERRED_INCOME}
)
#: Reports and sources of money go by these subtrees: accounts may not wander in or out of them.
_BORDERS = (chart.DEFERRED_INCOME, chart.UNPAID)
#: Levels of the tree, more than any chart of accounts needs.
DEEPEST = 10


def is_relied_on(node: AccountType) -> bool:
    """Whether the system finds *node* by its code."""
    code = node.code or ""
    return code in SYSTEM_CODES or code.startswith(f"{chart.DEFERRED_INCOME}-")


def accounts_under(node: AccountType) -> bool:
    """Whether there are accounts of *node* or of a type below it."""
    return Account.objects.filter(account_type__path__startswith=node.path).exists()


class AccountTypeForm(forms.ModelForm):  # type: ignore[type-arg]  # generic only in the stubs
    parent = AccountTypeField(
        label=_("Parent type"),
        required=False,
        empty_label=_("Top level"),
        help_text=_("Where the type belongs in the chart of accounts."),
    )
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=100,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Why you are making this change. Recorded in the history."),
    )

    class Meta:
        model = AccountType
        fields = ("name", "code")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        node = self.instance
        if node.pk:
            parent: Any = self.fields["parent"]
            parent.queryset = AccountType.objects.order_by("path").exclude(path__startswith=node.path)
            self.initial["parent"] = self.current_parent_id = getattr(node.get_parent(), "pk", None)
        if node.pk and node.code in SYSTEM_CODES:
            self.fields["parent"].disabled = True
            self.fields["parent"].help_text = _("This is a core account type. It can be renamed, but not moved.")
        if "code" in self.fields:
            self.fields["code"].help_text = _(
                "A stable identifier for programs and imports. It cannot be changed later."
            )

    def clean_code(self) -> str | None:
        code = (self.cleaned_data.get("code") or "").strip().upper()
        return code or None

    def clean_parent(self) -> AccountType | None:
        parent = self.cleaned_data["parent"]
        node = self.instance
        if (parent.depth if parent else 0) + self._height() > DEEPEST:
            raise forms.ValidationError(_t("The tree can have at most %d levels.") % DEEPEST)
        if node.pk and self.current_parent_id != getattr(parent, "pk", None) and accounts_under(node):
            self._check_borders(parent)
        return parent

    def _height(self) -> int:
        """The number of levels that the node and its subtree take."""
        if not self.instance.pk:
            return 1
        deepest = AccountType.get_tree(self.instance).order_by("-depth").values_list("depth", flat=True).first()
        return (deepest or self.instance.depth) - self.instance.depth + 1

    def _check_borders(self, parent: AccountType | None) -> None:
        borders = dict(AccountType.objects.filter(code__in=_BORDERS).values_list("path", "name"))
        for path, name in borders.items():
            inside_now = self.instance.path.startswith(path)
            inside_then = parent is not None and parent.path.startswith(path)
            if inside_now != inside_then:
                raise forms.ValidationError(
                    _t("This type has accounts, so it cannot move in or out of %s: past reports would change.") % name
                )

    @property
    def is_moved(self) -> bool:
        """Whether the saved node has to move in the tree."""
        new = getattr(self.cleaned_data.get("parent"), "pk", None)
        return bool(self.instance.pk) and self.current_parent_id != new
