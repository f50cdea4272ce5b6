"""Webhooks: from a file to the model and back, and what of the model does nothing yet."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from machine.domain.definitions import (
    Definition,
    DefinitionFault,
    DefinitionFile,
    Files,
    InvalidDefinition,
    invalid,
)
from machine.domain.webhook import REPLYING, ProviderName, Webhook
from machine.domain.webhook_trigger import Trigger, WhenBusy
from machine.registry.file_shelf import ENDING
from machine.registry.skill_files import dumped
from machine.registry.yaml_text import parse_yaml, text_of

HEAD: Final = "# A webhook.\n"
KEEP_PRIVATE: Final = "# A webhook. It holds its secret: keep this file to yourself.\n"

_Place = tuple[str | int, ...]
_LATER_IN_TRIGGERS: Final[Mapping[str, str]] = {
    "checkout": "checking code out is not supported yet; leave it out",
    "rate_per_minute": "a limit on the rate is not supported yet; leave it out",
    "concurrency_key": "concurrency keys are not supported yet; leave it out",
}


def read_webhook(name: str, files: Files) -> Definition[Webhook]:
    """The webhook in its one file. Raises InvalidDefinition with everything that is wrong, and with no secret."""
    path = f"{name}{ENDING}"
    read = parse_yaml(text_of(files[path].content, path), path)
    said = read.data.get("name", name)
    if said != name:
        raise invalid(path, f"has to be {name}, as the file is called", line=read.line_of(("name",)), field="name")
    webhook = replace(read, data={**read.data, "name": name}).to_model(Webhook)
    if faults := list(unsupported(webhook)):
        raise InvalidDefinition(
            [
                DefinitionFault(path=path, line=read.line_of(place), field=_dotted(place), reason=reason)
                for place, reason in faults
            ]
        )
    return Definition(name, webhook, files, webhook.warnings())


def webhook_files(webhook: Webhook) -> Files:
    """The file of a webhook, a secret that it holds itself included; what was left at its default is not in it."""
    fields = webhook.model_dump(mode="json", exclude_unset=True, exclude={"secret"})
    head = HEAD
    if webhook.secret is not None:
        head = KEEP_PRIVATE
        fields["secret"] = webhook.secret.get_secret_value()
    return {f"{webhook.name}{ENDING}": DefinitionFile((head + dumped(fields)).encode("utf-8", "surrogatepass"))}


def unsupported(webhook: Webhook) -> Iterator[tuple[_Place, str]]:
    """What is asked for and would do nothing: where it stands, and what to do about it."""
    yield from _of_replies(webhook)
    for index, trigger in enumerate(webhook.triggers):
        for field, why in _in_trigger(trigger):
            yield ("triggers", index, field), why


def _of_replies(webhook: Webhook) -> Iterator[tuple[_Place, str]]:
    if webhook.reply is None:
        return
    if webhook.provider not in REPLYING:
        yield ("reply",), f"replies to {webhook.provider} are not supported yet; leave it out"
    elif webhook.provider is ProviderName.JIRA and webhook.base_url is None:
        yield ("reply",), "to reply, write where the Jira is: base_url: https://….atlassian.net"


def _in_trigger(trigger: Trigger) -> Iterator[tuple[str, str]]:
    for field, why in _LATER_IN_TRIGGERS.items():
        default: Any = Trigger.model_fields[field].default
        if getattr(trigger, field) != default:
            yield field, why
    if trigger.when_busy is not WhenBusy.ENQUEUE:
        yield "when_busy", f"{trigger.when_busy} is not supported yet; only enqueue is"
    if trigger.agent is None:
        yield "agent", "name the agent: routing by the Brain is not supported yet"


def _dotted(place: _Place) -> str:
    return ".".join(map(str, place))
