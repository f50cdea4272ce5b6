"""Whether all was well, from what is there afterwards: rows, the CLIs' own book, what people saw, the process table.

It asks nothing of the program that is judged: SQL of its own, and no code of `machine`.
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, groupby
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg.rows import dict_row
from tests.fault.chaos.work import Watched

ENDING: Final = frozenset({"task.completed", "task.failed", "task.cancelled"})
MAX_LOSSES: Final = 3
_LEAVING: Final = frozenset({"task.queued", "task.parked", "task.waiting"}) | ENDING
"""What a running task becomes."""


@dataclass(frozen=True)
class Found:
    """All tasks and all events of the database."""

    tasks: dict[str, dict[str, Any]]
    events: dict[str, list[dict[str, Any]]]
    """By task, in the order of their numbers."""
    machines: list[dict[str, Any]]


def look_up(url: str) -> Found:
    """Blocking."""
    with psycopg.connect(url, row_factory=dict_row) as connection:
        tasks = connection.execute("SELECT * FROM tasks").fetchall()
        rows = connection.execute("SELECT * FROM events ORDER BY task_id, seq").fetchall()
        machines = connection.execute("SELECT machine_id, role, state, epoch FROM machines").fetchall()
    events = {task_id: list(group) for task_id, group in groupby(rows, key=lambda row: row["task_id"])}
    return Found({task["task_id"]: task for task in tasks}, events, machines)


def judge(found: Found, watched: Sequence[Watched], ledger: Path) -> list[str]:
    """Every fault, in a sentence each; nothing where all is well."""
    faults = [f"{one.task_id} was accepted and is gone" for one in watched if one.task_id not in found.tasks]
    stopped = {one.task_id for one in watched if one.stop_asked}
    for task_id, task in found.tasks.items():
        events = found.events.get(task_id, [])
        rules = (_ended_once(task, events, task_id in stopped), _in_order(task, events), _attempts(task, events))
        faults += [f"{task_id}: {fault}" for fault in chain(*rules, _chapters(task, events))]
    for one in watched:
        faults += [f"{one.task_id}: {fault}" for fault in _seen(one, found.events.get(one.task_id, []))]
    faults += _feed(found)
    return [*faults, *_book(ledger, found)]


def good_bye(found: Found) -> list[str]:
    """After everybody was told to end: the same of the machines."""
    return [f"{machine} did not say good-bye" for machine in found.machines if machine["state"] != "gone"]


def _ended_once(task: dict[str, Any], events: list[dict[str, Any]], stop_asked: bool) -> Iterator[str]:
    ends = [event for event in events if event["type"] in ENDING]
    if len(ends) != 1 or ends[0]["type"] != f"task.{task['status']}":
        yield f"is {task['status']}, and its ends are {[event['type'] for event in ends]}"
    elif events[-1]["type"] not in ENDING:
        yield f"goes on after its end with {events[-1]['type']}"
    if task["status"] == "cancelled" and not stop_asked:
        yield "was cancelled by nobody"
    failure = task["failure"] if isinstance(task["failure"], dict | None) else json.loads(task["failure"])
    if failure and not (failure["reason"] == "lost" and task["losses"] > MAX_LOSSES):
        yield f"failed: {failure['reason']}, {failure['message']}"


def _in_order(task: dict[str, Any], events: list[dict[str, Any]]) -> Iterator[str]:
    numbers = [event["seq"] for event in events]
    if numbers != list(range(1, len(numbers) + 1)) or task["last_seq"] != len(numbers):
        yield f"{len(numbers)} events are not numbered 1 to {task['last_seq']}"


def _attempts(task: dict[str, Any], events: list[dict[str, Any]]) -> Iterator[str]:
    """Each start has the next number, and nothing starts before what ran was left."""
    started = [json.loads(event["body"])["attempt"] for event in events if event["type"] == "task.started"]
    if started != list(range(1, task["attempt"] + 1)):
        yield f"is at attempt {task['attempt']}, and was started as {started}"
    runs = False
    for event in events:
        if event["type"] == "task.started":
            if runs:
                yield f"started (event {event['seq']}) while it ran"
            runs = True
        elif event["type"] in _LEAVING:
            runs = False
        elif event["type"] == "task.continued":
            runs = True


def _chapters(task: dict[str, Any], events: list[dict[str, Any]]) -> Iterator[str]:
    """What the agent said in each attempt came in its order, nothing missing and nothing twice."""
    last, of = 0, 0
    for event in events:
        if event["type"] == "task.started":
            last = of = 0
        if event["type"] != "task.output":
            continue
        said = json.loads(event["body"])
        if said.get("kind") != "text" or not said.get("text", "").startswith("chapter "):
            continue
        for line in said["text"].splitlines():
            _, number, _, count = line.split()
            if int(number) not in (last + 1, 1) or (int(number) == 1 and last not in (0, of)):
                yield f"chapter {number} of {count} follows chapter {last} (event {event['seq']})"
            last, of = int(number), int(count)
    if task["status"] == "completed" and last != of:
        yield f"is completed after chapter {last} of {of}"


def _seen(one: Watched, events: list[dict[str, Any]]) -> Iterator[str]:
    """A person saw each event once, in its order, as it is stored."""
    seen = [(event["seq"], event["type"], event["data"]) for event in one.seen]
    stored = [(event["seq"], event["type"], json.loads(event["body"])) for event in events]
    if seen != stored:
        differ = next(
            (number for number, pair in enumerate(zip(seen, stored, strict=False)) if pair[0] != pair[1]), None
        )
        numbers = [number for number, *_ in seen]
        yield f"its person saw {len(seen)} events of {len(stored)}, differing from index {differ}: {numbers[:400]}"


def _feed(found: Found) -> Iterator[str]:
    numbers = Counter(event["feed_seq"] for events in found.events.values() for event in events if event["feed_seq"])
    if doubled := [number for number, count in numbers.items() if count > 1]:
        yield f"numbers of the feed were given twice: {doubled[:20]}"
    for task_id, events in found.events.items():
        of_task = [event["feed_seq"] for event in events if event["feed_seq"]]
        if of_task != sorted(of_task):
            yield f"{task_id}: its numbers in the feed do not rise"


def _book(ledger: Path, found: Found) -> Iterator[str]:
    """Never two CLIs at once on one conversation, never more of them than attempts."""
    book = ledger / "book"
    lines = [line.split() for line in book.read_text().splitlines()] if book.exists() else []
    for at, word, conversation, task_id, pid in lines:
        if word == "second":
            yield f"{task_id}: a second CLI ({pid}) began at {at} while one ran on the conversation {conversation}"
    starts = Counter(task_id for _, word, _, task_id, _ in lines if word in ("start", "second"))
    for task_id, count in starts.items():
        if count > found.tasks[task_id]["attempt"]:
            yield f"{task_id}: {count} CLIs were started in {found.tasks[task_id]['attempt']} attempts"


def figures(found: Found, watched: Sequence[Watched]) -> str:
    """What it was, in one line."""
    how = Counter(task["status"] for task in found.tasks.values())
    attempts = Counter(task["attempt"] for task in found.tasks.values())
    events = sum(len(events) for events in found.events.values())
    moved = sum(
        len({json.loads(event["body"])["machine_id"] for event in events if event["type"] == "task.started"}) > 1
        for events in found.events.values()
    )
    return (
        f"{len(found.tasks)} tasks ({', '.join(f'{count} {status}' for status, count in sorted(how.items()))}), "
        f"attempts {dict(sorted(attempts.items()))}, {moved} on several machines, {events} events, "
        f"{sum(one.connections for one in watched)} connections of {len(watched)} readers"
    )
