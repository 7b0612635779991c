"""What is ticked on a list: as long as it can be an id, and only what the list showed when it was ticked."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.admin import helpers
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts_ledger.admin.shared.confirmation import FIELD, Confirmation, digest
from accounts_ledger.exceptions import ChangedMeanwhile

_DONE = "all_confirmed"


class SelectedIds:
    """Mixin of the admin: an action on a selection gets the rows there are, and junk selects none.

    Django passes anything on to the database, which fails. And where "all N" are selected, it takes what the list finds
    *then*: an action without a page of its own would be done to rows that nobody saw, so that it is asked about first.
    """

    #: Actions that lead to a page of their own, which shows what they will be done to.
    actions_with_a_page: ClassVar[frozenset[str]] = frozenset({"delete_selected", "export_selected"})

    def response_action(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        """Drop what cannot be an id before it reaches the database, and ask before "all" are acted on."""
        name = helpers.ACTION_CHECKBOX_NAME
        given = request.POST.copy()
        given.setlist(name, [pk for pk in given.getlist(name) if pk.isascii() and pk.isdigit() and len(pk) < 19])
        request.POST = given  # type: ignore[assignment]  # Django's own middleware may replace it too
        action = given.get("action", "")
        if given.get("select_across") == "1" and self._acts_at_once(request, action):
            pks = list(queryset.order_by("pk").values_list("pk", flat=True))
            if page := self._asked_about(request, action, pks):
                return page
            queryset = queryset.filter(pk__in=pks)
        return super().response_action(request, queryset)  # type: ignore[misc]  # of Django's ModelAdmin

    def _acts_at_once(self, request: HttpRequest, action: str) -> bool:
        known: dict[str, Any] = self.get_actions(request)  # type: ignore[attr-defined]  # of Django's ModelAdmin
        return action in known and action not in self.actions_with_a_page

    def _asked_about(self, request: HttpRequest, action: str, pks: list[int]) -> HttpResponse | None:
        """Return the page that asks whether all of *pks* are meant, None once that was confirmed of these very rows."""
        confirmation = Confirmation(request.user, f"all:{self.opts.label}:{action}")  # type: ignore[attr-defined]  # as above
        facts = {_("Selected"): f"{len(pks):,}", _("the selected rows"): digest(pks)}
        mistake = ""
        if request.POST.get(_DONE):
            try:
                confirmation.check(request.POST.get(FIELD, ""), facts)
            except ChangedMeanwhile as change:
                mistake = str(change)
            else:
                return None
        title = self.get_actions(request)[action][2]  # type: ignore[attr-defined]  # as above
        hidden = [("action", action), ("select_across", "1"), (_DONE, "1")]
        hidden += [(helpers.ACTION_CHECKBOX_NAME, str(pk)) for pk in pks[:1]]  # Django asks for one even so
        context = {
            **self.admin_site.each_context(request),  # type: ignore[attr-defined]  # as above
            "title": title,
            "opts": self.opts,  # type: ignore[attr-defined]  # as above
            "media": self.media,  # type: ignore[attr-defined]  # as above
            "intro_template": "admin/accounts_ledger/all_selected_intro.html",
            "selection": hidden,
            "explanation": ngettext("%s row is selected.", "%s rows are selected.", len(pks)) % f"{len(pks):,}",
            "mistake": mistake,
            "shown": confirmation.seal(facts),
            "submit_text": title,
            "submit_variant": "primary",
            "cancel_url": request.get_full_path(),
        }
        status = 422 if mistake else 200
        return TemplateResponse(request, "admin/accounts_ledger/form_page.html", context, status=status)
