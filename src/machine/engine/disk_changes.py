"""The audit log's entries for what somebody changes in the files under `config/`, past the machine's own doors."""

import asyncio
import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from machine.auth.secrets import Secrets
from machine.domain.definitions import DefinitionChange
from machine.domain.errors import MachineError
from machine.domain.principal import Principal, Role, User, Via
from machine.engine.audit import Audit
from machine.ports import Notes
from machine.registry.config_loader import ConfigLoader

SEEN: Final = "seen under config"
FILE_SYSTEM: Final = Principal(
    user=User(user_id="", name="the file system", role=Role.ADMINISTRATOR), via=Via.INTERNAL, credential_id=""
)
"""Who has changed a file is not known: whoever may write there."""

_log = logging.getLogger(__name__)


class DiskChanges:
    """Writes down what was changed. It was done already: what cannot be written down is in the program's log."""

    def __init__(
        self, *, audit: Audit, loader: ConfigLoader, variables: Secrets, notes: Notes, machine_id: str | None = None
    ) -> None:
        """`machine_id` says whose files they are, where several machines have some; unset on one that works alone."""
        self._audit = audit
        self._loader = loader
        self._variables = variables
        self._notes = notes
        self._where = {} if machine_id is None else {"machine": machine_id}
        self._kept: Mapping[str, str] = {}
        loader.listen(self._keep)
        loader.listen_to_hands(self.definitions)
        loader.also(self.sealed)

    async def since_last_time(self) -> None:
        """What is otherwise than when the machine last looked; at its first start that is nothing."""
        now = await asyncio.to_thread(self._digests)
        try:
            known = await self._notes.get(SEEN)
            before: Mapping[str, str] | None = None if known is None else json.loads(known)
            if before is not None:
                for name in sorted(name for name in {*before, *now} if before.get(name) != now.get(name)):
                    state = "gone" if name not in now else "new" if name not in before else "changed"
                    kind, _, object_id = name.partition("/")
                    await self._note(kind, object_id, {"state": state, "when": "before this start"})
        except (MachineError, ValueError) as error:
            _log.error("whether files under config were changed by hand cannot be told: %s", error)
        await self.close()

    async def close(self) -> None:
        """Keep how it all lies there now: what is otherwise at the next start, somebody has changed meanwhile. After a
        crash, that can be the machine's own last change as well."""
        await self._keep(())

    async def definitions(self, changes: Iterable[DefinitionChange]) -> None:
        """Definitions that were edited while the machine runs."""
        for change in changes:
            await self._note(change.kind.value, change.name, {"state": change.state.value})

    async def sealed(self) -> None:
        """Variables whose files somebody has changed. What was read before counts until the machine is restarted."""
        changed = await asyncio.to_thread(self._variables.changed_by_others)
        for name, state in changed.items():
            await self._note("variable", name, {"state": state, "counts": "from the next start"})
        if self._variables.digests() != self._kept:
            await self._keep(())

    async def _note(self, kind: str, name: str, summary: dict[str, str]) -> None:
        summary = {**summary, **self._where}
        try:
            async with self._audit.recording(FILE_SYSTEM, f"{kind}.file-changed", name, summary=summary):
                _log.warning("%s %s was changed by hand: %s", kind, name, ", ".join(summary.values()))
        except MachineError as error:
            _log.error("not in the audit log: %s %s was changed by hand: %s", kind, name, error.message)

    async def _keep(self, _: Sequence[DefinitionChange]) -> None:
        self._kept = self._variables.digests()
        try:
            await self._notes.put(SEEN, json.dumps(await asyncio.to_thread(self._digests), sort_keys=True))
        except MachineError as error:
            _log.error("what lies under config is not noted: %s", error.message)

    def _digests(self) -> dict[str, str]:
        """Of definitions and sealed variables, by `kind/name`. Blocking."""
        sealed = {f"variable/{name}": digest for name, digest in self._variables.digests().items()}
        return {**self._loader.digests(), **sealed}
