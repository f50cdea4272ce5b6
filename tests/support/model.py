"""The demo model's server with the script of a test: answers by what the user said, and records what was asked."""

import asyncio
import contextlib
import inspect
import re
from collections.abc import AsyncIterator, Awaitable, Callable

from machine.demo.model_request import ModelRequest
from machine.demo.replies import Answer, Reply
from machine.demo.server import ModelServer

Answerer = Callable[[ModelRequest], Answer | str | Awaitable[Answer | str]]


class ScriptedModel:
    """A script made of rules; the first rule whose pattern is found in the user's newest text answers.

    The answers of a rule are the steps of one turn: the first when the user has spoken, the next one when the result
    of the tool it called came back, and so on; the last one repeats. The step is read from the conversation itself, so
    one rule serves any number of conversations at once.
    """

    def __init__(self, *answers: Answer | Answerer | str) -> None:
        self.requests: list[ModelRequest] = []
        self._rules: list[tuple[re.Pattern[str], tuple[Answer | Answerer | str, ...]]] = []
        self._default = answers or ("Done.",)
        self._asked = asyncio.Event()

    def on(self, pattern: str, *answers: Answer | Answerer | str) -> "ScriptedModel":
        """Answer so when `pattern` (a regular expression, case ignored) is found in the user's newest text."""
        self._rules.append((re.compile(pattern, re.IGNORECASE | re.DOTALL), answers))
        return self

    async def reply(self, request: ModelRequest) -> Answer:
        """What the server asks for: the answer of the rule that fits."""
        self.requests.append(request)
        self._asked.set()
        answers = self._answers_to(request.last_user_text)
        answer = answers[min(request.step, len(answers) - 1)]
        if callable(answer):
            given = answer(request)
            answer = await given if inspect.isawaitable(given) else given
        return Reply.text(answer) if isinstance(answer, str) else answer

    async def wait_for_requests(self, count: int, *, timeout_seconds: float = 20.0) -> None:
        """Return when the model was asked `count` times in all; TimeoutError after so long."""
        async with asyncio.timeout(timeout_seconds):
            while len(self.requests) < count:
                self._asked.clear()
                await self._asked.wait()

    @contextlib.asynccontextmanager
    async def serve(self) -> AsyncIterator[str]:
        """Serve on a free loopback port; yields the base URL for ANTHROPIC_BASE_URL."""
        async with ModelServer(self).serve() as base_url:
            yield base_url

    def _answers_to(self, text: str) -> tuple[Answer | Answerer | str, ...]:
        return next((answers for pattern, answers in self._rules if pattern.search(text)), self._default)
