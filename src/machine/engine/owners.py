"""Who stands behind what starts by itself: webhooks and schedules work as their owners, as long as those may work."""

from collections.abc import Iterable, Mapping
from typing import Final

from machine.domain.errors import Forbidden, NotFound
from machine.domain.principal import Principal, Role, User, Via
from machine.ports import PeopleStore, UserRow

HINT: Final = "An administrator can take it over, or give it to somebody else: its route `owner`, or `machine … give`."


class Owners:
    """Looks them up at each use. Where no owner is named, it is the local administrator."""

    def __init__(self, people: PeopleStore) -> None:
        self._people = people

    async def acting(self, user_id: str, what: str) -> Principal:
        """The owner, who may start tasks, on behalf of `what`. Raises Forbidden, with what is wrong and what to do."""
        row = await self._row(user_id)
        if row is None or _objection(row, user_id):
            raise Forbidden(_objection(row, user_id), hint=HINT)
        user = User(user_id=row.user_id, name=row.name, role=row.role)
        return Principal(user=user, via=Via.INTERNAL, credential_id=what)

    async def id_of(self, user_id: str) -> str:
        """The owner's id, whoever they are."""
        return user_id or (await self._people.local_administrator()).user_id

    async def problems(self, user_ids: Iterable[str]) -> Mapping[str, str]:
        """What is wrong with some owners, by id; those with whom nothing is are left out."""
        known = {row.user_id: row for row in await self._people.users()}
        found = {user_id: _objection(known.get(user_id), user_id) for user_id in set(user_ids) if user_id}
        return {user_id: f"{why} {HINT}" for user_id, why in found.items() if why}

    async def new_owner(self, named: str | None, by: Principal) -> str:
        """The id of who is to own something: by id or by name; unset, who asks. Raises NotFound, Forbidden."""
        if named is None:
            return by.user_id
        row = await self._row(named) or await self._people.user_named(named)
        if row is None:
            raise NotFound(f"There is no person {named[:100]!r}.", hint="`machine user` lists them.")
        if why := _objection(row, named):
            raise Forbidden(why.replace("Its owner", row.name), hint="Name somebody who may start tasks.")
        return row.user_id

    async def _row(self, user_id: str) -> UserRow | None:
        try:
            return await (self._people.user(user_id) if user_id else self._people.local_administrator())
        except NotFound:
            return None


def _objection(row: UserRow | None, user_id: str) -> str:
    """Why nothing is started for somebody; empty when it is."""
    if row is None:
        return f"Its owner, {user_id[:100]}, is not there (any more), so it starts nothing."
    if row.disabled_at is not None:
        return "Its owner is disabled, so it starts nothing."
    return "Its owner is a viewer, so it starts nothing." if row.role is Role.VIEWER else ""
