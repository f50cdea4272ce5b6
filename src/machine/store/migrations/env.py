"""What Alembic runs: the versions, on the connection and in the transaction of `machine.store.opening`."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], target_metadata=None)
context.run_migrations()
