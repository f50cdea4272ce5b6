"""Claude's login on this machine: looking at it, trying it, and putting another one in its place."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Literal, Protocol

from pydantic import SecretStr

from machine.domain.auth_status import AuthStatusData
from machine.domain.costs import CostKind
from machine.domain.messages import ApiFault, QuotaSeen, TurnEnded
from machine.domain.variable import Variable
from machine.ports.values import Value

LoginSource = Literal["environment", "stored", "file", "own_folder", "demo"]
"""What Claude Code uses: variables of the daemon's start, a key or token kept here, the login file in the data folder,
a person's own folder that CLAUDE_CONFIG_DIR names, or nothing at all in the demo."""


class Trial(Value):
    """What one real request through the CLI came to. At most one of `refused` and `unreachable` is set, where the CLI
    was ended because it only went on trying."""

    turn: TurnEnded | None = None
    fault: ApiFault | None = None
    quota: QuotaSeen | None = None
    refused: bool = False
    unreachable: bool = False
    said: str = ""


class LoginWays(Value):
    """Which way the CLI logs in, and the variable that decides it."""

    source: LoginSource
    variable: str | None = None
    folder: str = ""
    """Where the login file lies, whether or not it is used."""
    folder_is_a_persons: bool = False


class SignIn(Protocol):
    """One run of the CLI's own `auth login`."""

    url: str
    """Where a person gets the code."""

    async def answer(self, code: str) -> str | None:
        """Hand the code over. What the CLI says where it asks for it once more; None when it is done.

        Raises SignInFailed.
        """
        ...

    async def login(self) -> bytes:
        """The login file that came of it. Raises SignInFailed."""
        ...

    async def close(self) -> None:
        """End the CLI and forget everything."""
        ...


class ClaudeAccount(Protocol):
    """What `engine.AuthManager` does with the login. Files are the CLI's own; its locks are held while one is written.

    Raises CliMissing and StoreError where the CLI or the disk does not play along.
    """

    @property
    def ways(self) -> LoginWays: ...

    async def read(self) -> bytes | None:
        """The login file in force; None where there is none."""
        ...

    async def try_current(self) -> Trial:
        """One request with the login in force."""
        ...

    async def try_file(self, content: bytes) -> tuple[Trial, bytes]:
        """One request with another login, in a folder of its own; with the file as the CLI left it: it may have been
        renewed, and then the one before is worth nothing."""
        ...

    async def try_variables(self, variables: Mapping[str, SecretStr]) -> Trial:
        """One request with a key or token in place of what is in force."""
        ...

    async def put(self, content: bytes, *, keep_former: bool) -> None:
        """Put a login file in force, 0600, whole or not at all. `keep_former` sets the one before aside."""
        ...

    async def settle(self, *, good: bool) -> bool:
        """What was set aside is forgotten (`good`) or put back. Whether there was something."""
        ...

    async def forget(self) -> None:
        """Remove the login file, and what was set aside."""
        ...

    def use(self, variables: Mapping[str, SecretStr]) -> None:
        """From now on CLIs get these in place of keys and tokens of the daemon's environment; none: those again."""
        ...

    async def sign_in(self) -> SignIn:
        """Begin the CLI's own login. Raises SignInFailed."""
        ...


class LendingAccount(ClaudeAccount, Protocol):
    """One whose login may be another's, which is lent."""

    async def lend(self, content: bytes | None) -> None:
        """Put this login file in force without what renews it; None takes back what was lent. A login of this machine's
        own is set aside."""
        ...


class KeptSecrets(Protocol):
    """Keys and tokens that log Claude Code in, sealed. Raises KeyUnusable, StoreError."""

    def has(self, name: str) -> bool: ...

    def all(self) -> tuple[Variable, ...]: ...

    async def values_of(self, names: Iterable[str]) -> Mapping[str, str]: ...

    async def set(self, values: Mapping[str, str], *, by: str) -> object: ...

    async def delete(self, name: str) -> None:
        """Raises NotFound."""
        ...


class LoginSeen(Protocol):
    """What is known of whether Claude Code can work: on this machine, or on all together."""

    @property
    def state(self) -> AuthStatusData: ...

    @property
    def open(self) -> bool:
        """Whether tasks may start."""
        ...

    @property
    def cost_kind(self) -> CostKind: ...

    @property
    def method(self) -> str | None:
        """The CLI's own word for how it logs in."""
        ...

    @property
    def last_worked_at(self) -> datetime | None: ...

    @property
    def last_refused_at(self) -> datetime | None: ...
