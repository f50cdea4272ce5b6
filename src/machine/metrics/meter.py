"""Counts what is committed, and writes it down in Prometheus' words.

Labels are bounded: agents and webhooks by their names up to a number, everything else is a closed list. No person, no
task and no path is ever one.
"""

import json
import logging
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from ulid import ULID

from machine.domain.events import LoginWord, StoredEvent
from machine.domain.figures import Figures
from machine.domain.version import VERSION

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
MAX_NAMES: Final = 200
"""Different names in one label; those beyond are counted as `other`."""
MAX_TASKS: Final = 20_000
"""Tasks whose agent is remembered until they end."""

_WAITS: Final = (0.05, 0.1, 0.5, 1, 5, 15, 60, 300, 1800, 7200, 43_200)
_RUNS: Final = (1, 5, 15, 30, 60, 180, 600, 1800, 3600, 7200, 21_600)
_ENDS: Final = ("task.completed", "task.failed", "task.cancelled")
_TOKENS: Final = ("input", "output", "cache_read", "cache_creation")

_log = logging.getLogger(__name__)


class Meter:
    """One for the machine, with a registry of its own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._agents = _Names()
        self._webhooks = _Names()
        self._agent_of: OrderedDict[str, str] = OrderedDict()
        self._said: Mapping[str, Callable[[StoredEvent, Any], None]] = {
            "task.created": self._created,
            "task.started": self._started,
            "task.parked": self._parked,
            "webhook.received": self._received,
            **dict.fromkeys(_ENDS, self._ended),
        }
        self._make_counters()
        self._make_gauges()
        ProcessCollector(registry=self._registry)

    def heed(self, events: Sequence[StoredEvent]) -> None:
        """Count what was committed. Called on the event loop; never fails, never waits."""
        for event in events:
            try:
                self._events.labels(event.type).inc()
                if (count := self._said.get(event.type)) is not None:
                    count(event, json.loads(event.body))
            except Exception:  # whatever it is: nobody's task may suffer from being counted
                _log.exception("an event of type %s could not be counted", event.type)

    def text(self, now: Figures) -> bytes:
        """All figures. Blocking: it reads what the kernel says of this process."""
        for status, count in now.tasks.items():
            self._tasks.labels(status).set(count)
        for word in get_args(LoginWord):
            self._login.labels(word).set(word == now.login)
        for gauge, value in self._plain(now).items():
            gauge.set(float("nan") if value is None else value)
        return generate_latest(self._registry)

    def _plain(self, now: Figures) -> dict[Gauge, float | None]:
        return {
            self._oldest: now.oldest_queued_seconds,
            self._slots: now.slots,
            self._draining: now.draining,
            self._held_back: now.held_back,
            self._sockets: now.sockets,
            self._memory: now.memory.bytes,
            self._processes: now.memory.processes,
            self._free: now.free_bytes,
            self._database: now.database_bytes,
            self._backup: now.backup_age_seconds,
        }

    def _make_counters(self) -> None:
        def counter(name: str, what: str, *labels: str) -> Counter:
            return Counter(f"machine_{name}", what, labels, registry=self._registry)

        def histogram(name: str, what: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
            return Histogram(f"machine_{name}", what, labels, buckets=buckets, registry=self._registry)

        self._events = counter("events", "Events stored, by type.", "type")
        self._created_tasks = counter("tasks_created", "Tasks that came in.", "agent", "source")
        self._ended_tasks = counter(
            "tasks_ended", "Tasks that ended, failed ones by reason.", "agent", "status", "reason"
        )
        self._parked_tasks = counter("tasks_parked", "Tasks put back into the queue.", "reason")
        self._wait = histogram("queue_wait_seconds", "From a task's coming in to its first start.", _WAITS)
        self._run = histogram("task_run_seconds", "Running time of tasks that ended, waiting left out.", _RUNS, "agent")
        self._cost = counter("cost_usd", "Dollars that ended tasks cost, by kind of dollars.", "agent", "kind")
        self._tokens = counter("tokens", "Tokens of ended tasks.", "agent", "kind")
        self._deliveries = counter("webhook_deliveries", "Deliveries stored.", "webhook", "outcome")

    def _make_gauges(self) -> None:
        def gauge(name: str, what: str, *labels: str) -> Gauge:
            return Gauge(f"machine_{name}", what, labels, registry=self._registry)

        self._tasks = gauge("tasks", "Tasks that have not ended, by status.", "status")
        self._oldest = gauge("queue_oldest_seconds", "Age of the oldest queued task; 0 with none.")
        self._slots = gauge("slots", "Tasks that may run at once.")
        self._draining = gauge("draining", "1 while the machine shuts down.")
        self._held_back = gauge("held_back", "1 while no task is started because the disk is nearly full.")
        self._login = gauge("login", "Claude's login: 1 at the state it is in.", "state")
        self._sockets = gauge("websockets", "Open WebSocket connections.")
        self._memory = gauge("cli_memory_bytes", "Resident memory of all processes of agents.")
        self._processes = gauge("cli_processes", "Processes of agents, wardens counted.")
        self._free = gauge("disk_free_bytes", "Free space on the data folder's disk.")
        self._database = gauge("database_bytes", "Size of the database with its log.")
        self._backup = gauge("backup_age_seconds", "Age of the newest backup in backups/; NaN with none.")
        gauge("build_info", "1, with the version.", "version").labels(VERSION).set(1)

    def _created(self, event: StoredEvent, task: Any) -> None:
        agent = self._remember(event, task["assigned_agent"])
        self._created_tasks.labels(agent, task["source"]).inc()

    def _started(self, event: StoredEvent, said: Any) -> None:
        self._remember(event, said["agent"])
        if said["attempt"] == 1 and event.task_id is not None:
            self._wait.observe(max(0.0, (event.at - _made_at(event.task_id)).total_seconds()))

    def _parked(self, _event: StoredEvent, said: Any) -> None:
        self._parked_tasks.labels(said["reason"]).inc()

    def _ended(self, event: StoredEvent, said: Any) -> None:
        agent = self._agent_of.pop(event.task_id or "", "unknown")
        reason = (said.get("failure") or {}).get("reason", "")
        self._ended_tasks.labels(agent, event.type.removeprefix("task."), reason).inc()
        self._run.labels(agent).observe(said["duration_seconds"])
        self._cost.labels(agent, said["cost_kind"]).inc(said["usage"]["cost_usd"])
        for kind in _TOKENS:
            self._tokens.labels(agent, kind).inc(said["usage"][f"{kind}_tokens"])

    def _received(self, _event: StoredEvent, said: Any) -> None:
        self._deliveries.labels(self._webhooks.of(said["webhook"]), said["outcome"]).inc()

    def _remember(self, event: StoredEvent, name: str) -> str:
        agent = self._agents.of(name)
        self._agent_of[event.task_id or ""] = agent
        if len(self._agent_of) > MAX_TASKS:
            self._agent_of.popitem(last=False)
        return agent


class _Names:
    """The first so many different names; `other` for the rest."""

    def __init__(self) -> None:
        self._known: set[str] = set()

    def of(self, name: str) -> str:
        if name not in self._known and len(self._known) >= MAX_NAMES:
            return "other"
        self._known.add(name)
        return name


def _made_at(task_id: str) -> datetime:
    """An id knows when it was made."""
    return ULID.from_str(task_id.rpartition("_")[2].upper()).datetime
