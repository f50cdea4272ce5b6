"""One WebSocket connection of a session: what it is told, and what it asks for."""

import asyncio
import logging
from typing import Any, Final

from pydantic import ValidationError
from starlette.websockets import WebSocket, WebSocketDisconnect

from machine.api.asgi import address
from machine.api.deps import Sight
from machine.api.errors import faults_of
from machine.api.schemas import Me
from machine.api.state import ApiState
from machine.api.strict_json import fault_of, parsed
from machine.api.ws_commands import Command, perform
from machine.api.ws_messages import (
    CLIENT_MESSAGE,
    Feed,
    Lagged,
    ReadyData,
    SessionReady,
    Subscribe,
    TaskStop,
    Unsubscribe,
    ack,
    error,
)
from machine.api.ws_pace import Pace
from machine.api.ws_sources import TooSlow, is_gone
from machine.api.ws_writer import Writer
from machine.auth.people import Known
from machine.domain.aio import spawn
from machine.domain.errors import MachineError
from machine.domain.principal import Principal

_log = logging.getLogger(__name__)

NONSENSE: Final = 4400
SIGNED_OUT: Final = 4401
TOO_SLOW: Final = 4408
TOO_BIG: Final = 1009
BROKEN: Final = 1011
MAX_FRAME_CHARS: Final = 1024 * 1024
MAX_NONSENSE: Final = 20
MAX_STOPPING: Final = 16
MESSAGES_AT_ONCE: Final = 500
MESSAGES_PER_SECOND: Final = 50.0
"""Of one connection; a client that says more is read no faster."""
LAST_WORD_SECONDS: Final = 5.0


class Closing(Exception):
    """The connection is to be closed with `code`, after a last word."""

    def __init__(self, code: int, reason: str, last_word: str | None = None) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
        self.last_word = last_word


async def close(socket: WebSocket, end: Closing) -> None:
    """Say the last word and close; a client that does not take it is let go after a few seconds."""
    try:
        async with asyncio.timeout(LAST_WORD_SECONDS):
            if end.last_word is not None:
                await socket.send({"type": "websocket.send", "text": end.last_word})
            await socket.close(end.code, end.reason)
    except (TimeoutError, OSError, RuntimeError, WebSocketDisconnect):
        _log.debug("a client was gone before it could be told: %s", end.reason)


class Connection:
    """From `session.ready` to the close. Messages are done one after the other; only a stop is waited for beside."""

    def __init__(self, state: ApiState, socket: WebSocket, session_id: str, known: Known) -> None:
        self._state = state
        self._socket = socket
        self._session_id = session_id
        self._known = known
        self._principal = known.principal
        self._writer = Writer(state, socket, known.principal)
        self._signed_out = asyncio.Event()
        self._nonsense = 0
        self._stopping = 0

    async def run(self, feed_after: int | None = None) -> None:
        """Serve until the client goes, is too slow, or loses its rights; the feed begins after `feed_after`."""
        end: Closing | None = None
        try:
            with self._state.authenticator.watching(self._known.credential, self._rights_are):
                self._writer.say(await self._ready(feed_after))
                async with asyncio.TaskGroup() as group:
                    group.create_task(self._writer.run(), name="websocket writer")
                    group.create_task(self._read(), name="websocket reader")
                    group.create_task(self._until_signed_out(), name="websocket login")
        except* (WebSocketDisconnect, OSError):
            pass  # the client has gone
        except* TooSlow:
            end = Closing(TOO_SLOW, "too slow", Lagged().model_dump_json())
        except* Closing as closing:
            end = next(found for found in closing.exceptions if isinstance(found, Closing))
        except* MachineError as failed:
            _log.warning("a connection ends: %s", failed.exceptions[0])
            end = Closing(BROKEN, "the machine cannot go on with this connection")
        finally:
            self._writer.close()
        if end is not None:
            await close(self._socket, end)

    # --- what it is told first ---

    async def _ready(self, feed_after: int | None) -> str:
        state = self._state
        begun = await self._writer.begin(feed_after)
        data = ReadyData(
            session_id=self._session_id,
            machine_id=state.settings.machine_id,
            version=state.version,
            demo=state.settings.demo,
            me=Me.of(self._principal),
            machine=await state.manager.status(),
            auth=state.login.state,
            feed_seq=begun.newest,
            feed_after=begun.after,
            feed_oldest=begun.oldest,
        )
        return SessionReady(at=state.clock(), data=data).model_dump_json()

    # --- its login ---

    def _rights_are(self, principal: Principal | None) -> None:
        if principal is None or principal.user != self._principal.user:
            self._signed_out.set()

    async def _until_signed_out(self) -> None:
        await self._signed_out.wait()
        raise Closing(SIGNED_OUT, "the login or token was revoked, or its rights have changed")

    # --- what it asks for ---

    async def _read(self) -> None:
        pace = Pace(MESSAGES_AT_ONCE, MESSAGES_PER_SECOND)
        while True:
            await pace.turn()
            message = await self._socket.receive()
            if message["type"] == "websocket.disconnect":
                raise WebSocketDisconnect(message.get("code") or 1000)
            await self._writer.room()
            await self._heed(message.get("text"))

    async def _heed(self, text: str | None) -> None:
        if text is not None and len(text) > MAX_FRAME_CHARS:
            raise Closing(TOO_BIG, "a message may have 1 MiB")
        message = self._understood(text)
        if message is None:
            self._nonsense += 1
            if self._nonsense > MAX_NONSENSE:
                raise Closing(NONSENSE, "too many messages that could not be understood")
            return
        if await self._state.authenticator.recheck(self._known.credential) != self._principal:
            self._signed_out.set()
            return
        if isinstance(message, TaskStop):
            self._stop(message)
            return
        # Done to its end even if the connection goes meanwhile: half a command is worse than one not heard of.
        answer = await asyncio.shield(spawn(self._done(message), name="websocket command"))
        if answer is not None:
            self._writer.say(answer)

    def _understood(self, text: str | None) -> Any | None:
        """The message; None where it was answered already: with an error, or because it is a late `hello`."""
        message_id: str | int | None = None
        try:
            if text is None:
                raise ValueError("a binary message; send JSON as text")
            given = parsed(text)
            message_id = _id_of(given)
            if fault := fault_of(given):
                raise ValueError(fault)
            if isinstance(given, dict) and given.get("type") == "hello" and message_id is not None:
                self._writer.say(ack(message_id))
                return None
            return CLIENT_MESSAGE.validate_python(given)
        except ValidationError as invalid:
            faults = faults_of([dict(fault) for fault in invalid.errors(include_url=False, include_input=False)])
            what = "; ".join(f"{fault['where']}: {fault['what']}" for fault in faults[:3])
        except ValueError as unreadable:
            what = str(unreadable)[:300]
        self._writer.say(error(message_id, "invalid", f"This message was not understood: {what}", "Correct it."))
        return None

    async def _done(self, message: Subscribe | Unsubscribe | Feed | Command) -> str | None:
        """Do it; the frame to answer with, or None where the writer answers when the turn comes."""
        try:
            if isinstance(message, Subscribe):
                await Sight(self._state, self._principal).task(message.task_id)
                self._writer.subscribe(message.id, message.task_id, message.after)
                return None
            if isinstance(message, Unsubscribe):
                self._writer.unsubscribe(message.id, message.task_id)
                return None
            if isinstance(message, Feed):
                return await self._replay_feed(message)
            return ack(message.id, await self._perform(message))
        except MachineError as failed:
            return error(message.id, failed.code, failed.message, failed.hint, status=failed.status)
        except Exception:
            _log.exception("a message of type %s failed", message.type)
            return error(message.id, "internal", "The machine made a mistake.", "Look at its log.", status=500)

    async def _perform(self, command: Command) -> dict[str, Any]:
        return await perform(self._state, self._principal, self._session_id, command, address(self._socket.scope))

    async def _replay_feed(self, message: Feed) -> str | None:
        oldest, newest = await self._state.tasks.feed_range()
        if is_gone(message.after, oldest, newest):
            hint = "Load what you show anew, and go on from the feed_seq of session.ready."
            return error(message.id, "feed_gone", f"The feed is kept from {oldest} on.", hint, status=410)
        self._writer.replay_feed(message.id, message.after)
        return None

    def _stop(self, message: TaskStop) -> None:
        if self._stopping >= MAX_STOPPING:
            hint = "Wait for those that run."
            self._writer.say(error(message.id, "too_many_stops", f"{MAX_STOPPING} stops at a time.", hint))
            return
        self._stopping += 1
        spawn(self._stopped(message), name="websocket stop")

    async def _stopped(self, message: TaskStop) -> None:
        try:
            answer = await self._done(message)
        finally:
            self._stopping -= 1
        if answer is not None:
            self._writer.say(answer)


def _id_of(given: object) -> str | int | None:
    """The id of a message that may otherwise be anything."""
    found = given.get("id") if isinstance(given, dict) else None
    if isinstance(found, str) and 0 < len(found) <= 100:
        return found
    return found if isinstance(found, int) and not isinstance(found, bool) and abs(found) <= 2**53 else None
