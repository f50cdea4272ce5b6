"""Webhooks: from a file to the model and back, and what of the model does nothing yet."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from enum import Enum
from typing import Any, Final, TypeVar

from pydantic import SecretStr

from machine.domain.definitions import (
    Definition,
    DefinitionFault,
    DefinitionFile,
    DefinitionKind,
    Files,
    InvalidDefinition,
    invalid,
)
from machine.domain.webhook import REPLYING, ProviderName, Webhook, WebhookForm
from machine.registry.file_shelf import ENDING
from machine.registry.skill_files import dumped
from machine.registry.uploads import Draft, Upload, file_from
from machine.registry.yaml_text import parse_yaml, text_of

HEAD: Final = "# A webhook.\n"
KEEP_PRIVATE: Final = "# A webhook. It holds its secret: keep this file to yourself.\n"
EXPORT_HEAD: Final = "# A webhook without its secret: say secret: … before it is used elsewhere.\n"

_Said = TypeVar("_Said", Webhook, WebhookForm)
_Place = tuple[str | int, ...]


def read_webhook(name: str, files: Files) -> Definition[Webhook]:
    """The webhook in its one file. Raises InvalidDefinition with everything that is wrong, and with no secret."""
    webhook = _read(name, files, Webhook)
    return Definition(name, webhook, files, webhook.warnings())


def read_form(name: str, files: Files) -> WebhookForm:
    """What the one file of a draft says, before it is completed. Raises InvalidDefinition as `read_webhook` does."""
    return _read(name, files, WebhookForm)


def _read(name: str, files: Files, model: type[_Said]) -> _Said:
    path = f"{name}{ENDING}"
    if set(files) != {path}:
        raise invalid("", f"a webhook is one file, {path}")
    read = parse_yaml(text_of(files[path].content, path), path)
    said = read.data.get("name", name)
    if said != name:
        raise invalid(path, f"has to be {name}, as the file is called", line=read.line_of(("name",)), field="name")
    webhook = replace(read, data={**read.data, "name": name}).to_model(model)
    if faults := list(unsupported(webhook)):
        raise InvalidDefinition(
            [
                DefinitionFault(path=path, line=read.line_of(place), field=_dotted(place), reason=reason)
                for place, reason in faults
            ]
        )
    return webhook


def webhook_from(uploads: Sequence[Upload]) -> Draft:
    """The webhook in what was sent. Raises InvalidDefinition. Blocking."""
    return file_from(uploads, DefinitionKind.WEBHOOK)


def webhook_files(webhook: Webhook | WebhookForm) -> Files:
    """The file of a webhook, secrets included; what was left at its default is not in it."""
    return fields_files(webhook.name, webhook.model_dump(exclude_unset=True))


def fields_files(name: str, fields: Mapping[str, Any]) -> Files:
    """The file of a webhook with these fields."""
    head = HEAD if fields.get("secret") is None else KEEP_PRIVATE
    return {f"{name}{ENDING}": DefinitionFile((head + dumped(_plain(fields))).encode("utf-8", "surrogatepass"))}


def exported(webhook: Webhook) -> bytes:
    """The file of a webhook for others: its secrets and its owner are not in it."""
    fields = webhook.model_dump(exclude_unset=True, exclude={"secret", "secret_ref", "previous", "user_id"})
    return (EXPORT_HEAD + dumped(_plain(fields))).encode("utf-8", "surrogatepass")


def _plain(value: Any) -> Any:
    """As YAML can say it, secrets and all."""
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else value


def unsupported(webhook: Webhook | WebhookForm) -> Iterator[tuple[_Place, str]]:
    """What is asked for and would do nothing: where it stands, and what to do about it."""
    if webhook.reply is None:
        return
    if webhook.provider not in REPLYING:
        yield ("reply",), f"replies to {webhook.provider} are not supported yet; leave it out"
    elif webhook.provider is ProviderName.JIRA and webhook.base_url is None:
        yield ("reply",), "to reply, write where the Jira is: base_url: https://….atlassian.net"


def _dotted(place: _Place) -> str:
    return ".".join(map(str, place))
