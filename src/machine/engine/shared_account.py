"""`ports.ClaudeAccount` of a machine in a fleet: the login file is the fleet's, and lent to this machine."""

from collections.abc import Mapping

from pydantic import SecretStr

from machine.engine.shared_login import FILE, FORMER, SharedLogin
from machine.ports import LendingAccount, LoginWays, SignIn, Trial

_BY = ""


class SharedAccount:
    """Trials are this machine's; what is put in force is stored for all."""

    def __init__(self, account: LendingAccount, shared: SharedLogin) -> None:
        self._account = account
        self._shared = shared

    @property
    def ways(self) -> LoginWays:
        return self._account.ways

    async def read(self) -> bytes | None:
        """The login file of all; where there is none, this machine's own."""
        await self._shared.look()
        content = self._shared.opened(FILE)
        return await self._account.read() if content is None else content.encode()

    async def try_current(self) -> Trial:
        return await self._account.try_current()

    async def try_file(self, content: bytes) -> tuple[Trial, bytes]:
        await self._shared.check_key()
        return await self._account.try_file(content)

    async def try_variables(self, variables: Mapping[str, SecretStr]) -> Trial:
        await self._shared.check_key()
        return await self._account.try_variables(variables)

    async def put(self, content: bytes, *, keep_former: bool) -> None:
        await self._shared.look()
        former = self._shared.opened(FILE) if keep_former else None
        await self._shared.change({FILE: content.decode(), FORMER: former}, by=_BY)
        await self.lend_here()

    async def settle(self, *, good: bool) -> bool:
        await self._shared.look()
        former = self._shared.opened(FORMER)
        if former is None:
            return False
        await self._shared.change({FORMER: None} if good else {FILE: former, FORMER: None}, by=_BY)
        await self.lend_here()
        return True

    async def forget(self) -> None:
        await self._shared.change({FILE: None, FORMER: None}, by=_BY)
        await self._account.forget()

    async def lend_here(self) -> None:
        """Give this machine's CLIs what all share now, without what renews it. Raises KeyUnusable, StoreError."""
        content = self._shared.opened(FILE)
        if not self._account.ways.folder_is_a_persons:
            await self._account.lend(None if content is None else content.encode())

    def use(self, variables: Mapping[str, SecretStr]) -> None:
        self._account.use(variables)

    async def sign_in(self) -> SignIn:
        await self._shared.check_key()
        return await self._account.sign_in()
