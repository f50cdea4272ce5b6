"""A webhook as somebody wants it, before it has a secret."""

from typing import Final

from pydantic import Field, SecretStr, StrictBool, ValidationError

from machine.domain.agent import EntityName
from machine.domain.definitions import invalid_fields
from machine.domain.ids import new_secret
from machine.domain.webhook import GenericScheme, ProviderName, ReplySettings, WebhookForm
from machine.domain.webhook_trigger import Trigger
from machine.engine.tools.tool import Given

GUIDE: Final = (
    "A trigger has `events` such as merge_request.open or note (GitLab), pull_request.opened, issues.opened or "
    "issue_comment.created (GitHub), with * for any; the `agent` that does the work; a `prompt`, a Jinja template over "
    "`payload` and the short names event, title, text, url and actor, such as `Review {{ payload.object_attributes.url "
    "}}`; and, where it should not be for everybody, `condition` (JMESPath over the payload), `command` (such as "
    "/review at the start of a comment) and `who` (a list of {id} or {login} or {association}). Without `who`, tasks "
    "that it starts can look and nothing else, because strangers can cause them."
)


class NewWebhook(Given):
    """A webhook to be created."""

    name: EntityName
    provider: ProviderName
    description: str = Field("", max_length=2000)
    triggers: tuple[Trigger, ...] = Field((), max_length=50)
    secret: SecretStr | None = None
    """Unset: a new one is made."""
    unsigned: StrictBool = False
    """Accept what nobody has signed."""
    scheme: GenericScheme | None = None
    """How a generic provider signs."""
    own_ids: tuple[str, ...] = Field((), max_length=50)
    allowed_bots: tuple[str, ...] = Field((), max_length=50)
    base_url: str | None = Field(None, max_length=500)
    """Of a self-hosted provider's API, for replies."""
    reply: ReplySettings | None = None
    """With which variable's token triggers that say `reply` answer where the event came from."""


def with_secret(given: NewWebhook) -> WebhookForm:
    """The form of the webhook, with a secret made for it where it needs one. Raises InvalidDefinition."""
    fields = given.model_dump(exclude_unset=True)
    if given.secret is None and not given.unsigned:
        fields["secret"] = new_secret()
    try:
        return WebhookForm.model_validate(fields)
    except ValidationError as error:
        raise invalid_fields("webhook", error) from error
