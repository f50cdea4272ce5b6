"""The store of the versions of definitions: their order, who wins, and what is kept."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import update
from tests.support.tasks import stored_task

from machine.domain.definition_version import NewVersion, SharedKind
from machine.domain.errors import Conflict
from machine.domain.task import Task, TaskStatus
from machine.store import definition_versions
from machine.store.database import Database
from machine.store.definition_table import definition_versions as definition_table
from machine.store.definition_versions import SqlDefinitionStore
from machine.store.opening import Place, open_database
from machine.store.task_store import SqlTaskStore

NOW = datetime(2026, 11, 3, 9, 0, 0, tzinfo=UTC)


def a_version(name: str = "helper", content: bytes | None = b"words", **changes: Any) -> NewVersion:
    known = {"kind": SharedKind.AGENT, "name": name, "author": "user_1", "machine_id": "one", "content": content}
    digest = "" if content is None else f"sha256:{content.hex()[:64]}"
    return NewVersion.model_validate({**known, "content_hash": digest, **changes})


FOUNDED = a_version("fleet", b"", kind=SharedKind.ORIGIN, content_hash="sha256:none")


@pytest.fixture
async def database(place: Place) -> AsyncIterator[Database]:
    opened = await open_database(place, "0.1.0", on_committed=lambda _events: None)
    yield opened
    await opened.close()


@pytest.fixture
def store(database: Database) -> SqlDefinitionStore:
    return SqlDefinitionStore(database)


async def new_task(database: Database) -> Task:
    return await stored_task(SqlTaskStore(database, machine_id="one"), machine_id="one", assigned_agent="helper")


async def test_a_fleet_is_founded_once_whoever_tries_it_too(store: SqlDefinitionStore) -> None:
    assert await store.newest() == 0
    tries = await asyncio.gather(*(store.found(FOUNDED) for _ in range(4)))
    assert sorted(tries) == [False, False, False, True]
    assert [one.kind for one in await store.changed(0)] == [SharedKind.ORIGIN]


async def test_versions_are_told_in_their_order_each_name_by_its_newest(store: SqlDefinitionStore) -> None:
    first = await store.add(a_version(content=b"1"), after=0)
    other = await store.add(a_version("other"), after=0)
    second = await store.add(a_version(content=b"2"), after=first)
    assert first < other < second == await store.newest()
    assert [one.version for one in await store.changed(0)] == [other, second]
    assert [one.version for one in await store.changed(other)] == [second]
    assert [one.version for one in await store.as_of(other)] == [first, other]
    assert await store.content(first) == b"1"
    [told] = await store.changed(other)
    assert (told.author, told.machine_id, told.is_gone, told.key) == ("user_1", "one", False, ("agent", "helper"))


async def test_what_only_a_newer_program_knows_is_passed_by(store: SqlDefinitionStore, database: Database) -> None:
    first = await store.add(a_version(), after=0)
    newer = await store.add(a_version("sunset"), after=0)
    painted = update(definition_table).where(definition_table.c.version == newer).values(kind="painting")
    await database.write(lambda connection, _recorder: connection.execute(painted).rowcount)
    last = await store.add(a_version("other"), after=0)
    assert [one.version for one in await store.changed(0)] == [first, last]
    assert [one.version for one in await store.as_of(last)] == [first, last]


async def test_of_two_who_change_the_same_version_one_is_refused(store: SqlDefinitionStore) -> None:
    first = await store.add(a_version(content=b"1"), after=0)
    saves = (store.add(a_version(content=content), after=first) for content in (b"2", b"3"))
    results = await asyncio.gather(*saves, return_exceptions=True)
    assert [type(result) for result in results] in ([int, Conflict], [Conflict, int])
    assert "helper" in str(next(result for result in results if isinstance(result, Conflict)))
    assert await store.add(a_version(content=b"4"), after=None) == await store.newest()


async def test_what_was_taken_away_is_told_and_what_was_before_it_can_be_had(store: SqlDefinitionStore) -> None:
    assert await store.last_two(SharedKind.AGENT, "helper") == ()
    first = await store.add(a_version(content=b"1"), after=0)
    assert [one.version for one in await store.last_two(SharedKind.AGENT, "helper")] == [first]
    gone = await store.add(a_version(content=None), after=first)
    assert [(one.version, one.is_gone) for one in await store.changed(0)] == [(gone, True)]
    assert [one.version for one in await store.last_two(SharedKind.AGENT, "helper")] == [gone, first]
    again = await store.add(a_version(content=b"2"), after=gone)
    assert [one.version for one in await store.last_two(SharedKind.AGENT, "helper")] == [again, first]
    assert await store.content(gone) is None


async def test_the_newest_fifty_stay_and_those_by_which_open_tasks_go(
    store: SqlDefinitionStore, database: Database
) -> None:
    running, ended = await new_task(database), await new_task(database)
    versions = [await store.add(a_version(content=b"%d" % n), after=None) for n in range(3)]
    other = await store.add(a_version("other"), after=0)
    await store.pin(running.task_id, versions[1])
    await store.pin(running.task_id, other)
    await store.pin(ended.task_id, versions[2])
    tasks = SqlTaskStore(database, machine_id="one")
    assert (await tasks.get(running.task_id)).definitions_version == versions[1]
    old = await tasks.get(ended.task_id)
    await tasks.move(old, old.moved_to(TaskStatus.CANCELLED, NOW), [])
    newer = [await store.add(a_version(content=b"n%d" % n), after=None) for n in range(55)]
    kept = [version for version in (*versions, *newer) if await store.content(version) is not None]
    assert kept == [versions[1], *newer[-50:]]
    assert [one.version for one in await store.as_of(versions[1])] == [versions[1]]
    assert await store.content(other) == b"words"


async def test_large_versions_are_kept_as_far_as_there_is_room(
    store: SqlDefinitionStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(definition_versions, "KEPT_BYTES", 100)
    large = [await store.add(a_version(content=b"%02d" % n * 20), after=None) for n in range(4)]
    assert [await store.content(version) is not None for version in large] == [False, False, True, True]
    huge = await store.add(a_version(content=b"x" * 500), after=None)
    assert await store.content(huge) == b"x" * 500
    assert await store.content(large[-1]) is None


@pytest.mark.parametrize("kind", [SharedKind.VARIABLE, SharedKind.CHANNEL])
async def test_an_old_secret_is_not_kept(store: SqlDefinitionStore, database: Database, kind: SharedKind) -> None:
    secret = a_version("TOKEN", b"sealed 1", kind=kind)
    first = await store.add(secret, after=0)
    await store.pin((await new_task(database)).task_id, first)
    await store.add(secret.model_copy(update={"content": None, "content_hash": ""}), after=first)
    assert await store.content(first) is None
