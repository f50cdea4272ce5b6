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

    def values(self, row: Mapping[str, Any]) -> tuple[Any, ...]:
        return tuple(row[name] if process is None else process(row[name]) for name, process in self.columns)


class PreparedInsert:
    """`INSERT INTO` one table, for rows that name the same columns again and again."""

    def __init__(self, table: Table) -> None:
        self._table: Final = table
        self._made: Final[dict[tuple[str, bool, tuple[str, ...]], _Made]] = {}

    def run(self, connection: Connection, row: Mapping[str, Any], *more: Mapping[str, Any]) -> CursorResult[Any]:
        """Insert rows that all have the columns of the first. Raises as `Connection.execute` does."""
        made = self._statement(connection.dialect, row, numbered=False)
        values = made.values(row)
        return connection.exec_driver_sql(made.text, [values, *map(made.values, more)] if more else values)

    def numbered(self, connection: Connection, row: Mapping[str, Any]) -> int:
        """Insert a row of a table that numbers its rows. Returns its number."""
        knows = connection.dialect.name == "sqlite"  # where asking the driver costs less than a returned row
        made = self._statement(connection.dialect, row, numbered=not knows)
        result = connection.exec_driver_sql(made.text, made.values(row))
        return int(result.lastrowid if knows else result.scalar_one())

    def _statement(self, dialect: Dialect, row: Mapping[str, Any], *, numbered: bool) -> _Made:
        key = (dialect.name, numbered, tuple(row))
        if (made := self._made.get(key)) is None:
            made = self._made[key] = self._make(dialect, row, numbered=numbered)
        return made

    def _make(self, dialect: Dialect, row: Mapping[str, Any], *, numbered: bool) -> _Made:
        # Inline: without it, dialects that have RETURNING add it of their own accord.
        statement = insert(self._table).inline()
        if numbered:
            statement = statement.returning(*self._table.primary_key)
        compiled = statement.compile(dialect=dialect, column_keys=list(row))
        if not isinstance(compiled, SQLCompiler) or compiled.positiontup is None:
            raise TypeError(f"{dialect.name} takes its values by name, which prepared inserts do not do")
        processors = {name: self._table.c[name].type.dialect_impl(dialect).bind_processor(dialect) for name in row}
        return _Made(str(compiled), tuple((name, processors[name]) for name in compiled.positiontup))
