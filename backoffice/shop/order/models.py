"""Oscar's order, also of customers who were deleted; its lines say in words what was chosen for them."""

from oscar.apps.order.abstract_models import AbstractLine, AbstractOrder

from oscar_integration.selling.option_texts import DescribedOrderLineMixin


class Order(AbstractOrder):
    @property
    def is_anonymous(self) -> bool:
        """Whether nobody has it: a guest's, or of a customer who was deleted, which Oscar's report asks for a name."""
        return self.user is None


class Line(DescribedOrderLineMixin, AbstractLine):
    pass


from oscar.apps.order.models import *  # noqa: E402, F403  (after the own model, which then takes its place)
