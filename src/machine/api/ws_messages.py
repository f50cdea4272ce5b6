"""What is said over the WebSocket, beside the events themselves."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from machine.api.schemas import Me, Message, ObjectId
from machine.domain.approval import Answer
from machine.domain.events import AuthStatusData
from machine.domain.machine_status import MachineStatusData

MessageId = Annotated[str, Field(min_length=1, max_length=100)] | Annotated[int, Field(ge=-(2**53), le=2**53)]
Position = Annotated[int, Field(ge=0, le=2**62)]


class _FromClient(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    id: MessageId
    """Chosen by the client; its `ack` or `error` carries it."""


class Hello(BaseModel):
    """The first message of a client that has no cookie."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: Literal["hello"]
    token: str = Field(min_length=1, max_length=200)
    id: MessageId | None = None


class Subscribe(_FromClient):
    """All events of a task after `after`, then live. Its `ack` comes before the first of them."""

    type: Literal["subscribe"]
    task_id: ObjectId
    after: Position = 0


class Unsubscribe(_FromClient):
    type: Literal["unsubscribe"]
    task_id: ObjectId


class Feed(_FromClient):
    """Replay the feed from after `after` to the `feed_seq` of `session.ready`; error `feed_gone` if that is too old.

    What happens live may come first. Where the order counts, connect with `?feed_after=` instead.
    """

    type: Literal["feed"]
    after: Position


class ChatSay(_FromClient):
    type: Literal["chat.message"]
    message: Message
    conversation_id: ObjectId | None = None
    agent: Annotated[str, Field(min_length=1, max_length=64)] | None = None


class TaskSay(_FromClient):
    type: Literal["task.input"]
    task_id: ObjectId
    message: Message


class TaskStop(_FromClient):
    """Its `ack` comes when the task has stopped; other messages are answered meanwhile."""

    type: Literal["task.stop"]
    task_id: ObjectId
    mode: Literal["interrupt", "stop"] = "stop"


class ApprovalAnswer(Answer, _FromClient):
    type: Literal["approval.answer"]
    approval_id: ObjectId

    @property
    def answer(self) -> Answer:
        return Answer(**{name: getattr(self, name) for name in Answer.model_fields})


ClientMessage = Annotated[
    Subscribe | Unsubscribe | Feed | ChatSay | TaskSay | TaskStop | ApprovalAnswer, Field(discriminator="type")
]
CLIENT_MESSAGE: Final[TypeAdapter[Any]] = TypeAdapter(ClientMessage)


class _FromServer(BaseModel):
    model_config = ConfigDict(frozen=True)


class ReadyData(_FromServer):
    session_id: str
    machine_id: str
    version: str
    demo: bool
    me: Me
    machine: MachineStatusData
    auth: AuthStatusData
    feed_seq: int
    """Newest event of the feed before this connection; those after it come live."""
    feed_after: int
    """What comes of the feed comes from after this event on, in order: as asked for with `?feed_after=`, or else, and
    where that cannot be replayed, `feed_seq`."""
    feed_oldest: int
    """Oldest event of the feed that can still be replayed."""


class SessionReady(_FromServer):
    """The first message: who you are, and the machine's state."""

    type: Literal["session.ready"] = "session.ready"
    at: datetime
    data: ReadyData


class Ack(_FromServer):
    """The message with this id was done; `data` says what came of it."""

    type: Literal["ack"] = "ack"
    id: MessageId
    data: dict[str, Any] = {}


class Error(_FromServer):
    """The message with this id was not done: a problem as on HTTP. `id` is null where none could be read."""

    type: Literal["error"] = "error"
    id: MessageId | None = None
    code: str
    status: int
    detail: str
    hint: str = ""


class LaggedData(_FromServer):
    message: str = "You read too slowly. Connect again, and ask from your last seq and feed_seq."


class Lagged(_FromServer):
    """You were too slow; the connection closes with 4408."""

    type: Literal["lagged"] = "lagged"
    data: LaggedData = LaggedData()


ServerMessage = Annotated[SessionReady | Ack | Error | Lagged, Field(discriminator="type")]


class EventPlace(_FromServer):
    """Where an event stands; beside it, `type` and `data` are those of a TaskEvent or a MachineEvent."""

    task_id: str | None = None
    seq: int | None = None
    feed_seq: int | None = None
    at: datetime


def ack(message_id: str | int, data: Mapping[str, Any] | None = None) -> str:
    """An `ack` as JSON text."""
    return json.dumps({"type": "ack", "id": message_id, "data": dict(data or {})})


def error(message_id: str | int | None, code: str, detail: str, hint: str = "", *, status: int = 400) -> str:
    """An `error` as JSON text."""
    told = {"code": code, "status": status, "detail": detail, "hint": hint}
    return json.dumps({"type": "error", "id": message_id, **told})
