"""The example shop's lists of products: everything that a page shows of them is read at once."""

from typing import Any

from django.http import HttpRequest
from oscar.apps.search.views import base
from oscar.core.loading import get_model

from accounts_ledger.admin.shared.guarded_list import LONGEST_SEARCH
from backoffice.security.addresses import cut_terms


class BaseSearchView(base.BaseSearchView):
    """Oscar's, which reads each product, its price, picture and options when it comes to be shown."""

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Cut the term, which Oscar records with the customer's searches even where nothing can be found."""
        cut_terms(request, ["q"], LONGEST_SEARCH)
        super().setup(request, *args, **kwargs)

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(*args, **kwargs)
        results = context["page_obj"].object_list
        products = get_model("catalogue", "Product").objects.browsable().base_queryset()
        found = products.in_bulk([result.pk for result in results])
        for result in results:
            result.object = found.get(int(result.pk))
        return context
