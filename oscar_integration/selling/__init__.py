"""Selling gift cards: a product class whose products become cards in the ledger once their order is paid.

| module | what it does |
|---|---|
| `product` | which products are gift cards, and what is asked of whoever buys one |
| `form`, `pricing` | the fields on the product page, and the price that the buyer has chosen |
| `sales` | from the order to the issued card, Bank → card |
| `delivery` | the e-mail to the recipient, repeated until it is sent |
| `taking_back` | cards of an order that is cancelled or refunded |

A shop adds `form.GiftCardFormMixin` and `pricing.GiftCardPricingMixin`, `pricing.GiftCardBasketMixin` to its forks of
Oscar's ``basket`` and ``partner``, and runs ``deliver_gift_cards`` every few minutes.
"""
