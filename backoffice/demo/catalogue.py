"""The demo's shop: its name and address, a partner, categories, products with pictures and stock, and countries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal as D
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.sites.models import Site
from django.core.files import File
from django.db.models import Q
from django.utils.translation import gettext as _
from oscar.apps.catalogue.categories import create_from_breadcrumbs
from oscar.core.loading import get_model

from accounts_ledger import conf
from accounts_ledger.money import display
from oscar_integration.after_order.refunding import refund_event_type
from oscar_integration.selling import product as gift_card

PARTNER = "Penny & Co warehouse"
HOME, PAPER, TASTE, WEAR, GIFTS = "For the home", "Paper & print", "Tea & treats", "To wear & carry", "Gift cards"
#: What the restricted demo card may buy.
HOME_RANGE = "Things for the home"
#: What Django's first migration of sites calls every installation.
UNNAMED_SITE = "example.com"

_PICTURES = Path(__file__).parent / "product_pictures"


@dataclass(frozen=True)
class Item:
    sku: str
    title: str
    category: str
    price: D
    in_stock: int
    description: str


ITEMS = (
    Item(
        "MUG-01",
        "Harbour mug",
        HOME,
        D("14.00"),
        64,
        "Stoneware, glazed by hand in sea green. Holds 350 ml and survives the dishwasher.",
    ),
    Item(
        "CAN-01",
        "Beeswax candle",
        HOME,
        D("12.50"),
        80,
        "Poured in small batches, with a cotton wick. Burns for about forty hours.",
    ),
    Item(
        "PLA-01",
        "Aloe, potted",
        HOME,
        D("18.00"),
        25,
        "Forgives almost everything. Water it when you remember to.",
    ),
    Item(
        "NOT-01",
        "Ruled notebook",
        PAPER,
        D("9.50"),
        140,
        "192 pages of thick cream paper that lie flat, bound in blue cloth.",
    ),
    Item(
        "PEN-01",
        "Pencils in a cup",
        PAPER,
        D("11.00"),
        55,
        "Four cedar pencils and a stoneware cup to keep them in.",
    ),
    Item(
        "ART-01",
        "Framed print “Dawn”",
        PAPER,
        D("38.00"),
        18,
        "A three-colour screen print, 30 × 40 cm, in a dark oak frame.",
    ),
    Item(
        "TEA-01",
        "Mountain green tea",
        TASTE,
        D("8.75"),
        95,
        "First flush, 100 g of whole leaf in a tin that closes tightly.",
    ),
    Item(
        "CHO-01",
        "Dark chocolate, 72 %",
        TASTE,
        D("4.95"),
        200,
        "Two ingredients, three days of conching. 90 g.",
    ),
    Item(
        "SCA-01",
        "Lambswool scarf",
        WEAR,
        D("46.00"),
        22,
        "Woven in the Borders from soft lambswool, 180 × 25 cm.",
    ),
    Item(
        "TOT-01",
        "Market tote",
        WEAR,
        D("16.00"),
        70,
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


def name_site(port: int) -> None:
    """Name the Site after the shop, with the address under which the demo is served, unless it has a name already.

    The name that an earlier demo gave it, on another port, is none of its own.
    """
    for site in Site.objects.filter(Q(domain=UNNAMED_SITE) | Q(domain__startswith="localhost:"), pk=settings.SITE_ID):
        site.name, site.domain = settings.OSCAR_SHOP_NAME, f"localhost:{port}"
        site.save()


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
    _add_picture(product)
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
    _add_picture(product)
    return True


def _add_picture(product: Any) -> None:
    """Give *product* the picture that is named after its SKU."""
    image = get_model("catalogue", "ProductImage")(product=product, caption=product.title)
    with (_PICTURES / f"{product.upc}.jpg").open("rb") as picture:
        image.original.save(f"{product.slug}.jpg", File(picture), save=False)
    image.save()


def _create_home_range() -> None:
    ranges = get_model("offer", "Range").objects
    product_range, created = ranges.get_or_create(name=HOME_RANGE, defaults={"is_public": False})
    if created:
        product_range.included_categories.add(create_from_breadcrumbs(HOME))
