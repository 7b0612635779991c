"""AccountType: a node of the chart of accounts."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords
from treebeard.mp_tree import MP_Node

from accounts_ledger import conf
from accounts_ledger.models.history import NamedHistory


class AccountType(MP_Node):
    """A node of the chart of accounts, a tree.

    ``code`` is the stable name by which code finds the types it needs (`accounts_ledger.chart`); staff may change
    ``name`` as they like.
    """

    code = models.CharField(_("code"), max_length=128, unique=True, null=True, blank=True)
    name = models.CharField(_("name"), max_length=128)

    history = HistoricalRecords(
        bases=[NamedHistory],
        history_id_field=models.BigAutoField(primary_key=True),
        excluded_fields=["path", "depth", "numchild"],
    )

    class Meta:
        verbose_name = _("account type")
        verbose_name_plural = _("account types")

    @property
    def code_prefix(self) -> str:
        """What the codes of new accounts of this type begin with."""
        return conf.code_prefix(self.code, self.name)

    def __str__(self) -> str:
        return self.name

    @property
    def full_name(self) -> str:
        """The names from the root down to this node, separated by slashes."""
        names = [ancestor.name for ancestor in self.get_ancestors()]
        return " / ".join([*names, self.name])
