"""Mirrors: bare repositories under `repos/` that hold what a server has, so that many tasks fetch it once.

A task never gets a mirror to write in, and never anything out of one for which its own credentials were not good just
now: every clone begins with a fetch, and a mirror belongs to one address with one set of credentials.
"""

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import uuid4
from weakref import WeakValueDictionary

from pydantic import SecretStr

from machine.domain.code import CodeSource
from machine.domain.errors import CodeFault
from machine.domain.git_address import GitAddress, address_of, mirror_name
from machine.git.access import login, without
from machine.git.program import Git, Ran, last_words

FETCH_SECONDS: Final = 1800.0
REFRESH_SECONDS: Final = 20.0
"""For looking again at the end of a task: whoever waits for its result does not wait for a dead server."""
PAUSES_SECONDS: Final = (0.5, 2.0, 5.0)
"""Before the tries after the first."""

_NO_HEAD: Final = "--initial-branch=machine/no-branch"
"""A mirror checks nothing out, and its clones shall begin with no branch but their task's."""
_ALL: Final = ("+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")
_COMMIT: Final = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_PART_OF_COMMIT: Final = re.compile(r"[0-9a-f]{7,64}")
_PASSING: Final = re.compile(
    r"could not resolve host|connection (?:refused|timed out|reset)|couldn't connect|failed to connect"
    r"|returned error: (?:429|5\d\d)|unable to connect|rpc failed|early eof|unexpected disconnect|hung up unexpectedly"
    r"|empty reply|operation too slow|temporary failure",
    re.IGNORECASE,
)
_REFUSED: Final = re.compile(
    r"authentication failed|could not read (?:username|password)|returned error: (?:401|403|404)|not found"
    r"|permission denied|access denied|does not appear to be a git repository|repository not exported"
    r"|publickey|host key verification",
    re.IGNORECASE,
)
_UNKNOWN_REF: Final = re.compile(r"couldn't find remote ref|not our ref|no such ref|unadvertised object", re.IGNORECASE)


@dataclass(frozen=True)
class Mirrored:
    """What was asked for, in a mirror: the commit of the ref, and the commit that the work is compared with."""

    path: Path
    head: str
    base: str


class Mirrors:
    """One fetch at a time for each mirror; mirrors of different repositories do not wait for each other."""

    def __init__(self, root: Path, making: Path, git: Git) -> None:
        """`making` is where what is half done lies."""
        self._root = root
        self._making = making
        self._git = git
        self._locks: WeakValueDictionary[Path, asyncio.Lock] = WeakValueDictionary()

    def path_of(self, code: CodeSource) -> Path:
        """Where the mirror is, or will be."""
        return self._root / mirror_name(address_of(code.repository), code.credentials)

    @asynccontextmanager
    async def fetched(self, code: CodeSource, secret: SecretStr | None) -> AsyncIterator[Mirrored]:
        """Fetch everything, and the ref and base that are asked for; inside, nobody changes it. Raises CodeFault."""
        wanted = [_spec(name) for name in (code.ref, code.base) if name is None or name.startswith("refs/")]
        path = await self.opened(code)
        async with self._lock(path):
            await self._fetch(path, code, secret, wanted)
            head = await self._resolved(path, code, code.ref, secret)
            base = head if code.base is None else await self._resolved(path, code, code.base, secret)
            if base != head:
                ran = await self._git.run("merge-base", base, head, cwd=path, environment={"GIT_DIR": str(path)})
                base = ran.text if ran.code == 0 else base
            yield Mirrored(path, head, base)

    async def refresh(self, code: CodeSource, secret: SecretStr | None) -> bool:
        """Fetch branches and tags once more, in a short time; whether that worked."""
        path = await self.opened(code)
        try:
            async with asyncio.timeout(REFRESH_SECONDS), self._lock(path):
                return (await self._once(path, code, secret, ())).code == 0
        except (CodeFault, TimeoutError):
            return False

    async def opened(self, code: CodeSource) -> Path:
        """The mirror's folder, made whole or not at all where it is missing."""
        path = self.path_of(code)
        async with self._lock(path):
            if not await asyncio.to_thread(path.exists):
                draft = self._making / uuid4().hex
                await asyncio.to_thread(draft.mkdir, mode=0o700, parents=True)
                await self._git.must("init", "--quiet", "--bare", "--template=", _NO_HEAD, "--", str(draft), cwd=draft)
                await asyncio.to_thread(draft.rename, path)
        return path

    def _lock(self, path: Path) -> asyncio.Lock:
        """The mirror's lock; it lives as long as somebody holds it, or waits for it."""
        return self._locks.setdefault(path, asyncio.Lock())

    async def _fetch(self, path: Path, code: CodeSource, secret: SecretStr | None, wanted: Sequence[str]) -> None:
        ran = await self._once(path, code, secret, wanted)
        for pause in PAUSES_SECONDS:
            if ran.code == 0 or not _PASSING.search(ran.error):
                break
            await asyncio.sleep(pause)
            ran = await self._once(path, code, secret, wanted)
        if ran.code:
            raise _fault(address_of(code.repository), code, without(ran.error, secret), is_secret=secret is not None)

    async def _once(self, path: Path, code: CodeSource, secret: SecretStr | None, wanted: Sequence[str]) -> Ran:
        address = address_of(code.repository)
        async with login(address, secret, self._root) as given:
            return await self._git.run(
                *("fetch", "--quiet", "--prune", "--force", "--no-tags", "--no-write-fetch-head"),
                *("--", address.text, *_ALL, *dict.fromkeys(wanted)),
                cwd=path,
                environment={**given.environment, "GIT_DIR": str(path)},
                config=given.config,
                seconds=FETCH_SECONDS,
            )

    async def _resolved(self, path: Path, code: CodeSource, name: str | None, secret: SecretStr | None) -> str:
        if found := await self._found(path, *_places(name)):
            return found
        if name is not None and _COMMIT.fullmatch(name):  # of no branch: servers give it when asked for by its name
            await self._fetch(path, code, secret, [_spec(name)])
            if found := await self._found(path, _own(name)):
                return found
        raise _unknown(address_of(code.repository), name)

    async def _found(self, path: Path, *places: str) -> str:
        """The commit of the first of `places` that there is; empty when there is none."""
        for place in places:
            ran = await self._git.run(
                *("rev-parse", "--verify", "--quiet", place + "^{commit}"),
                cwd=path,
                environment={"GIT_DIR": str(path)},
            )
            if ran.code == 0:
                return ran.text
        return ""


def _own(name: str | None) -> str:
    """Where a mirror keeps a ref that was asked for; pruning never touches it."""
    return f"refs/machine/asked/{hashlib.sha256((name or 'HEAD').encode()).hexdigest()[:32]}"


def _spec(name: str | None) -> str:
    return f"+{name or 'HEAD'}:{_own(name)}"


def _places(name: str | None) -> tuple[str, ...]:
    if name is None or name.startswith("refs/"):
        return (_own(name),)
    named = (f"refs/heads/{name}", f"refs/tags/{name}")
    return (*named, name) if _PART_OF_COMMIT.fullmatch(name) else named


def _unknown(address: GitAddress, name: str | None) -> CodeFault:
    if name is None:
        return CodeFault(f"{address.text} is empty.", hint="Push a first commit to it, then try again.")
    return CodeFault(
        f"{address.text} has no branch, tag, commit or ref {name}.",
        hint="Name one that it has; forks' merge requests have refs such as refs/pull/7/head.",
    )


def _fault(address: GitAddress, code: CodeSource, error: str, *, is_secret: bool) -> CodeFault:
    if found := _UNKNOWN_REF.search(error):
        asked = [name for name in (code.ref, code.base) if name and name in error[found.start() :]]
        return _unknown(address, asked[0] if asked else code.ref)
    if _REFUSED.search(error):
        what = "with the credentials that were named" if is_secret else "without credentials"
        return CodeFault(
            f"{address.text} cannot be read {what}: {last_words(error)}",
            hint="Check the address, and the variable with the token that you name as credentials.",
        )
    return CodeFault(
        f"{address.text} cannot be fetched: {last_words(error)}", hint="Try again when its server answers."
    )
