"""What a channel is told, as the request that tells it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from machine.domain.costs import CostKind
from machine.domain.notification import Channel, ChannelKind, Notice, Occasion
from machine.domain.redaction import Redactor
from machine.domain.task import Task
from machine.webhooks.signatures import signed_standard

MAX_RESULT_CHARS: Final = 500
TEST_ID: Final = "test"

_SAID: Final[Mapping[Occasion, str]] = {
    Occasion.COMPLETED: "is done",
    Occasion.FAILED: "failed",
    Occasion.CANCELLED: "was stopped",
    Occasion.WAITING: "waits for an answer",
}


@dataclass(frozen=True)
class Message:
    """A request, ready to be sent. The body is what was signed, to the byte."""

    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Writing:
    """What every message needs to know of the machine."""

    machine_id: str
    public_url: str | None
    redactor: Redactor

    def of_task(self, channel: Channel, notice: Notice, task: Task, secret: str, now: datetime) -> Message:
        """That this happened to the task."""
        url = f"{self.public_url.rstrip('/')}/tasks/{task.task_id}" if self.public_url else ""
        if channel.kind is ChannelKind.SLACK:
            return self._slack(_sentence(notice.occasion, task), url)
        data = {**_facts(task), "machine_id": self.machine_id, "url": url}
        return self._webhook(notice.notice_id, f"task.{notice.occasion.value}", notice.created_at, data, secret, now)

    def of_test(self, channel: Channel, message_id: str, secret: str, now: datetime) -> Message:
        """That nothing happened, to see whether it arrives."""
        if channel.kind is ChannelKind.SLACK:
            return self._slack(f"{escaped(self.machine_id)}: a test. Notifications arrive here.", "")
        return self._webhook(message_id, TEST_ID, now, {"machine_id": self.machine_id}, secret, now)

    def _slack(self, sentence: str, url: str) -> Message:
        text = f"{sentence}\n<{url}|Open the task>" if url else sentence
        return Message({"content-type": "application/json"}, self._body({"text": text}))

    def _webhook(
        self, message_id: str, kind: str, at: datetime, data: Mapping[str, Any], secret: str, now: datetime
    ) -> Message:
        body = self._body({"type": kind, "timestamp": at.isoformat(), "data": data})
        signed = signed_standard(message_id, now, body, secret)
        return Message({"content-type": "application/json", **signed}, body)

    def _body(self, said: Mapping[str, Any]) -> bytes:
        """Known secrets are taken out, whatever an agent wrote."""
        return json.dumps(self.redactor.data(dict(said)), ensure_ascii=True, separators=(",", ":")).encode()


def escaped(text: str) -> str:
    """Text in which Slack finds neither links nor calls for everybody's attention."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _sentence(occasion: Occasion, task: Task) -> str:
    why = f": {escaped(task.failure.message)}" if task.failure else ""
    money = f" (${task.usage.cost_usd:.2f})" if task.cost_kind is CostKind.BILLED and task.usage.cost_usd else ""
    return f"*{escaped(task.title)}* {_SAID[occasion]}{why}. {escaped(task.assigned_agent)}{money}"


def _facts(task: Task) -> dict[str, Any]:
    result = task.result
    return {
        "task_id": task.task_id,
        "title": task.title,
        "status": task.status.value,
        "agent": task.assigned_agent,
        "source": task.source.value,
        "result": result if result is None else result[:MAX_RESULT_CHARS],
        "failure": task.failure and {"reason": task.failure.reason.value, "message": task.failure.message},
        "cost_usd": task.usage.cost_usd,
        "cost_kind": task.cost_kind.value,
        "duration_seconds": task.duration_seconds,
    }
