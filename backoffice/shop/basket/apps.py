from oscar.apps.basket import apps


class BasketConfig(apps.BasketConfig):
    name = "backoffice.shop.basket"
