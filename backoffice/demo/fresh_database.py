"""The tables of an empty database in seconds: from the models of today, not by way of every migration since 2014.

Replaying the 200 migrations of Django, Oscar and ours takes half a minute, nearly all of it for imagining what models
looked like once. A database without rows has nothing to carry over: the tables of today are made at once, and every
migration is recorded as applied. ``migrate`` follows as ever; it finds nothing to do, and installs what comes after
migrations (guards, functions, the chart of accounts, roles). A test compares the outcome with that of the migrations.

Only for the demo and its embedded database: on PostgreSQL Oscar's migrations make a view, too. Whoever runs a real shop
gets their tables by the very migrations that the next release builds on.
"""

from __future__ import annotations

from django.apps import apps
from django.db import router
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder


def create_tables(connection: BaseDatabaseWrapper) -> bool:
    """Create every table, and return True; nothing, and False, unless this is an empty embedded database."""
    if connection.vendor != "sqlite" or connection.introspection.table_names():
        return False
    loader = MigrationLoader(connection)
    with connection.schema_editor() as editor:
        for label in sorted(loader.migrated_apps):
            app = apps.get_app_config(label)
            for model in router.get_migratable_models(app, connection.alias, include_auto_created=False):
                if model._meta.can_migrate(connection):
                    editor.create_model(model)
    _record_as_applied(connection, loader.disk_migrations)
    return True


def _record_as_applied(connection: BaseDatabaseWrapper, migrations: dict[tuple[str, str], Migration]) -> None:
    recorder = MigrationRecorder(connection)
    recorder.ensure_schema()
    # One that replaces others counts as applied only with all of them.
    applied = dict.fromkeys(name for key, one in migrations.items() for name in [*one.replaces, key])
    recorder.migration_qs.bulk_create(recorder.Migration(app=app, name=name) for app, name in applied)
