"""A message as plain values that JSON keeps, and back."""

from __future__ import annotations

import base64
import email
import email.policy
from email.mime.base import MIMEBase
from typing import Any, cast

from django.core.mail import EmailMessage, EmailMultiAlternatives


def pack(message: EmailMessage) -> dict[str, Any]:
    """Return *message* as plain values."""
    return {
        "subject": str(message.subject),
        "body": str(message.body),
        "subtype": message.content_subtype,
        "from": message.from_email,
        "to": list(message.to),
        "cc": list(message.cc),
        "bcc": list(message.bcc),
        "reply_to": list(message.reply_to),
        "headers": {name: str(value) for name, value in message.extra_headers.items()},
        "alternatives": [[str(content), mimetype] for content, mimetype in getattr(message, "alternatives", [])],
        "attachments": [_pack_attachment(attachment) for attachment in message.attachments],
    }


def unpack(values: dict[str, Any], connection: Any) -> EmailMessage:
    """Return the message that `pack` took apart, to be sent by *connection*."""
    message = EmailMultiAlternatives(
        subject=values["subject"],
        body=values["body"],
        from_email=values["from"],
        to=values["to"],
        cc=values["cc"],
        bcc=values["bcc"],
        reply_to=values["reply_to"],
        headers=values["headers"],
        connection=connection,
    )
    message.content_subtype = values["subtype"]
    for content, mimetype in values["alternatives"]:
        message.attach_alternative(content, mimetype)
    for attachment in values["attachments"]:
        _attach(message, attachment)
    return message


def _pack_attachment(attachment: Any) -> dict[str, Any]:
    if isinstance(attachment, MIMEBase):
        return {"mime": base64.b64encode(attachment.as_bytes()).decode()}
    name, content, mimetype = attachment
    if isinstance(content, bytes):
        return {"name": name, "bytes": base64.b64encode(content).decode(), "type": mimetype}
    if isinstance(content, EmailMessage):
        content = content.message().as_string()
    return {"name": name, "text": content if isinstance(content, str) else content.as_string(), "type": mimetype}


def _attach(message: EmailMessage, packed: dict[str, Any]) -> None:
    if "mime" in packed:
        message.attach(cast("MIMEBase", email.message_from_bytes(base64.b64decode(packed["mime"]))))
    elif "bytes" in packed:
        message.attach(packed["name"], base64.b64decode(packed["bytes"]), packed["type"])
    else:
        message.attach(packed["name"], packed["text"], packed["type"])
