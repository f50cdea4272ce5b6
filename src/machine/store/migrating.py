"""Bringing a database to its newest form, all steps in one transaction. Imported only when needed."""

from alembic import command
from alembic.config import Config

from machine.store.backend import Backend


def migrate(backend: Backend, revision: str | None, *, newest: str) -> None:
    """Migrate the database from `revision` (None: it is empty). All or nothing."""
    if revision is not None:
        backend.before_migration(revision)
    engine = backend.migrating_engine()
    try:
        with engine.connect() as connection, connection.begin():
            config = Config()
            config.set_main_option("script_location", "machine.store:migrations")
            config.attributes["connection"] = connection
            command.upgrade(config, newest)
            backend.after_migration(connection)
    finally:
        engine.dispose()
