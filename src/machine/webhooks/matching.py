"""From an event to the work that it starts, or to the reason why it starts none. Pure: no clock, no store."""

import re
from dataclasses import dataclass
from typing import Any, Final

from machine.domain.happening import Happening
from machine.domain.profile import Profile
from machine.domain.task import title_of
from machine.domain.webhook import Webhook
from machine.domain.webhook_conditions import ConditionFault
from machine.domain.webhook_templates import TemplateFault
from machine.domain.webhook_trigger import Trigger
from machine.webhooks.provider import Provider
from machine.webhooks.rendering import new_fence, render_key, render_prompt, render_word, values_of

MAX_COMMAND_LINES: Final = 2_000
_COMMAND: Final = re.compile(r" {0,3}(/[A-Za-z0-9][A-Za-z0-9_-]{0,40})(?:[ \t]+(.*))?")
_CODE: Final = re.compile(r" {0,3}(?:```|~~~)")


@dataclass(frozen=True)
class CheckoutRequest:
    """Which code the task works on. Both were made from the payload: not to be trusted as addresses or options."""

    repository: str
    ref: str


@dataclass(frozen=True)
class Match:
    """One task to start."""

    trigger: Trigger
    index: int
    """Of the trigger in the webhook, from 0."""
    profile: Profile
    title: str
    prompt: str
    concurrency_key: str
    """With the webhook's name before it."""
    checkout: CheckoutRequest | None = None


@dataclass(frozen=True)
class Trace:
    """What was decided about one trigger, in words."""

    index: int
    name: str
    matched: bool
    why: str
    is_fault: bool = False
    """The definition does not fit the payload: its owner should know."""


@dataclass(frozen=True)
class Matched:
    """At least one trigger matched."""

    matches: tuple[Match, ...]
    traces: tuple[Trace, ...]


@dataclass(frozen=True)
class Ignored:
    """Nothing is started, on purpose."""

    why: str
    traces: tuple[Trace, ...] = ()


@dataclass(frozen=True)
class _Event:
    webhook: Webhook
    happening: Happening
    payload: Any
    delivery_id: str
    hops: int
    fence: str


class _Unmatched(Exception):
    def __init__(self, why: str, *, is_fault: bool = False) -> None:
        super().__init__(why)
        self.is_fault = is_fault


def match(
    webhook: Webhook, provider: Provider, happening: Happening, payload: Any, *, delivery_id: str, hops: int = 0
) -> Matched | Ignored:
    """What `webhook` makes of an event. `hops`: how many causes made by this machine led to it, 0 for none."""
    if not webhook.enabled:
        return Ignored("The webhook is switched off.")
    if happening.kind == "ping":
        return Ignored("This was a ping: address and secret are right.")
    if reason := provider.is_own_or_bot(happening, webhook):
        return Ignored(reason)
    event = _Event(webhook, happening, payload, delivery_id, hops, new_fence())
    matches, traces = [], []
    for index, trigger in enumerate(webhook.triggers):
        try:
            found = _match(event, trigger, index)
        except _Unmatched as reason_not:
            traces.append(Trace(index, trigger.name or "", False, str(reason_not), reason_not.is_fault))
        else:
            matches.append(found)
            traces.append(Trace(index, trigger.name or "", True, f"It matches, with the profile {found.profile}."))
    if matches:
        return Matched(tuple(matches), tuple(traces))
    return Ignored(_why(happening, traces), tuple(traces))


def find_command(text: str, command: str) -> str | None:
    """What follows `command` on the first line that begins with it, or None. Quotations and code do not count."""
    in_code = False
    for line in text.splitlines()[:MAX_COMMAND_LINES]:
        if _CODE.match(line):
            in_code = not in_code
        found = None if in_code else _COMMAND.fullmatch(line)
        if found and found[1].lower() == command.lower():
            return (found[2] or "").strip()
    return None


def _match(event: _Event, trigger: Trigger, index: int) -> Match:
    happening = event.happening
    if not trigger.enabled:
        raise _Unmatched("The trigger is switched off.")
    if not any(pattern.matches(happening.event, happening.action) for pattern in trigger.compiled_events):
        raise _Unmatched(f"It listens to {', '.join(trigger.events)}, not to {happening.full_event}.")
    arguments = _arguments(trigger, happening)
    profile = _profile(event, trigger)
    if event.hops > trigger.max_hops:
        raise _Unmatched(f"This machine caused it itself over {event.hops} steps; {trigger.max_hops} are allowed.")
    _check_condition(trigger, event.payload)
    return _render(event, trigger, index, profile, arguments)


def _arguments(trigger: Trigger, happening: Happening) -> str:
    if trigger.command is None:
        return ""
    if happening.kind == "command":
        if happening.command.lower() == trigger.command:
            return happening.text
        raise _Unmatched(f"It is for the command {trigger.command}.")
    found = find_command(happening.text, trigger.command) if happening.kind == "comment" else None
    if found is None:
        raise _Unmatched(f"No line of a comment begins with {trigger.command}.")
    return found


def _profile(event: _Event, trigger: Trigger) -> Profile:
    if trigger.who is None:
        return Profile.UNTRUSTED
    # Without a signature anybody can claim to be anybody.
    if not event.webhook.unsigned and any(who.means(event.happening.actor) for who in trigger.who):
        return trigger.profile
    if trigger.others == "untrusted":
        return Profile.UNTRUSTED
    actor = event.happening.actor
    raise _Unmatched(f"{actor.login or actor.id or 'Who caused it'} is not among those who may trigger it.")


def _check_condition(trigger: Trigger, payload: Any) -> None:
    condition = trigger.compiled_condition
    try:
        if condition is not None and not condition.holds(payload):
            raise _Unmatched(f"Its condition is not true of this payload: {trigger.condition}")
    except ConditionFault as fault:
        raise _Unmatched(f"Its condition cannot be checked: {fault}.", is_fault=True) from None


def _render(event: _Event, trigger: Trigger, index: int, profile: Profile, arguments: str) -> Match:
    webhook, happening = event.webhook, event.happening
    templates = [trigger.compiled_prompt, trigger.compiled_key]
    if trigger.checkout is not None:
        templates.extend(trigger.checkout.templates)
    uses_payload = any("payload" in template.names for template in templates)
    payload = event.payload if uses_payload else None
    values = values_of(webhook.name, happening, payload, event.delivery_id, trigger.command or "", arguments)
    try:
        prompt = render_prompt(trigger.compiled_prompt, values, happening, event.fence)
        key = render_key(trigger.compiled_key, values) or event.delivery_id
        checkout = None
        if trigger.checkout is not None:
            checkout = CheckoutRequest(*(render_word(template, values) for template in trigger.checkout.templates))
    except TemplateFault as fault:
        raise _Unmatched(f"A template of it fails: {fault}.", is_fault=True) from None
    title = title_of(f"{webhook.name}: {happening.title or happening.full_event}")
    return Match(trigger, index, profile, title, prompt.text, f"webhook {webhook.name}: {key}", checkout)


def _why(happening: Happening, traces: list[Trace]) -> str:
    if not traces:
        return "The webhook has no trigger."
    if len(traces) == 1:
        return traces[0].why
    return f"No trigger matches {happening.full_event}. " + " ".join(f"{t.index + 1}: {t.why}" for t in traces[:5])
