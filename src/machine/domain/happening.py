"""What a webhook's delivery says, in the same words for every provider. Everything in it was written by others."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Actor(BaseModel):
    """Who caused an event. `login` is set only where the provider keeps it unique; `name` is free text."""

    model_config = ConfigDict(frozen=True)

    id: str = ""
    login: str = ""
    name: str = ""
    is_bot: bool = False
    association: str = ""
    """Their standing in the repository, in capitals (GitHub: OWNER, MEMBER, …); empty when not theirs for sure."""


class RepositoryRef(BaseModel):
    """The repository an event is about."""

    model_config = ConfigDict(frozen=True)

    id: str = ""
    full_name: str = ""
    clone_url: str = ""
    web_url: str = ""
    default_branch: str = ""


class Happening(BaseModel):
    """One event. Texts are bounded and clean: no NUL, no lone surrogates. Times, if any, stay in the payload."""

    model_config = ConfigDict(frozen=True)

    provider: str
    event: str
    """The provider's own word, of letters, digits and `_ : / . -`."""
    action: str = ""
    title: str = ""
    text: str = ""
    """The body: of the comment for a comment, else of the issue, merge request, message."""
    url: str = ""
    actor: Actor = Field(default_factory=Actor)
    labels: tuple[str, ...] = ()
    repository: RepositoryRef | None = None
    ref: str = ""
    """The branch or tag that the event is about."""
    checkout_ref: str = ""
    """The ref under which the repository itself offers that code, forks' merge requests included."""
    base_ref: str = ""
    sha: str = ""
    number: str = ""
    """Of the issue or merge request, as people write it: `12`, `TES-41`."""
    kind: Literal["comment", "command", "change", "ping"] = "change"
    """`comment` and `command` (Slack's) may call a trigger by its command."""
    command: str = ""
    """Slack's slash command, with the slash."""
    own_ids: tuple[str, ...] = ()
    """Ids that the delivery itself says are ours (Slack names the bot that it was delivered to)."""
    is_system: bool = False
    """Written by the provider itself, such as a note that says that a label was added."""
    fields: dict[str, str] = Field(default_factory=dict)
    """What else a reply or a template needs: ids of projects, issues, channels and threads."""

    @property
    def full_event(self) -> str:
        return f"{self.event}.{self.action}" if self.action else self.event


class DeliveryData(BaseModel):
    """What everybody who watches is told of a delivery that was stored."""

    model_config = ConfigDict(frozen=True)

    webhook: str
    delivery_id: str
    event: str
    outcome: Literal["accepted", "ignored"]
    why: str = ""
    task_ids: tuple[str, ...] = ()
