"""The providers there are, by name, and the check that every delivery goes through first."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from machine.domain.webhook import GenericScheme, ProviderName, Webhook
from machine.webhooks.bitbucket import Bitbucket
from machine.webhooks.generic import Generic
from machine.webhooks.github import GitHub
from machine.webhooks.gitlab import GitLab
from machine.webhooks.headers import Headers
from machine.webhooks.jira import Jira
from machine.webhooks.linear import Linear
from machine.webhooks.provider import Provider, SetupHints
from machine.webhooks.sentry import Sentry
from machine.webhooks.signatures import Refused, Verdict, Verified
from machine.webhooks.slack import Slack
from machine.webhooks.standard import Standard

PROVIDERS: Final[Mapping[ProviderName, Callable[[GenericScheme], Provider]]] = {
    ProviderName.GITHUB: lambda _: GitHub(),
    ProviderName.GITLAB: lambda _: GitLab(),
    ProviderName.BITBUCKET: lambda _: Bitbucket(),
    ProviderName.JIRA: lambda _: Jira(),
    ProviderName.SLACK: lambda _: Slack(),
    ProviderName.SENTRY: lambda _: Sentry(),
    ProviderName.LINEAR: lambda _: Linear(),
    ProviderName.STANDARD: lambda _: Standard(),
    ProviderName.GENERIC: Generic,
}
"""By what the webhook's definition says; nothing in a request chooses among them."""
_USUAL: Final = GenericScheme()
"""One for all webhooks that name none: its paths are compiled once, not for each delivery."""


def provider_of(webhook: Webhook) -> Provider:
    """The provider of a webhook."""
    return PROVIDERS[webhook.provider](webhook.scheme or _USUAL)


def check(
    webhook: Webhook, provider: Provider, headers: Headers, raw_body: bytes, secret: str | None, now: datetime
) -> Verdict:
    """Whether a delivery may come in. `secret` is that of the webhook, looked up; without one nothing may."""
    if webhook.unsigned:
        return Verified("not signed, as its owner wants it")
    if not secret:
        return Refused("the secret of this webhook is not known here; enter it anew")
    return provider.verify(headers, raw_body, secret, now)


def setup_hints(webhook: Webhook, url: str) -> SetupHints:
    """What to enter at the provider; `url` is the webhook's public address."""
    return provider_of(webhook).setup_hints(url)
