"""Passwords: which are good enough, and how they are kept."""

import asyncio
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, TypeVar

from machine.domain.aio import spawn
from machine.domain.errors import BadRequest, Unavailable
from machine.domain.ids import new_secret
from machine.domain.principal import name_key

if TYPE_CHECKING:
    from pwdlib import PasswordHash

MIN_PASSWORD: Final = 12
MAX_PASSWORD: Final = 1024
AT_ONCE: Final = 2
MAX_WAITING: Final = 16
MEMORY_KIB: Final = 19 * 1024
ROUNDS: Final = 2

T = TypeVar("T")
_log = logging.getLogger(__name__)


class UnfitPassword(BadRequest):
    """A password that is too easy to guess, or too long to work with."""

    code = "unfit_password"
    status = 422


def check_password(password: str, name: str) -> None:
    """Raises UnfitPassword."""
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise UnfitPassword(
            f"A password has {MIN_PASSWORD} to {MAX_PASSWORD} characters.", hint="Some words in a row are easy to keep."
        )
    if name_key(password) == name_key(name):
        raise UnfitPassword("The password is the name.", hint="Choose another one.")


class Passwords:
    """Argon2id (19 MiB, two rounds), two at a time in threads: guessing costs the machine little more than the guesser.

    The parameters are those that OWASP gives as the least; a hash names its own, so they can grow.
    """

    def __init__(self) -> None:
        self._free = asyncio.Semaphore(AT_ONCE)
        self._here = 0
        self._hasher: PasswordHash | None = None
        self._decoy = ""

    async def hashed(self, password: str) -> str:
        """Raises Unavailable when too many wait already."""
        return await self._heavy(lambda: self._ready().hash(_encoded(password)))

    async def matches(self, password: str, kept: str | None) -> bool:
        """Whether `password` is the one of the hash `kept`. Without one, and for a text that is too long to be one, it
        takes as long: who there is cannot be told from the time. Raises Unavailable."""
        given = _encoded(password[: MAX_PASSWORD + 1])

        return await self._heavy(lambda: self._compare(given, kept))

    def _compare(self, given: bytes, kept: str | None) -> bool:
        from pwdlib.exceptions import PwdlibError

        hasher = self._ready()
        try:
            return hasher.verify(given, kept or self._decoy) and kept is not None
        except PwdlibError as error:
            _log.error("a password's hash in the database cannot be read, so nothing matches it: %s", error)
            return False

    def _ready(self) -> "PasswordHash":
        """Blocking: imported and tried out when it is first needed."""
        if self._hasher is None:
            from pwdlib import PasswordHash
            from pwdlib.hashers.argon2 import Argon2Hasher

            hasher = PasswordHash((Argon2Hasher(time_cost=ROUNDS, memory_cost=MEMORY_KIB, parallelism=1),))
            self._decoy = hasher.hash(new_secret())
            self._hasher = hasher
        return self._hasher

    async def _heavy(self, work: Callable[[], T]) -> T:
        if self._here >= AT_ONCE + MAX_WAITING:
            raise Unavailable("Too many passwords are being checked.", hint="Try again in a moment.")
        self._here += 1
        # Shielded: a thread goes on when its caller leaves, and so long the slot is taken.
        return await asyncio.shield(spawn(self._in_thread(work), name="password"))

    async def _in_thread(self, work: Callable[[], T]) -> T:
        try:
            async with self._free:
                return await asyncio.to_thread(work)
        finally:
            self._here -= 1


def _encoded(password: str) -> bytes:
    return password.encode("utf-8", "surrogatepass")
