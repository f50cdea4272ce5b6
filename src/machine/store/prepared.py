"""Inserts compiled once and run on the driver: what SQLAlchemy does at each execution costs more than the insert."""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from sqlalchemy import Dialect, Table, insert
from sqlalchemy.engine import Connection, CursorResult
from sqlalchemy.sql.compiler import SQLCompiler


class _Made(NamedTuple):
    """The statement in the driver's own words, and in their order the columns and what turns a value into theirs."""

    text: str
    columns: tuple[tuple[str, Callable[[Any], Any] | None], ...]


class PreparedInsert:
    """`INSERT INTO` one table, for rows that name the same columns again and again."""

    def __init__(self, table: Table) -> None:
        self._table: Final = table
        self._made: Final[dict[tuple[str, tuple[str, ...]], _Made]] = {}

    def run(self, connection: Connection, row: Mapping[str, Any], *more: Mapping[str, Any]) -> CursorResult[Any]:
        """Insert rows that all have the columns of the first. Raises as `Connection.execute` does."""
        key = (connection.dialect.name, tuple(row))
        if (made := self._made.get(key)) is None:
            made = self._made[key] = self._make(connection.dialect, row)
        rows = [
            tuple(each[name] if process is None else process(each[name]) for name, process in made.columns)
            for each in (row, *more)
        ]
        return connection.exec_driver_sql(made.text, rows if more else rows[0])

    def _make(self, dialect: Dialect, row: Mapping[str, Any]) -> _Made:
        compiled = insert(self._table).compile(dialect=dialect, column_keys=list(row))
        if not isinstance(compiled, SQLCompiler) or compiled.positiontup is None:
            raise TypeError(f"{dialect.name} takes its values by name, which prepared inserts do not do")
        processors = {name: self._table.c[name].type.dialect_impl(dialect).bind_processor(dialect) for name in row}
        return _Made(str(compiled), tuple((name, processors[name]) for name in compiled.positiontup))
