"""The example shop's lists of products: everything that a page shows of them is read at once."""

from typing import Any

from oscar.apps.search.views import base
from oscar.core.loading import get_model


class BaseSearchView(base.BaseSearchView):
    """Oscar's, which reads each product, its price, picture and options when it comes to be shown."""

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(*args, **kwargs)
        results = context["page_obj"].object_list
        products = get_model("catalogue", "Product").objects.browsable().base_queryset()
        found = products.in_bulk([result.pk for result in results])
        for result in results:
            result.object = found.get(int(result.pk))
        return context
