from oscar.apps.order import apps


class OrderConfig(apps.OrderConfig):
    name = "backoffice.shop.order"
