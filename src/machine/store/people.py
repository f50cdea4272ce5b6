"""Users, logins, tokens, one-time links, invitations and connections."""

from sqlalchemy import insert, select
from sqlalchemy.engine import Connection

from machine.domain.clock import Clock, utc_now
from machine.domain.ids import new_id
from machine.domain.principal import Role
from machine.ports import UserRow
from machine.store.accounts import ADMINISTRATORS, Accounts, Invitations, insert_user
from machine.store.credentials import Links, Logins, Tokens
from machine.store.database import Database
from machine.store.people_tables import users
from machine.store.rows import user_of
from machine.store.sessions import Sessions
from machine.store.tables import machine_meta
from machine.store.writer import Recorder

_LOCAL = "local_administrator"


class LocalAdministrator:
    """Who acts for the data folder itself: its owner as long as they are an administrator, else the oldest one."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def get(self) -> UserRow:
        """Made on first use, once."""
        found = await self._database.read(_local_administrator)
        return await self._database.write(self._make) if found is None else found

    def _make(self, connection: Connection, _recorder: Recorder) -> UserRow:
        if (found := _local_administrator(connection)) is not None:
            return found
        made = UserRow(user_id=new_id("user"), name="administrator", role=Role.ADMINISTRATOR, created_at=self._clock())
        insert_user(connection, made, None)
        connection.execute(insert(machine_meta).values(key=_LOCAL, value=made.user_id))
        return made


def _local_administrator(connection: Connection) -> UserRow | None:
    owner = select(machine_meta.c.value).where(machine_meta.c.key == _LOCAL).scalar_subquery()
    query = select(users).where(*ADMINISTRATORS)
    row = connection.execute(query.order_by(users.c.user_id != owner, users.c.user_id).limit(1)).mappings().first()
    return None if row is None else user_of(row)


class SqlPeopleStore:
    """Each method is that of the part that knows the aggregate; `machine.ports.PeopleStore` says what each promises."""

    def __init__(self, database: Database, *, clock: Clock = utc_now) -> None:
        self.local_administrator = LocalAdministrator(database, clock).get

        accounts = Accounts(database)
        self.user = accounts.user
        self.users = accounts.list
        self.user_named = accounts.named
        self.password_of = accounts.password_of
        self.add_user = accounts.add
        self.change_user = accounts.change
        self.delete_user = accounts.delete
        self.set_password = accounts.set_password

        invitations = Invitations(database)
        self.add_invitation = invitations.add
        self.invitations = invitations.list
        self.invitation_by = invitations.by
        self.accept_invitation = invitations.accept
        self.revoke_invitation = invitations.revoke

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
