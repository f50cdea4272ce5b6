"""Webhooks over the wire. Their secrets never are."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from machine.domain.definitions import Definition, DefinitionFault, Preview
from machine.domain.happening import Happening
from machine.domain.profile import Profile
from machine.domain.triggering import TriggerState
from machine.domain.webhook import (
    Delivery,
    DeliveryOutcome,
    GenericScheme,
    ProviderName,
    ReplySettings,
    Webhook,
    WrittenTime,
)
from machine.domain.webhook_trigger import Trigger
from machine.engine.webhook_simulation import Simulation
from machine.webhooks.matching import Match, Matched, Trace
from machine.webhooks.provider import SetupHints


class _Out(BaseModel):
    model_config = ConfigDict(frozen=True)


class SimulatedDelivery(BaseModel):
    """A payload as JSON, or with `raw` exactly what was sent: then the signature is checked, too."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    payload: Any = None
    raw: str | None = None
    headers: dict[str, Annotated[str, Field(max_length=8192)]] = Field(default_factory=dict, max_length=50)
    """Such as `X-GitHub-Event: issues`."""


class PausedTrigger(_Out):
    """A trigger that starts nothing until a person resumes it."""

    trigger: str
    since: datetime
    why: str

    @classmethod
    def of(cls, state: TriggerState) -> "PausedTrigger":
        return cls(trigger=state.trigger, since=state.paused_at or state.room_at, why=state.why)


class WebhookView(_Out):
    """A webhook as it is in force, and where to send to."""

    name: str
    provider: ProviderName
    description: str
    enabled: bool
    unsigned: bool
    has_secret: bool
    secret_ref: str | None
    """Name of the variable that holds the secret."""
    url: str
    scheme: GenericScheme | None
    base_url: str | None
    reply: ReplySettings | None
    """With the name of the variable that holds the token, not the token."""
    own_ids: list[str]
    allowed_bots: list[str]
    triggers: list[Trigger]
    user_id: str
    problem: str
    """Why it starts nothing, and what to do; empty where nothing is wrong, and for all but administrators."""
    old_secret_until: datetime | None
    """Until when the secret before this one is accepted as well."""
    warnings: list[str]
    paused: list[PausedTrigger]
    """Triggers that failed too often in a row; a person resumes them."""

    @classmethod
    def fields(
        cls,
        found: Definition[Webhook],
        url: str,
        *,
        enabled: bool,
        paused: Iterable[TriggerState] = (),
        trouble: str | None = None,
        problem: str = "",
    ) -> dict[str, Any]:
        """The values for this model; `trouble`: what is wrong with its replies."""
        public = found.model.public()
        shown = {name: public[name] for name in WebhookView.model_fields if name in public}
        warnings = [*found.warnings, *([trouble] if trouble else [])]
        resting = [PausedTrigger.of(state) for state in paused if state.webhook == found.name]
        return {**shown, "url": url, "enabled": enabled, "warnings": warnings, "paused": resting, "problem": problem}


class OldSecret(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    old_secret_until: WrittenTime | None = None
    """At most 30 days from now; unset: the old one is refused from now on."""


class FreshSecret(_Out):
    secret: str
    """Shown this once."""


class WebhookList(_Out):
    items: list[WebhookView]
    faults: list[DefinitionFault]
    """What is wrong with files under `config/webhooks`; the last good versions are in force."""


class WebhookDetail(WebhookView):
    """A webhook, with what to enter at its provider."""

    setup: SetupHints
    listens_to: list[str]
    """Events of its triggers: those to choose at the provider."""
    content_hash: str
    faults: list[DefinitionFault]
    """What is wrong with the newest version of its file; this is the last good one."""
    revertible: bool
    """Whether the version before the last save can be brought back."""


class WebhookPreview(Preview):
    """What would be saved, and what to enter at its provider."""

    url: str
    setup: SetupHints
    listens_to: list[str]
    triggers: list[Trigger]


class Resumed(_Out):
    """How many triggers start tasks again."""

    resumed: int


def listens_to(webhook: Webhook) -> list[str]:
    """The events of its triggers, each once, in their order."""
    events = [event for trigger in webhook.triggers if trigger.enabled for event in trigger.events]
    return list(dict.fromkeys(events))


class DeliveryView(_Out):
    """A delivery, without its body."""

    delivery_id: str
    webhook: str
    provider: ProviderName
    provider_delivery_id: str
    event: str
    received_at: datetime
    outcome: DeliveryOutcome
    why: str
    task_ids: list[str]
    headers: dict[str, str]
    """Without the values of what may be secret."""
    happening: Happening | None

    @classmethod
    def of(cls, delivery: Delivery) -> "DeliveryView":
        return cls.model_validate(delivery.model_dump(exclude={"body"}))


class DeliveryList(_Out):
    items: list[DeliveryView]
    next_cursor: str | None


class SignatureView(_Out):
    valid: bool | None
    """Null: it was not checked."""
    detail: str


class TraceView(_Out):
    trigger: int
    name: str
    matched: bool
    why: str
    is_fault: bool


class MatchView(_Out):
    """A task that would be started."""

    trigger: int
    agent: str | None
    """The one that the trigger names; unset: rules decide, or the Brain."""
    profile: Profile
    title: str
    prompt: str


class SimulationView(_Out):
    """What would have become of a delivery. Nothing was started or stored."""

    signature: SignatureView
    event: str
    happening: Happening | None
    hops: int
    ignored: str | None
    triggers: list[TraceView]
    tasks: list[MatchView]

    @classmethod
    def of(cls, simulated: Simulation) -> "SimulationView":
        found = simulated.found
        if found is None:
            ignored: str | None = "The provider only asks whether this is the right address."
        else:
            ignored = None if isinstance(found, Matched) else found.why
        return cls(
            signature=SignatureView(valid=simulated.signature_ok, detail=simulated.signature),
            event=simulated.event,
            happening=simulated.happening,
            hops=simulated.hops,
            ignored=ignored,
            triggers=[_trace(trace) for trace in found.traces] if found is not None else [],
            tasks=[_match(one) for one in found.matches] if isinstance(found, Matched) else [],
        )


def _trace(trace: Trace) -> TraceView:
    return TraceView(
        trigger=trace.index, name=trace.name, matched=trace.matched, why=trace.why, is_fault=trace.is_fault
    )


def _match(one: Match) -> MatchView:
    return MatchView(
        trigger=one.index, agent=one.trigger.agent, profile=one.profile, title=one.title, prompt=one.prompt
    )
