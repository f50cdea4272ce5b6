"""Users, logins, tokens, one-time links and connections."""

from sqlalchemy import insert, select
from sqlalchemy.engine import Connection

from machine.domain.clock import Clock, utc_now
from machine.domain.errors import NotFound
from machine.domain.ids import new_id
from machine.ports import UserRow
from machine.store.credentials import Links, Logins, Tokens
from machine.store.database import Database
from machine.store.rows import user_of
from machine.store.sessions import Sessions
from machine.store.small_tables import first_row
from machine.store.tables import machine_meta, users
from machine.store.writer import Recorder

_LOCAL = "local_administrator"


class Users:
    """The people known to the machine."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def local_administrator(self) -> UserRow:
        """The person who owns this data folder; made on first use, once."""
        found = await self._database.read(_local_administrator)
        return await self._database.write(self._make_local_administrator) if found is None else found

    async def user(self, user_id: str) -> UserRow:
        row = await first_row(self._database, select(users).where(users.c.user_id == user_id))
        if row is None:
            raise NotFound(f"There is no user {user_id}.", hint="List the users to see which there are.")
        return user_of(row)

    def _make_local_administrator(self, connection: Connection, _recorder: Recorder) -> UserRow:
        if (found := _local_administrator(connection)) is not None:
            return found
        made = UserRow(user_id=new_id("user"), name="administrator", role="administrator", created_at=self._clock())
        connection.execute(insert(users).values(made.model_dump()))
        connection.execute(insert(machine_meta).values(key=_LOCAL, value=made.user_id))
        return made


def _local_administrator(connection: Connection) -> UserRow | None:
    query = select(users).join(machine_meta, machine_meta.c.value == users.c.user_id)
    row = connection.execute(query.where(machine_meta.c.key == _LOCAL)).mappings().one_or_none()
    return None if row is None else user_of(row)


class SqlPeopleStore:
    """Each method is that of the part that knows the aggregate; `machine.ports.PeopleStore` says what each promises."""

    def __init__(self, database: Database, *, clock: Clock = utc_now) -> None:
        users = Users(database, clock)
        self.local_administrator = users.local_administrator
        self.user = users.user

        links = Links(database)
        self.add_link = links.add
        self.use_link = links.use

        logins = Logins(database)
        self.add_login = logins.add
        self.login_by = logins.by
        self.logins = logins.list
        self.end_login = logins.end

        tokens = Tokens(database)
        self.add_token = tokens.add
        self.token_by = tokens.by
        self.tokens = tokens.list
        self.revoke_token = tokens.revoke

        sessions = Sessions(database)
        self.add_session = sessions.add
        self.session = sessions.get
        self.sessions = sessions.list
        self.end_session = sessions.end
