"""The words by which systems say what a card is: active, disabled, cancelled, used up…"""

from __future__ import annotations

from accounts_ledger.imports.options import CANCELLED, DISABLED, EMPTY, EXPIRED

#: Not a condition of its own: part of the card was used, so its first value is not what is left.
PARTLY = "partly"

_STATUSES = {
    "": "active new on 1 true yes enabled enable open available unused issued valid activated purchased ok sold live y"
    " delivered sent emailed loaded unredeemed not_redeemed not_used fresh redeemable usable good normal aktiv gultig"
    " gültig actif activa activo attivo attiva actief aktiivinen gyldig outstanding processed completed complete paid"
    " publish published",
    PARTLY: "partially_redeemed partially_used partial partly_used partly_redeemed in_use partiallyredeemed"
    " partiallyused partially_spent teilweise_eingelöst",
    DISABLED: "disabled disable inactive off 0 false no frozen suspended blocked locked paused n deactivated draft"
    " pending not_active not_activated unactivated inactivated on_hold hold held lost stolen unpaid scheduled"
    " pending_activation awaiting_payment archived not_yet_active deaktiviert gesperrt inaktiv inactif"
    " inactivo inattivo inactief spärrad sperret bloqueado bloqué fraud",
    CANCELLED: "cancelled canceled cancel void voided revoked deleted trash trashed refunded reversed removed replaced"
    " transferred merged chargeback returned storniert annulé annulée anulado annullato geannuleerd makulerad"
    " annulleret kansellert gelöscht terminated withdrawn superseded",
    EXPIRED: "expired lapsed abgelaufen expiré expirée caducado scaduto verlopen utgången utløpt udløbet",
    EMPTY: "redeemed used fully_redeemed fully_used depleted empty spent used_up exhausted fullyredeemed consumed"
    " zero_balance eingelöst utilisé utilisée usado utilizzato gebruikt använd brukt verbraucht completely_used",
}
CONDITION_OF = {word.replace("_", " "): key for key, words in _STATUSES.items() for word in words.split()}


def status_word(cell: str) -> str:
    """Return a status as the keys of `CONDITION_OF` are written."""
    return " ".join(cell.lower().replace("_", " ").replace("-", " ").split())
