"""Keeps the text of customers' e-mails out of Oscar's table, which names only the subject and when it was sent.

Its table is in every backup and on a page of the profile, and a text may be a link that lets somebody in.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Model
from django.db.models.signals import pre_save
from django.utils.translation import gettext as _


def text_instead() -> str:
    """Return what stands where the text was."""
    return _("The text of this e-mail is not kept here.")


def keep_no_text() -> None:
    """From now on, have every saved `communication.Email` lose its text."""
    from oscar.core.loading import get_model

    pre_save.connect(
        _take_text_away, sender=get_model("communication", "Email"), dispatch_uid="backoffice.keep_no_text"
    )


def _take_text_away(sender: type[Model], instance: Any, **kwargs: Any) -> None:
    instance.body_text = text_instead()
    instance.body_html = f"<p>{text_instead()}</p>"
