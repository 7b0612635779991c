"""The words that headings are made of, as `headings.heading_key` writes them: small, without accents and signs.

A system whose headings are not recognised is taught here (in another language) or in `columns` (in English).
"""

from __future__ import annotations

from accounts_ledger.imports import columns

#: Whole headings in other languages than English, and rarer English ones.
NAMES: dict[str, tuple[str, ...]] = {
    columns.CODE: (
        "voucher code", "coupon code", "card code", "gift voucher code", "giftcard code", "gift certificate code",
        "giftcard number", "gift certificate number", "voucher number", "voucher no", "card no", "gift card no",
        "card unique code", "unique code", "barcode", "gan", "pan", "gift card gan", "full code", "certificate number",
        "serial number", "serial", "gift card", "giftcard", "voucher", "coupon", "certificate", "claim code",
        "gutscheincode", "gutschein code", "gutscheinnummer", "gutschein nr", "gutscheinnr", "kartennummer",
        "gutschein", "code cadeau", "code carte", "numero de carte", "numero", "code cheque cadeau", "codigo",
        "numero de tarjeta", "codice", "numero carta", "cadeaukaartnummer", "cadeaubon code", "boncode", "kaartnummer",
        "presentkortskod", "presentkortsnummer", "kod", "gavekortkode", "gavekortnummer", "kode", "kortnummer",
        "codigo do vale", "kod karty", "numer karty",
    ),
    columns.BALANCE: (
        "left", "rest", "restwert", "restbetrag", "restguthaben", "guthaben", "saldo", "aktueller wert",
        "aktuelles guthaben", "verbleibend", "offener betrag", "solde", "solde restant", "montant restant",
        "valeur restante", "saldo restante", "importe restante", "saldo actual", "disponible", "saldo disponible",
        "valore residuo", "residuo", "saldo residuo", "credito residuo", "resterend", "restant", "resterende waarde",
        "tegoed", "kvar", "kvarvarande", "restvarde", "belopp kvar", "gjenstaende", "restbelop", "restsaldo",
        "saldo atual", "pozostalo", "balance left", "money left",
    ),
    columns.INITIAL: (
        "card value", "gift card value", "voucher value", "gift value", "gift amount", "gift card amount",
        "voucher amount", "loaded amount", "load amount", "purchase value", "purchased value", "issued amount",
        "wert", "betrag", "gutscheinwert", "nennwert", "ursprungswert", "ausgabewert", "anfangswert", "startguthaben",
        "montant", "montant initial", "valeur", "valeur initiale", "importe", "importe inicial", "valor",
        "valor inicial", "monto", "importo", "importo iniziale", "valore", "valore iniziale", "bedrag", "waarde",
        "beginwaarde", "belopp", "varde", "ursprungligt belopp", "belop", "verdi", "belob", "kwota", "wartosc",
        "credit",
    ),
    columns.USED: (
        "spent", "total used", "total spent", "redeemed", "eingelost", "verbraucht", "montant utilise", "utilise",
        "importe usado", "usado", "importo utilizzato", "gebruikt", "anvant", "brukt", "debit",
    ),
    columns.CURRENCY: ("wahrung", "devise", "monnaie", "moneda", "divisa", "valuta", "moeda", "waluta", "iso currency"),
    columns.STATUS: ("etat", "statut", "estado", "stato", "tilstand"),
    columns.ACTIVE: ("aktiv", "actif", "active yes no", "activo", "attivo", "actief", "activated", "aktiviert"),
    columns.START: (
        "valid from utc", "gultig ab", "gueltig ab", "gultig von", "valable a partir du", "date de debut",
        "valido desde", "valido dal", "geldig vanaf", "giltig fran", "start date utc", "redeemable from",
    ),
    columns.END: (
        "gultig bis", "gueltig bis", "ablaufdatum", "ablauf", "verfallsdatum", "verfall", "lauft ab", "gultigkeit bis",
        "date d expiration", "expiration le", "expire le", "date d echeance", "date de fin", "valable jusqu au",
        "echeance", "fecha de caducidad", "caducidad", "fecha de vencimiento", "vencimiento", "valido hasta",
        "data di scadenza", "scadenza", "valido fino al", "vervaldatum", "geldig tot", "geldig t m", "verloopdatum",
        "utgangsdatum", "giltig till", "giltigt till", "gar ut", "gyldig til", "utlopsdato", "udlobsdato",
        "data de validade", "validade", "wazny do", "data waznosci", "redeem by", "use by", "valid till", "exp date",
        "exp", "good through", "good until", "valid thru", "best before",
    ),
    columns.EMAIL: (
        "to email", "recipient mail", "e mail empfanger", "empfanger e mail", "empfanger email", "courriel",
        "e mail adresse", "adresse e mail", "correo", "correo electronico", "mail", "email address", "e mail address",
        "epost", "e post",
    ),
    columns.DESCRIPTION: (
        "notiz", "bemerkung", "beschreibung", "commentaire", "nota", "notas", "opmerking", "anteckning",
    ),
}  # fmt: skip

CENTS = frozenset(
    "cents cent pence pennies penny minor minorunits subunits centimes centime rappen ore centavos grosze".split()
)
VALUE_WORDS = frozenset(
    "value amount balance money total sum credit worth wert betrag montant valeur importe valor monto importo valore"
    " bedrag waarde belopp belop belob varde kwota saldo solde guthaben".split()
)
LEFT_WORDS = frozenset(
    "balance remaining left available outstanding unused unredeemed unspent remainder saldo solde restant restante"
    " residuo guthaben restguthaben restwert restbetrag disponible tegoed resterend kvar".split()
)
FIRST_WORDS = frozenset(
    "initial original issued opening starting start beginning purchased purchase loaded face maximum max initiale"
    " inicial iniziale ursprung anfang begin".split()
)
DATE_WORDS = frozenset("date at on utc time day days when datum fecha data last updated modified changed since".split())
USED_STEMS = ("redeem", "redempt", "used", "usage", "spent", "eingelos", "utilis", "verbrauch", "consumed", "uses")

#: The first letters of words in headings of flags and dates that say what a card is.
SIGN_STEMS: dict[str, tuple[str, ...]] = {
    columns.CANCELLED: (
        "cancel", "void", "delet", "revok", "refunded", "revers", "storno", "stornier", "annul", "anulad", "gelosch",
        "geloescht", "supprim", "removed", "trashed", "chargeback", "makuler", "archiv", "anulow", "replaced",
        "withdrawn",
    ),
    columns.DISABLED: (
        "disabl", "deactiv", "block", "frozen", "freez", "lock", "suspend", "inactiv", "gesperrt", "sperr", "deaktiv",
        "bloqu", "desactiv", "geblok", "hold", "lost", "stolen", "paused", "fraud", "sparrad", "invalid",
        "banned", "zablok",
    ),
    columns.EXPIRED: ("isexpired", "abgelaufen"),
}  # fmt: skip

#: What has to do with the sale, the shop or the people, and not with what is on the card.
HARMLESS_WORDS = frozenset(
    "order invoice customer client purchaser buyer sender store shop location phone telephone user channel pos tax"
    " vat fee price cost discount shipping message image url link product sku item name created creation issue sent"
    " delivered delivery updated modified batch bulk tag tags address street city country zip postcode transaction"
    " quantity count counts pin cvv alias last first top campaign by reason activation website parent"
    " payment paid method commission company vendor employee staff template theme language locale buyers recipient"
    " sold points".split()
)

#: Headings of how many cards, or of what, a row stands for.
QUANTITIES = frozenset(
    {"quantity", "qty", "pieces", "number of cards", "cards", "count", "anzahl", "menge", "stuck", "stuckzahl",
     "nombre",     "quantite", "cantidad", "quantita", "aantal", "antal", "ilosc"}
)  # fmt: skip

#: What an unknown heading may be about, by single words of it, with the keys of questions about it.
SMELLS: dict[str, frozenset[str]] = {
    "end": frozenset("expire expires expiry expiration validity valid until caducidad ablauf gultig".split()),
    "left": LEFT_WORDS,
    "code": frozenset(
        "code codes number card voucher barcode serial token certificate coupon gutschein digits".split()
    ),
}
