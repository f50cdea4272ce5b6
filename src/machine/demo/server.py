"""The scripted model as an HTTP server on loopback: enough of the Messages API for the real CLI to run against it."""

import asyncio
import contextlib
import inspect
import json
import logging
import socket
from collections.abc import AsyncIterator, Iterator
from typing import Any, Final

import uvicorn
from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from machine.demo.messages_api import as_events, as_message, count_tokens, error_body
from machine.demo.model_request import MessagesBody, ModelRequest
from machine.demo.pacing import Pace, ServerClosing
from machine.demo.replies import Answer, ApiError
from machine.demo.script import Script
from machine.domain.aio import cancel_and_wait, spawn

_START_SECONDS: Final = 10.0
_STOP_SECONDS: Final = 5.0
_BODY_BYTES: Final = 64 * 1024 * 1024
_BACKLOG: Final = 512

_log = logging.getLogger(__name__)


class ModelServer:
    """Serves one script. `serve()` may be entered again after it was left."""

    def __init__(self, script: Script, *, host: str = "127.0.0.1") -> None:
        self._script = script
        self._host = host

    @contextlib.asynccontextmanager
    async def serve(self) -> AsyncIterator[str]:
        """Listen on a free port of `host` and yield the base URL; leaving ends all answers in progress.

        Raises OSError when no port can be had and TimeoutError when the server does not come up within 10 s.
        """
        pace = Pace()
        with socket.create_server((self._host, 0), backlog=_BACKLOG) as listener:
            # As in the daemon: without it an answer on a kept connection waits for a delayed acknowledgement.
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            server = _EmbeddedServer(_config(model_app(self._script, pace)))
            running = spawn(server.serve(sockets=[listener]), name="demo-model-server")
            try:
                async with asyncio.timeout(_START_SECONDS):
                    await server.listening.wait()
                yield f"http://{self._host}:{listener.getsockname()[1]}"
            finally:
                pace.close()
                server.should_exit = True
                await asyncio.wait([running], timeout=_STOP_SECONDS)
                await cancel_and_wait(running)


def model_app(script: Script, pace: Pace) -> Starlette:
    """The ASGI application that answers with `script`; `pace.close()` ends its answers in progress."""
    endpoint = _Endpoint(script, pace)
    return Starlette(
        routes=[
            Route("/", _hello, methods=["GET", "HEAD"]),
            Route("/v1/messages", endpoint.messages, methods=["POST"]),
            Route("/v1/messages/count_tokens", _count_tokens, methods=["POST"]),
        ],
        exception_handlers={404: _not_found, 405: _not_found},
    )


class _EmbeddedServer(uvicorn.Server):
    """Uvicorn inside a program that has signal handlers of its own and keeps them."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self.listening.set()


def _config(app: Starlette) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="off",
        ws="none",
        timeout_graceful_shutdown=2,
    )


class _Endpoint:
    def __init__(self, script: Script, pace: Pace) -> None:
        self._script = script
        self._pace = pace

    async def messages(self, http_request: Request) -> Response:
        request = await _parsed(http_request)
        if isinstance(request, ApiError):
            return _error(request)
        try:
            answer = await self._answer(request)
        except ServerClosing:
            return _error(ApiError(503, "api_error", "The scripted model is shutting down."))
        if isinstance(answer, ApiError):
            return _error(answer)
        if not request.body.stream:
            return JSONResponse(as_message(answer, request), headers=dict(answer.headers))
        events = _until_closed(as_events(answer, request, self._pace))
        headers = {"cache-control": "no-cache", **answer.headers}
        return StreamingResponse(events, media_type="text/event-stream", headers=headers)

    async def _answer(self, request: ModelRequest) -> Answer:
        try:
            reply = self._script.reply(request)
            return await self._pace.outcome(reply) if inspect.isawaitable(reply) else reply
        except ServerClosing:
            raise
        except Exception as error:
            # Scripts are code of others; a 400 ends the CLI's turn at once and says why.
            _log.exception("the model's script failed")
            return ApiError(400, "invalid_request_error", f"The script failed: {type(error).__name__}: {error}")


async def _parsed(http_request: Request) -> ModelRequest | ApiError:
    try:
        content = await http_request.body()
    except ClientDisconnect:
        return ApiError(400, "invalid_request_error", "The client left before its request was complete.")
    if len(content) > _BODY_BYTES:
        return ApiError(413, "request_too_large", f"The request is longer than {_BODY_BYTES} bytes.")
    try:
        raw: dict[str, Any] = json.loads(content)
        body = MessagesBody.model_validate(raw)
    except (ValueError, ValidationError) as error:
        return ApiError(400, "invalid_request_error", f"The request body is not a Messages request: {error}")
    return ModelRequest(body, raw, dict(http_request.headers))


async def _until_closed(events: AsyncIterator[str]) -> AsyncIterator[str]:
    with contextlib.suppress(ServerClosing):
        async for event in events:
            yield event


def _error(error: ApiError) -> Response:
    return JSONResponse(error_body(error), status_code=error.status, headers=dict(error.headers))


async def _hello(_request: Request) -> Response:
    return JSONResponse({"service": "demo-model", "message": "A scripted model. No real model is asked here."})


async def _count_tokens(http_request: Request) -> Response:
    request = await _parsed(http_request)
    if isinstance(request, ApiError):
        return _error(request)
    return JSONResponse({"input_tokens": count_tokens(request.input_characters)})


async def _not_found(http_request: Request, _error_raised: Exception) -> Response:
    return _error(ApiError(404, "not_found_error", f"The scripted model has no {http_request.url.path}."))
