"""The daemon's own log, as who runs it reads it."""

import json

from tests.fault.conftest import StartMachine


async def test_who_asked_for_what_and_what_a_task_came_to_is_found_by_their_ids(start: StartMachine) -> None:
    machine = await start(cli="fake-cli", env={"LOG_FORMAT": "json", "LOG_LEVEL": "debug"})
    task_id = await machine.submit("hello")
    user_id = (await machine.completed(task_id))["user_id"]
    said = machine.daemon.log_text()
    lines = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    of_task = [line for line in lines if line.get("task_id") == task_id]
    assert f"{task_id} begins, agent planning, attempt 1" in [line["event"] for line in of_task]
    assert f"{task_id} completed" in [line["event"] for line in of_task]
    assert {line["user_id"] for line in of_task} == {user_id}
    [asked] = [line for line in lines if line["event"] == "POST /api/tasks: 201"]
    assert asked["user_id"] == user_id
    assert asked["request_id"].startswith("req_")
    assert {line["request_id"] for line in of_task if "request_id" in line} <= {asked["request_id"]}
    assert machine.token not in said


async def test_without_being_asked_for_more_a_line_tells_how_each_run_ended(start: StartMachine) -> None:
    machine = await start(env={"LOG_FORMAT": "json", "CLAUDE_CLI_PATH": "/nowhere/claude"})
    task_id = await machine.submit("hello")
    await machine.ended(task_id)
    assert f"{task_id} failed, cli_missing" in machine.daemon.log_text()
