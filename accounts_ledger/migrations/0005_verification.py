"""Keep a record of every verification of the ledger."""

import django.core.serializers.json
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts_ledger", "0004_gift_card_batch"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Verification",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("date_started", models.DateTimeField(verbose_name="started")),
                ("date_finished", models.DateTimeField(verbose_name="finished")),
                ("accounts", models.BigIntegerField(verbose_name="accounts checked")),
                ("transfers", models.BigIntegerField(verbose_name="transfers checked")),
                ("transactions", models.BigIntegerField(verbose_name="transactions checked")),
                ("findings", models.BigIntegerField(verbose_name="findings")),
                (
                    "first_findings",
                    models.JSONField(
                        blank=True,
                        default=list,
                        encoder=django.core.serializers.json.DjangoJSONEncoder,
                        verbose_name="first findings",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
            ],
            options={
                "verbose_name": "verification",
                "verbose_name_plural": "verifications",
                "ordering": ["-date_finished"],
                "get_latest_by": "date_finished",
                "indexes": [models.Index(fields=["date_finished"], name="verification_finished")],
            },
        ),
    ]
