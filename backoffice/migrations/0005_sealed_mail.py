"""Seals what is in the e-mails that wait, and takes the text out of those that Oscar keeps for customers' profiles."""

import json

from django.db import migrations, models

from accounts_ledger import code_keys
from backoffice.mail.kept import text_instead


def seal(apps, schema_editor):
    mails = apps.get_model("backoffice", "QueuedMail").objects.using(schema_editor.connection.alias)
    key = code_keys.keyring()[0]
    for mail in mails.filter(content__isnull=False).iterator(chunk_size=200):
        mails.filter(pk=mail.pk).update(sealed=key.seal(json.dumps(mail.content)))


def unseal(apps, schema_editor):
    mails = apps.get_model("backoffice", "QueuedMail").objects.using(schema_editor.connection.alias)
    for mail in mails.filter(sealed__isnull=False).iterator(chunk_size=200):
        mails.filter(pk=mail.pk).update(content=json.loads(code_keys.unseal(bytes(mail.sealed))))


def take_text_away(apps, schema_editor):
    sent = apps.get_model("communication", "Email").objects.using(schema_editor.connection.alias)
    sent.update(body_text=text_instead(), body_html=f"<p>{text_instead()}</p>")


class Migration(migrations.Migration):
    dependencies = [
        ("backoffice", "0004_queued_mail"),
        ("communication", "0004_auto_20200801_0817"),
    ]

    operations = [
        migrations.AddField("queuedmail", "sealed", models.BinaryField(editable=False, null=True, verbose_name="content")),
        migrations.RunPython(seal, unseal, elidable=True),
        migrations.RemoveField("queuedmail", "content"),
        migrations.RunPython(take_text_away, migrations.RunPython.noop, elidable=True),
    ]
