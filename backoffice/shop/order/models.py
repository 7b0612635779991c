"""Oscar's order; its lines say in words what was chosen for them."""

from oscar.apps.order.abstract_models import AbstractLine

from oscar_integration.selling.option_texts import DescribedOrderLineMixin


class Line(DescribedOrderLineMixin, AbstractLine):
    pass


from oscar.apps.order.models import *  # noqa: E402, F403  (after the own model, which then takes its place)
