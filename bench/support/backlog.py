"""A queue of any length in a database, made there: the store would take minutes for the largest."""

from typing import Any, Final

from tests.support.postgres import PostgresServer

from machine.domain.task import TaskStatus

USERS: Final = 7
AGENTS: Final = ("planning", "executor", "consultant")
_OWN: Final = {
    "task_id": "'task_' || to_char(number, 'FM0000000000')",
    "conversation_id": "'conv_' || number",
    "claude_session_id": "'session_' || number",
    "workspace": "'task_' || number",
    "user_id": f"'user_' || number % {USERS}",
    "assigned_agent": f"(ARRAY{list(AGENTS)})[1 + number % {len(AGENTS)}]",
    "status": "'queued'",
    "machine_id": "''",
    "last_seq": "1",
}


class Backlog:
    """The queue of the database `name`, made of copies of the one task that is in it and has completed."""

    def __init__(self, server: PostgresServer, name: str) -> None:
        self._server, self._name = server, name
        rows = self._sql("SELECT column_name FROM information_schema.columns WHERE table_name = 'tasks'")
        self._columns = [str(row[0]) for row in rows]
        self._made = 0

    def fill(self, queued: int) -> None:
        """Complete what runs, and make as many queued as are missing."""
        self._sql(f"UPDATE tasks SET status = '{TaskStatus.COMPLETED}' WHERE status = '{TaskStatus.RUNNING}'")  # noqa: S608 - ours
        [(there,)] = self._sql(f"SELECT count(*) FROM tasks WHERE status = '{TaskStatus.QUEUED}'")  # noqa: S608 - ours
        missing = queued - int(there)
        values = ", ".join(_OWN.get(column, column) for column in self._columns)
        pattern = "(SELECT * FROM tasks WHERE task_id NOT LIKE 'task_00%' LIMIT 1) AS pattern"
        numbers = f"generate_series({self._made + 1}, {self._made + missing}) AS number"
        if missing > 0:
            self._sql(f"INSERT INTO tasks ({', '.join(self._columns)}) SELECT {values} FROM {pattern}, {numbers}")  # noqa: S608
            self._made += missing

    def _sql(self, statement: str) -> list[Any]:
        return self._server.execute(statement, self._name)
