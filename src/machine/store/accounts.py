"""Users and how they come to be. There is always an administrator who can come in: each write here sees to it."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from machine.domain.errors import Conflict, NotFound
from machine.domain.principal import Role, name_key
from machine.domain.session import Invitation
from machine.ports import UserChange, UserRow
from machine.store.database import Database
from machine.store.people_tables import invitations, logins, tokens, users
from machine.store.rows import invitation_of, user_of
from machine.store.small_tables import all_rows, first_row, set_moment_once
from machine.store.writer import Recorder

LIVING = users.c.deleted_at.is_(None)
ADMINISTRATORS = (users.c.role == Role.ADMINISTRATOR.value, users.c.disabled_at.is_(None), LIVING)


class Accounts:
    """People, by id and by name."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def user(self, user_id: str) -> UserRow:
        row = await first_row(self._database, select(users).where(users.c.user_id == user_id, LIVING))
        if row is None:
            raise _no_user(user_id)
        return user_of(row)

    async def list(self) -> tuple[UserRow, ...]:
        """Oldest first."""
        rows = await all_rows(self._database, select(users).where(LIVING).order_by(users.c.user_id))
        return tuple(user_of(row) for row in rows)

    async def named(self, name: str) -> UserRow | None:
        row = await first_row(self._database, select(users).where(users.c.name_key == name_key(name), LIVING))
        return None if row is None else user_of(row)

    async def password_of(self, user_id: str) -> str | None:
        row = await first_row(self._database, select(users.c.password).where(users.c.user_id == user_id, LIVING))
        return None if row is None else row["password"]

    async def add(self, user: UserRow, password: str) -> None:
        await self._database.write(lambda connection, _recorder: insert_user(connection, user, password))

    async def change(self, user_id: str, change: UserChange, at: datetime) -> UserRow:
        def write(connection: Connection, _recorder: Recorder) -> UserRow:
            old = _user(connection, user_id)
            _apply(connection, user_id, _values(change, old, at), change.name or old.name)
            new = _user(connection, user_id)
            if new.disabled_at is not None:
                _end_logins(connection, user_id, at)
            if old.role is Role.ADMINISTRATOR and (new.role is not Role.ADMINISTRATOR or new.disabled_at is not None):
                _check_administrators(connection)
                _revoke_invitations(connection, user_id, at)
            return new

        return await self._database.write(write)

    async def delete(self, user_id: str, at: datetime) -> None:
        def write(connection: Connection, _recorder: Recorder) -> None:
            old = _user(connection, user_id)
            connection.execute(update(users).where(users.c.user_id == user_id).values(deleted_at=at, password=None))
            if old.role is Role.ADMINISTRATOR:
                _check_administrators(connection)
            _end_logins(connection, user_id, at)
            unrevoked = update(tokens).where(tokens.c.user_id == user_id, tokens.c.revoked_at.is_(None))
            connection.execute(unrevoked.values(revoked_at=at))
            _revoke_invitations(connection, user_id, at)

        await self._database.write(write)

    async def set_password(self, user_id: str, password: str, at: datetime, *, keep_login: str | None = None) -> None:
        def write(connection: Connection, _recorder: Recorder) -> None:
            _user(connection, user_id)
            connection.execute(update(users).where(users.c.user_id == user_id).values(password=password))
            _end_logins(connection, user_id, at, but=keep_login)

        await self._database.write(write)


class Invitations:
    """Links by which somebody becomes a user."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, invitation: Invitation, digest: str) -> None:
        values = {**invitation.model_dump(), "digest": digest}

        def write(connection: Connection, _recorder: Recorder) -> None:
            connection.execute(insert(invitations).values(values))

        await self._database.write(write)

    async def list(self) -> tuple[Invitation, ...]:
        """Oldest first, the newest 1,000 of them, used ones too."""
        rows = await all_rows(
            self._database, select(invitations).order_by(invitations.c.invitation_id.desc()).limit(1_000)
        )
        return tuple(invitation_of(row) for row in reversed(rows))

    async def by(self, digest: str, at: datetime) -> Invitation | None:
        query = select(invitations).where(invitations.c.digest == digest, *_open(at))
        row = await first_row(self._database, query)
        return None if row is None else invitation_of(row)

    async def accept(self, invitation_id: str, user: UserRow, password: str) -> bool:
        this = update(invitations).where(invitations.c.invitation_id == invitation_id, *_open(user.created_at))

        def write(connection: Connection, _recorder: Recorder) -> bool:
            if connection.execute(this.values(used_at=user.created_at)).rowcount == 0:
                return False
            insert_user(connection, user, password)
            came = update(invitations).where(invitations.c.invitation_id == invitation_id)
            connection.execute(came.values(user_id=user.user_id))
            return True

        return await self._database.write(write)

    async def revoke(self, invitation_id: str, at: datetime) -> None:
        """Raises NotFound. Revoked once, it stays so."""
        await set_moment_once(self._database, invitations.c.invitation_id, invitation_id, invitations.c.revoked_at, at)


def insert_user(connection: Connection, user: UserRow, password: str | None) -> None:
    """Raises Conflict for a name that is taken."""
    values = user.model_dump(exclude={"has_password"})
    try:
        connection.execute(insert(users).values({**values, "name_key": name_key(user.name), "password": password}))
    except IntegrityError as error:
        raise _taken(user.name) from error


def _open(at: datetime) -> tuple[Any, ...]:
    return invitations.c.used_at.is_(None), invitations.c.revoked_at.is_(None), invitations.c.expires_at > at


def _values(change: UserChange, old: UserRow, at: datetime) -> dict[str, Any]:
    """The columns that change; who is disabled already stays so from the first time on."""
    values: dict[str, Any] = {}
    if change.name is not None:
        values |= {"name": change.name, "name_key": name_key(change.name)}
    if change.role is not None:
        values["role"] = change.role.value
    if change.disabled is not None:
        values["disabled_at"] = (old.disabled_at or at) if change.disabled else None
    return values


def _apply(connection: Connection, user_id: str, values: dict[str, Any], name: str) -> None:
    if not values:
        return
    try:
        connection.execute(update(users).where(users.c.user_id == user_id).values(values))
    except IntegrityError as error:
        raise _taken(name) from error


def _user(connection: Connection, user_id: str) -> UserRow:
    row = connection.execute(select(users).where(users.c.user_id == user_id, LIVING)).mappings().one_or_none()
    if row is None:
        raise _no_user(user_id)
    return user_of(row)


def _check_administrators(connection: Connection) -> None:
    """What this raises takes the whole change back."""
    if not connection.execute(select(func.count()).select_from(users).where(*ADMINISTRATORS)).scalar_one():
        raise Conflict(
            "This is the last administrator who can come in.", hint="Make somebody else an administrator first."
        )


def _end_logins(connection: Connection, user_id: str, at: datetime, *, but: str | None = None) -> None:
    theirs = update(logins).where(logins.c.user_id == user_id, logins.c.ended_at.is_(None))
    connection.execute((theirs if but is None else theirs.where(logins.c.login_id != but)).values(ended_at=at))


def _revoke_invitations(connection: Connection, user_id: str, at: datetime) -> None:
    made = update(invitations).where(invitations.c.created_by == user_id, *_open(at))
    connection.execute(made.values(revoked_at=at))


def _no_user(user_id: str) -> NotFound:
    return NotFound(f"There is no user {user_id}.", hint="List the users to see which there are.")


def _taken(name: str) -> Conflict:
    return Conflict(f"Somebody is called {name} already.", hint="Choose another name.")
