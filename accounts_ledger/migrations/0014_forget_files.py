"""Forget the files of batches that are loaded or cancelled, and mask what may be codes among recorded errors."""

from __future__ import annotations

import re
from typing import Any

from django.db import migrations

_OVER = ("loaded", "reversed", "cancelled")
_CODE_LIKE = re.compile(r"[\w\s\-./]*")
_SEPARATORS = re.compile(r"[\W_]+")
#: Rows written at a time.
_AT_ONCE = 1000


def forget_files(apps: Any, schema_editor: Any) -> None:
    using = schema_editor.connection.alias
    batches = apps.get_model("accounts_ledger", "GiftCardBatch").objects.using(using).filter(state__in=_OVER)
    contents = apps.get_model("accounts_ledger", "BatchContent").objects.using(using)
    contents.filter(batch__in=batches.values("pk")).delete()


def mask_errors(apps: Any, schema_editor: Any) -> None:
    """Whatever column it stood in: a clerk who swapped two columns had codes recorded as wrong amounts."""
    problems = apps.get_model("accounts_ledger", "BatchProblem").objects.using(schema_editor.connection.alias)
    changed = []
    for problem in problems.exclude(value="").only("pk", "value", "column").order_by("pk").iterator(_AT_ONCE):
        if _could_be_code(problem.value) or _could_be_code(problem.column):
            problem.value = "••••"
            problem.column = "••••" if _could_be_code(problem.column) else problem.column
            changed.append(problem)
        if len(changed) == _AT_ONCE:
            problems.bulk_update(changed, ["value", "column"])
            changed = []
    problems.bulk_update(changed, ["value", "column"])


def _could_be_code(text: str) -> bool:
    """Whether *text* has eight letters and figures or more, among them figures, and nothing that codes have not."""
    bare = _SEPARATORS.sub("", text)
    has_figures = any(character.isdigit() for character in bare)
    return len(bare) >= 8 and (has_figures or bare.isupper()) and _CODE_LIKE.fullmatch(text) is not None


class Migration(migrations.Migration):
    dependencies = [("accounts_ledger", "0013_keep_names")]
    operations = [
        migrations.RunPython(forget_files, migrations.RunPython.noop, elidable=True),
        migrations.RunPython(mask_errors, migrations.RunPython.noop, elidable=True),
    ]
