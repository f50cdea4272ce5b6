"""How much the machine does, in figures."""

from collections.abc import Mapping
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

from machine.domain.task import QueueReason


class MachineStatusData(BaseModel):
    """Running, queued and waiting tasks, and the slots for those that run."""

    model_config = ConfigDict(frozen=True)

    machine_id: str
    state: Literal["ready", "draining"]
    running: int
    queued: int
    waiting: int
    slots: int
    held_back: str = ""
    """Why queued tasks are not started though there are slots: the disk is nearly full. Empty: they are."""
    parked: Mapping[QueueReason, int] = {}
    """How many of the queued ones stand still, by reason: for a login, the quota or a budget."""


class MachineWarning(BaseModel):
    """Something that is not as it should be and does not stop the machine. `code` is stable, and made for programs;
    `message` says what is so, `hint` what to do. `about` names what it is about, such as `webhook/issues`."""

    model_config = ConfigDict(frozen=True)

    code: Literal[
        "runs_as_root",
        "agents_not_kept_in",
        "agents_outside_sandbox",
        "starts_nothing",
        "redis_away",
        "secret_key_differs",
        "labels_missing",
        "disk_nearly_full",
    ]
    message: str
    hint: str
    about: str = ""


def exposure(
    *, is_root: bool, kept_in: bool, own_users: bool = False, why_not: str = "", remedy: str = ""
) -> tuple[MachineWarning, ...]:
    """What an agent can reach because of the user that the daemon runs as, and of commands that nothing keeps in.

    `own_users`: agents run as users of their own, to whom what is the machine's is closed.
    `why_not` and `remedy` are the sandbox's own words where it is not active.
    """
    found = []
    if is_root:
        message = (
            "The machine runs as root. What gets out of an agent's sandbox, or is never in it, owns this computer."
        )
        hint = "Run it as a user of its own, who may write in its data folder and nowhere else."
        found.append(MachineWarning(code="runs_as_root", message=message, hint=hint))
    if not kept_in:
        reach = (
            "Commands of agents reach this computer's other servers and its network; the machine's files are closed to "
            "their users."
            if own_users
            else "An agent can read what the daemon can, and change it: its commands run as the same user."
        )
        message = f"{reach} {why_not}"
        found.append(MachineWarning(code="agents_not_kept_in", message=message.strip(), hint=remedy or _SWITCH_ON))
    return tuple(found)


_SWITCH_ON: Final = "Take MACHINE_SANDBOX=off away, and start the machine again."
