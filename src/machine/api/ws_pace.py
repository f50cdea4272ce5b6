"""How fast a client is read."""

import asyncio


class Pace:
    """So many messages at once, then so many a second. Who says more waits, and so does what they send."""

    def __init__(self, at_once: int, per_second: float) -> None:
        self._step = 1 / per_second
        self._ahead_limit = at_once * self._step
        self._ahead = 0.0
        self._at = asyncio.get_running_loop().time()

    async def turn(self) -> None:
        """Wait until the next message may be read."""
        now = asyncio.get_running_loop().time()
        self._ahead = max(0.0, self._ahead - (now - self._at)) + self._step
        self._at = now
        if self._ahead > self._ahead_limit:
            await asyncio.sleep(self._step)
