"""The demo's shop: a partner, categories, products with pictures and stock, and countries to deliver to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal as D
from typing import Any

from django.core.files.base import ContentFile
from django.utils.translation import gettext as _
from oscar.apps.catalogue.categories import create_from_breadcrumbs
from oscar.core.loading import get_model

from accounts_ledger import conf
from accounts_ledger.money import display
from backoffice.demo import illustrations
from backoffice.demo.illustrations import Illustration
from oscar_integration.after_order.refunding import refund_event_type
from oscar_integration.selling import product as gift_card

PARTNER = "Penny & Co warehouse"
HOME, PAPER, TASTE, WEAR, GIFTS = "For the home", "Paper & print", "Tea & treats", "To wear & carry", "Gift cards"
#: What the restricted demo card may buy.
HOME_RANGE = "Things for the home"


@dataclass(frozen=True)
class Item:
    sku: str
    title: str
    category: str
    price: D
    in_stock: int
    picture: Illustration
    colours: tuple[str, str]
    description: str


ITEMS = (
    Item(
        "MUG-01",
        "Harbour mug",
        HOME,
        D("14.00"),
        64,
        illustrations.mug,
        ("#2f8f8a", "#f3dfc1"),
        "Stoneware, glazed by hand in sea green. Holds 350 ml and survives the dishwasher.",
    ),
    Item(
        "CAN-01",
        "Beeswax candle",
        HOME,
        D("12.50"),
        80,
        illustrations.candle,
        ("#e9d6c0", "#c9d8c5"),
        "Poured in small batches, with a cotton wick. Burns for about forty hours.",
    ),
    Item(
        "PLA-01",
        "Aloe, potted",
        HOME,
        D("18.00"),
        25,
        illustrations.plant,
        ("#d9805f", "#dfe8ef"),
        "Forgives almost everything. Water it when you remember to.",
    ),
    Item(
        "NOT-01",
        "Ruled notebook",
        PAPER,
        D("9.50"),
        140,
        illustrations.notebook,
        ("#35507e", "#f6d9cf"),
        "192 pages of thick cream paper that lie flat, bound in blue cloth.",
    ),
    Item(
        "PEN-01",
        "Pencils in a cup",
        PAPER,
        D("11.00"),
        55,
        illustrations.pencils,
        ("#7a5aa8", "#f7e2d4"),
        "Four cedar pencils and a stoneware cup to keep them in.",
    ),
    Item(
        "ART-01",
        "Framed print “Dawn”",
        PAPER,
        D("38.00"),
        18,
        illustrations.print_,
        ("#ef8b4f", "#f3d9b8"),
        "A three-colour screen print, 30 × 40 cm, in a dark oak frame.",
    ),
    Item(
        "TEA-01",
        "Mountain green tea",
        TASTE,
        D("8.75"),
        95,
        illustrations.tea,
        ("#3f6f5c", "#f4e3b5"),
        "First flush, 100 g of whole leaf in a tin that closes tightly.",
    ),
    Item(
        "CHO-01",
        "Dark chocolate, 72 %",
        TASTE,
        D("4.95"),
        200,
        illustrations.chocolate,
        ("#a23b4a", "#ecdcc9"),
        "Two ingredients, three days of conching. 90 g.",
    ),
    Item(
        "SCA-01",
        "Lambswool scarf",
        WEAR,
        D("46.00"),
        22,
        illustrations.scarf,
        ("#b8505f", "#e6ddea"),
        "Woven in the Borders from soft lambswool, 180 × 25 cm.",
    ),
    Item(
        "TOT-01",
        "Market tote",
        WEAR,
        D("16.00"),
        70,
        illustrations.tote,
        ("#efe6d3", "#b9d3d6"),
        "Heavy organic canvas with long handles. Carries a week of vegetables.",
    ),
)

_COUNTRIES = (
    ("GB", "GBR", "826", "United Kingdom", 10),
    ("FR", "FRA", "250", "France", 0),
    ("DE", "DEU", "276", "Germany", 0),
    ("IE", "IRL", "372", "Ireland", 0),
    ("NL", "NLD", "528", "Netherlands", 0),
    ("US", "USA", "840", "United States", 0),
)


def create() -> int:
    """Create what is missing of the shop and return the number of new products. Safe to repeat."""
    _create_countries()
    partner, _created = get_model("partner", "Partner").objects.get_or_create(name=PARTNER)
    product_class, _created = get_model("catalogue", "ProductClass").objects.get_or_create(
        name="Goods", defaults={"requires_shipping": True, "track_stock": True}
    )
    created = sum(_create_product(item, product_class, partner) for item in ITEMS)
    created += _create_gift_card(
        "GIFT-25", _("Gift card %s") % display(D("25.00"), conf.default_currency()), D("25.00"), partner
    )
    created += _create_gift_card("GIFT-ANY", _("Gift card"), None, partner)
    _create_home_range()
    refund_event_type()
    return created


def home_range() -> Any:
    """Return the product range of the demo's restricted card."""
    return get_model("offer", "Range").objects.get(name=HOME_RANGE)


def prices() -> Iterator[D]:
    """Yield what things cost, for orders that could have been."""
    yield from (item.price for item in ITEMS)


def _create_countries() -> None:
    for two, three, number, name, order in _COUNTRIES:
        get_model("address", "Country").objects.get_or_create(
            iso_3166_1_a2=two,
            defaults={
                "iso_3166_1_a3": three,
                "iso_3166_1_numeric": number,
                "printable_name": name,
                "name": name,
                "display_order": order,
                "is_shipping_country": True,
            },
        )


def _create_product(item: Item, product_class: Any, partner: Any) -> bool:
    products = get_model("catalogue", "Product").objects
    if products.filter(upc=item.sku).exists():
        return False
    product = products.create(
        upc=item.sku, title=item.title, description=f"<p>{item.description}</p>", product_class=product_class
    )
    product.categories.add(create_from_breadcrumbs(item.category))
    product.stockrecords.create(
        partner=partner,
        partner_sku=item.sku,
        price=item.price,
        price_currency=conf.default_currency(),
        num_in_stock=item.in_stock,
    )
    add_picture(product, item.picture(*item.colours))
    return True


def _create_gift_card(sku: str, title: str, value: D | None, partner: Any) -> bool:
    """Create a gift card of a fixed *value*, or one whose buyer chooses the value."""
    products = get_model("catalogue", "Product").objects
    if products.filter(upc=sku).exists():
        return False
    text = _("Sent by e-mail, at once or on the day you choose, with your message. Valid for a year, for everything.")
    product = products.create(
        upc=sku,
        title=title,
        description=f"<p>{text}</p>",
        product_class=gift_card.product_class(),
        is_discountable=False,
    )
    if value is None:
        product.product_options.add(gift_card.value_option())
    product.categories.add(create_from_breadcrumbs(GIFTS))
    product.stockrecords.create(
        partner=partner, partner_sku=sku, price=value or D("5.00"), price_currency=conf.default_currency()
    )
    add_picture(product, illustrations.gift_card(*(("#a23b5a", "#e5e4f2") if value else ("#0f766e", "#f7e6d3"))))
    return True


def add_picture(product: Any, jpeg: bytes) -> None:
    """Give *product* its picture."""
    image = get_model("catalogue", "ProductImage")(product=product, caption=product.title)
    image.original.save(f"{product.slug}.jpg", ContentFile(jpeg), save=False)
    image.save()


def _create_home_range() -> None:
    ranges = get_model("offer", "Range").objects
    product_range, created = ranges.get_or_create(name=HOME_RANGE, defaults={"is_public": False})
    if created:
        product_range.included_categories.add(create_from_breadcrumbs(HOME))
