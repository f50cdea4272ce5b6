"""What people and programs prove themselves with. Secrets are here as digests only."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.engine import Connection

from machine.domain.session import ApiToken, Login
from machine.store.database import Database
from machine.store.people_tables import links, logins, tokens
from machine.store.rows import login_of, token_of
from machine.store.small_tables import add_for_user, all_rows, first_row, note_moment, set_moment_once
from machine.store.writer import Recorder

SEEN_TO_THE: Final = timedelta(minutes=1)
"""How exact "last seen" is: not every request is to be a write."""


class Links:
    """One-time links."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, digest: str, *, created_at: datetime, expires_at: datetime) -> None:
        """Those that have expired by then are forgotten."""

        def write(connection: Connection, _recorder: Recorder) -> None:
            connection.execute(delete(links).where(links.c.expires_at <= created_at))
            connection.execute(insert(links).values(digest=digest, created_at=created_at, expires_at=expires_at))

        await self._database.write(write)

    async def use(self, digest: str, at: datetime) -> bool:
        unused = update(links).where(links.c.digest == digest, links.c.used_at.is_(None), links.c.expires_at > at)

        def write(connection: Connection, _recorder: Recorder) -> bool:
            return connection.execute(unused.values(used_at=at)).rowcount == 1

        return await self._database.write(write)


class Logins:
    """Browsers that are signed in."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, login: Login, digest: str) -> None:
        """Raises NotFound for an unknown user, Conflict for an id or digest that is taken."""
        await add_for_user(self._database, logins, {**login.model_dump(), "digest": digest})

    async def by(self, digest: str, at: datetime) -> Login | None:
        valid = select(logins).where(logins.c.digest == digest, logins.c.ended_at.is_(None), logins.c.expires_at > at)
        row = await first_row(self._database, valid)
        if row is None:
            return None
        login = login_of(row)
        if at - login.last_seen_at >= SEEN_TO_THE:
            await note_moment(self._database, logins.c.login_id, login.login_id, logins.c.last_seen_at, at)
        return login

    async def list(self, user_id: str | None = None) -> tuple[Login, ...]:
        """Those that were not ended, oldest first; some may have expired."""
        query = select(logins).where(logins.c.ended_at.is_(None)).order_by(logins.c.login_id)
        rows = await all_rows(self._database, query if user_id is None else query.where(logins.c.user_id == user_id))
        return tuple(login_of(row) for row in rows)

    async def end(self, login_id: str, at: datetime) -> None:
        """Raises NotFound. Ended once, it stays so."""
        await set_moment_once(self._database, logins.c.login_id, login_id, logins.c.ended_at, at)


class Tokens:
    """Tokens of programs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, token: ApiToken, digest: str) -> None:
        """Raises NotFound for an unknown user, Conflict for an id or digest that is taken."""
        await add_for_user(self._database, tokens, {**token.model_dump(), "digest": digest})

    async def by(self, digest: str, at: datetime) -> ApiToken | None:
        valid = select(tokens).where(
            tokens.c.digest == digest,
            tokens.c.revoked_at.is_(None),
            or_(tokens.c.expires_at.is_(None), tokens.c.expires_at > at),
        )
        row = await first_row(self._database, valid)
        if row is None:
            return None
        token = token_of(row)
        if token.last_used_at is None or at - token.last_used_at >= SEEN_TO_THE:
            await note_moment(self._database, tokens.c.token_id, token.token_id, tokens.c.last_used_at, at)
        return token

    async def list(self, user_id: str | None = None) -> tuple[ApiToken, ...]:
        """All of them, oldest first, revoked ones too."""
        query = select(tokens).order_by(tokens.c.token_id)
        rows = await all_rows(self._database, query if user_id is None else query.where(tokens.c.user_id == user_id))
        return tuple(token_of(row) for row in rows)

    async def revoke(self, token_id: str, at: datetime) -> None:
        """Raises NotFound. Revoked once, it stays so."""
        await set_moment_once(self._database, tokens.c.token_id, token_id, tokens.c.revoked_at, at)
