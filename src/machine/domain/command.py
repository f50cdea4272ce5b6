"""What is wanted of a task that may be at work in another process: a wish, who has it, and what came of it."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from machine.domain.approval import Answer
from machine.domain.principal import Principal
from machine.domain.problem import Problem


class _Wish(BaseModel):
    model_config = ConfigDict(frozen=True)

    task_id: str

    @property
    def seconds(self) -> float:
        """The longest that doing it may take."""
        return 120.0

    @property
    def lane(self) -> str:
        """Wishes of one lane are done one after another. To stop a task waits for nobody, and neither does looking."""
        return ""

    @property
    def about_files(self) -> bool:
        """Whether it takes the files of the task's workspace."""
        return False


class _InTurn(_Wish):
    @property
    def lane(self) -> str:
        return self.task_id


class _OfFiles(_Wish):
    @property
    def about_files(self) -> bool:
        return True


class SendInput(_InTurn):
    """Say something. Asked twice with one `input_id`, it is said once."""

    kind: Literal["input"] = "input"
    message: str
    input_id: str


class AnswerApproval(_InTurn):
    kind: Literal["answer"] = "answer"
    approval_id: str
    answer: Answer
    stored: bool = False
    """Another machine has stored it while the task went on here: it is only to be seen to."""


class ChangeLogin(_Wish):
    """To be done with Claude's login on a machine that starts CLIs; it is about no task. What is secret in it is
    `sealed` with the key that machines share."""

    kind: Literal["login"] = "login"
    task_id: str = ""
    what: Literal["validate", "upload", "keep", "drop", "log_out", "begin", "complete"]
    sealed: str = ""

    @property
    def lane(self) -> str:
        return self.kind


class Interrupt(_Wish):
    kind: Literal["interrupt"] = "interrupt"


class Stop(_Wish):
    """`by` is the user who wants it."""

    kind: Literal["stop"] = "stop"
    by: str | None = None


class ShowDiff(_OfFiles):
    kind: Literal["diff"] = "diff"


class Push(_OfFiles):
    kind: Literal["push"] = "push"

    @property
    def seconds(self) -> float:
        return 660.0  # git may take ten minutes of it


class ListFiles(_OfFiles):
    kind: Literal["files"] = "files"
    path: str


class ReadFile(_OfFiles):
    kind: Literal["file"] = "file"
    path: str


Wish = Annotated[
    SendInput | AnswerApproval | ChangeLogin | Interrupt | Stop | ShowDiff | Push | ListFiles | ReadFile,
    Field(discriminator="kind"),
]


class Outcome(BaseModel):
    """What came of a command: the answer as JSON text, or a problem."""

    model_config = ConfigDict(frozen=True)

    answer: str | None = None
    problem: Problem | None = None


class NewCommand(BaseModel):
    """A wish for the machine that has the task."""

    model_config = ConfigDict(frozen=True)

    machine_id: str
    wish: Wish
    caller: Principal | None
    asked_by: str
    """The process that waits for the answer."""


class Command(NewCommand):
    """A wish as it was stored. Times are the database's; numbers rise in the order of asking."""

    command_id: int
    asked_at: datetime
