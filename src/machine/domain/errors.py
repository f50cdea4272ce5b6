"""The one tree of errors.

Each error has a stable `code` for programs, a message for people that says what happened and to what, and a `hint` that
says what to do. They meet HTTP in one place (`machine.api.errors`), the terminal in another (`machine.cli`).
"""

from typing import ClassVar

from machine.domain.seen_lease import SeenLease


class MachineError(Exception):
    """Base of all errors of this program. `status` is the HTTP status that fits it."""

    code: ClassVar[str] = "internal"
    status: ClassVar[int] = 500

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class NotFound(MachineError):
    """Nothing with that id exists, or the caller may not know that it does."""

    code = "not_found"
    status = 404


class BadRequest(MachineError):
    """The request cannot be understood or is not allowed in this form."""

    code = "bad_request"
    status = 400


class Conflict(MachineError):
    """The request does not fit the present state of what it is about."""

    code = "conflict"
    status = 409


class ChangedMeanwhile(Conflict):
    """What was to be changed is no longer what the change began from."""

    code = "changed_meanwhile"


class CodeFault(Conflict):
    """A repository cannot be fetched, looked at or pushed to. The message has no secret in it."""

    code = "code_unavailable"


class IllegalTransition(Conflict):
    """A task cannot go from its status to the one asked for."""

    code = "illegal_transition"

    def __init__(self, task_id: str, old: str, new: str) -> None:
        super().__init__(f"Task {task_id} is {old} and cannot become {new}.", hint="Reload the task and look again.")


class StaleTask(Conflict):
    """The task changed between reading and writing; the database refused the write."""

    code = "stale_task"

    def __init__(self, task_id: str, expected: str) -> None:
        super().__init__(f"Task {task_id} is no longer {expected}.", hint="Reload the task and look again.")


class NotSignedIn(MachineError):
    """No login and no valid token came with the request."""

    code = "not_signed_in"
    status = 401


class BadSignature(MachineError):
    """A delivery that does not prove who sent it."""

    code = "bad_signature"
    status = 401


class Forbidden(MachineError):
    """The caller is known but may not do this."""

    code = "forbidden"
    status = 403


class TooLarge(MachineError):
    """A body or a text is over its limit."""

    code = "too_large"
    status = 413


class Unavailable(MachineError):
    """The machine cannot do this now: it drains, a queue is full, a disk is full."""

    code = "unavailable"
    status = 503


class NotDelivered(Unavailable):
    """A request to another system did not leave this machine: it can be made again."""

    code = "not_delivered"


class Unanswered(Unavailable):
    """A request to another system went out, and nobody knows what became of it."""

    code = "unanswered"


class StoreError(Unavailable):
    """The database refused a read or a write (disk full, read-only, damaged)."""

    code = "store_unavailable"


class LeaseLost(StoreError):
    """This machine was given up by its fleet: nothing that its present incarnation writes is stored."""

    code = "lease_lost"

    def __init__(self, machine_id: str) -> None:
        super().__init__(
            f"The machine {machine_id} is no longer a member of its fleet under the lease it had; nothing was stored.",
            hint="It registers anew by itself: try again in a moment.",
        )


class NameTaken(StoreError):
    """Another process holds this machine's name, with a lease that has not expired."""

    code = "machine_id_taken"

    def __init__(self, lease: SeenLease, *, seconds_left: float) -> None:
        super().__init__(
            f"Another process works as the machine {lease.machine_id}; its lease has {seconds_left:.0f} s to go.",
            hint="Give each machine of a fleet a MACHINE_ID of its own, or end the other one.",
        )
        self.lease = lease
        self.seconds_left = seconds_left


class SnapshotLost(Unavailable):
    """What a conversation takes along to another machine is not there, or is not what was stored."""

    code = "snapshot_lost"


class TooNew(MachineError):
    """The database was written by a newer program than this one."""

    code = "database_too_new"


class DataFolderInUse(MachineError):
    """Another daemon works on this data folder."""

    code = "data_folder_in_use"


class CliMissing(MachineError):
    """There is no Claude Code CLI to start."""

    code = "cli_missing"
    status = 503


class SandboxMissing(MachineError):
    """The sandbox was required and cannot be had here."""

    code = "sandbox_missing"
    status = 503


class StewardMissing(MachineError):
    """Agents shall be users of their own, and nothing here can switch to them."""

    code = "steward_missing"
    status = 503


class SignInFailed(MachineError):
    """Claude Code's own login was not completed."""

    code = "sign_in_failed"
    status = 409


class CliGone(MachineError):
    """The CLI ended before, or while, something was said to it."""

    code = "cli_gone"
    status = 409


class CliCrashed(MachineError):
    """The CLI ended before it said its first word. `exit_code` as the shell counts."""

    code = "cli_crashed"

    def __init__(self, message: str, *, exit_code: int = -1, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.exit_code = exit_code


class CliStarved(CliCrashed):
    """The CLI was ended by its warden, to which the daemon had not spoken for too long."""

    code = "cli_starved"
