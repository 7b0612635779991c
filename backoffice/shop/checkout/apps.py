from typing import Any

from django.urls import path
from oscar.apps.checkout import apps
from oscar.core.loading import get_class


class CheckoutConfig(apps.CheckoutConfig):
    """Oscar's checkout, with the pages of the demo card."""

    name = "backoffice.shop.checkout"

    def ready(self) -> None:
        super().ready()
        self.demo_bank_view = get_class("checkout.views", "DemoBankView")
        self.demo_card_return_view = get_class("checkout.views", "DemoCardReturnView")

    def get_urls(self) -> list[Any]:
        own = [
            path("demo-bank/<str:reference>/", self.demo_bank_view.as_view(), name="demo-bank"),
            path("demo-card-return/", self.demo_card_return_view.as_view(), name="demo-card-return"),
        ]
        return [*super().get_urls(), *self.post_process_urls(own)]
