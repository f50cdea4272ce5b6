"""The Brain does no more than the login or token was good for with which somebody spoke to it."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from tests.integration.test_brain_tools import AGENT, TOOL, becomes, results, somebody
from tests.support.model import ScriptedModel
from tests.support.workbench import Workbench, workbench

from machine.demo.replies import Reply
from machine.domain.approval import Answer, Decision
from machine.domain.code import CodeSource
from machine.domain.errors import Forbidden
from machine.domain.principal import Principal, Rights, Role, Scope, Via
from machine.domain.routing import RoutingRule
from machine.domain.task import Lane, Task, TaskStatus
from machine.engine.task_code import check_credentials
from machine.engine.task_request import TaskRequest


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Workbench]:
    model = ScriptedModel().on("create", Reply.tool(f"{TOOL}create_agent", AGENT), "So be it.")
    model.on("delete", Reply.tool(f"{TOOL}delete_agent", {"name": "planning"}), "So be it.")
    async with workbench(tmp_path / "data", model) as running:
        yield running


def with_token(machine: Workbench, *scopes: Scope) -> Principal:
    """The administrator, by a token."""
    proof: dict[str, Any] = {"via": Via.TOKEN, "credential_id": "token_1", "scopes": scopes}
    return Principal(user=machine.principal.user, **proof)


async def say(machine: Workbench, message: str, by: Principal) -> Task:
    said = await machine.room.engine.brain.process_message(message, principal=by)
    return await machine.ended(said.task_id)


async def created(machine: Workbench, task: Task) -> bool:
    """Whether the agent was created; if not, that it was said why."""
    ((text, is_error),) = await results(machine, task)
    assert is_error is ("greeter" not in machine.room.api.creator.agents.known)
    assert not is_error or "Only administrators" in text
    return not is_error


async def test_by_a_token_for_tasks_an_administrators_brain_changes_no_definitions(machine: Workbench) -> None:
    task = await say(machine, "Create it.", with_token(machine, Scope.TASKS))
    assert not await created(machine, task)
    assert "it takes a token with `admin`" in (await results(machine, task))[0][0]
    assert await created(machine, await say(machine, "Create it.", with_token(machine, Scope.TASKS, Scope.ADMIN)))


async def test_a_retried_message_has_the_narrower_of_both_rights(machine: Workbench) -> None:
    narrow, wide = with_token(machine, Scope.TASKS), machine.principal
    manager = machine.room.engine.manager
    task = await say(machine, "Create it.", narrow)
    assert not await created(machine, await machine.ended(await manager.retry(task.task_id, wide)))
    again = await manager.retry((await say(machine, "Hello.", wide)).task_id, narrow)
    assert again.rights == Rights(role=Role.ADMINISTRATOR, scope=Scope.TASKS)


async def test_a_members_message_tried_again_by_an_administrator_stays_a_members(machine: Workbench) -> None:
    member = await asyncio.to_thread(somebody, machine, Role.MEMBER)
    task = await say(machine, "Create it.", member)
    again = await machine.ended(await machine.room.engine.manager.retry(task.task_id, machine.principal))
    assert (again.user_id, again.rights) == (machine.principal.user_id, Rights(role=Role.MEMBER, scope=Scope.TASKS))
    assert not await created(machine, again)
    follow = await machine.room.engine.manager.send_input(task.task_id, "Create it.", principal=machine.principal)
    assert not await created(machine, await machine.ended(follow))


async def test_rights_are_kept_over_a_restart(tmp_path: Path) -> None:
    model = ScriptedModel().on("create", Reply.tool(f"{TOOL}create_agent", AGENT), "So be it.")
    async with workbench(tmp_path / "data", model) as machine:
        machine.room.engine.manager.stop_claiming()
        before = machine.room.engine.new_tasks
        request = (await _parked(machine, before)).task_id
    async with workbench(tmp_path / "data", model) as machine:
        task = await machine.ended(request)
        assert task.status is TaskStatus.COMPLETED, task.failure
        assert not await created(machine, task)


async def _parked(machine: Workbench, new_tasks: Any) -> Task:
    """A chat message by a token for tasks that nothing has begun with yet."""
    wish = TaskRequest(message="Create it.", agent="brain", lane=Lane.CHAT)
    task = new_tasks.from_request(wish, with_token(machine, Scope.TASKS))
    return await machine.room.api.tasks.create(task, new_tasks.first_input(task))


async def test_who_has_less_does_not_speak_through_a_conversation_that_has_more(machine: Workbench) -> None:
    said = await machine.room.engine.brain.process_message("Delete it.", principal=machine.principal)
    card = await machine.pending(said.task_id)
    narrow = with_token(machine, Scope.TASKS)
    with pytest.raises(Forbidden, match="may do more than this credential"):
        await machine.room.engine.manager.send_input(said.task_id, "Create it.", principal=narrow)
    with pytest.raises(Forbidden, match="go beyond those of this credential"):
        await machine.room.engine.approvals.answer(card.approval_id, Answer(decision=Decision.ALLOW), narrow)
    await machine.room.engine.approvals.answer(card.approval_id, Answer(decision=Decision.DENY), narrow)
    await machine.ended(said.task_id)


async def test_rights_that_were_lost_meanwhile_are_gone(machine: Workbench) -> None:
    person = await asyncio.to_thread(somebody, machine, Role.ADMINISTRATOR)
    said = await machine.room.engine.brain.process_message("Delete it.", principal=person)
    card = await machine.pending(said.task_id)
    await asyncio.to_thread(becomes, machine, Role.MEMBER)
    await machine.room.engine.approvals.answer(card.approval_id, Answer(decision=Decision.ALLOW), machine.principal)
    ((text, is_error),) = await results(machine, await machine.ended(said.task_id))
    assert is_error
    assert "Only administrators" in text


async def test_a_token_for_tasks_names_no_credentials_and_makes_no_rules(machine: Workbench) -> None:
    narrow, code = with_token(machine, Scope.TASKS), CodeSource(repository="https://a.example/b", credentials="TOKEN")
    with pytest.raises(Forbidden, match="Only an administrator"):
        check_credentials(code, narrow)
    check_credentials(code, machine.principal)
    task = await say(machine, "Hello.", machine.principal)
    with pytest.raises(Forbidden, match="may make rules"):
        await machine.room.api.corrections.correct(
            task, "planning", narrow, restart=True, rule=RoutingRule(keywords=("x",)), make_rule=True
        )


async def test_tasks_of_before_have_the_least_rights(machine: Workbench) -> None:
    def forget() -> None:
        with sqlite3.connect(machine.settings.database_file, timeout=10) as database:
            (default,) = (row[4] for row in database.execute("PRAGMA table_info(tasks)") if row[1] == "rights")
            database.execute(f"UPDATE tasks SET rights = {default}")  # noqa: S608 - it is the column's own default

    task = await say(machine, "Hello.", machine.principal)
    await asyncio.to_thread(forget)
    assert (await machine.task(task.task_id)).rights == Rights(role=Role.MEMBER, scope=Scope.TASKS)
