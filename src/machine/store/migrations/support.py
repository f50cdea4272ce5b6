"""What versions of the database have in common."""

from sqlalchemy import text
from sqlalchemy.engine import Connection


def state_oldest_program(connection: Connection, revision: str, version: str) -> None:
    """State that programs from `version` on can work on what `revision` leaves behind.

    Programs that do not know `revision` go by it; a version that forgets to say it is refused by all of them.
    """
    connection.execute(text("DELETE FROM machine_meta WHERE key LIKE 'oldest_program %'"))
    values = {"key": f"oldest_program {revision}", "value": version}
    connection.execute(text("INSERT INTO machine_meta (key, value) VALUES (:key, :value)"), values)
