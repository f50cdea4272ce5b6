"""A login of Claude Code as a file (`.credentials.json`): whether an upload is one, and if not, what is wrong with it.

Pure: nothing here reads or writes files, and no message repeats a value.
"""

import json
from datetime import UTC, datetime
from typing import Any, Final

from pydantic import BaseModel, ConfigDict

from machine.domain.errors import MachineError

MAX_BYTES: Final = 64 * 1024
MIN_KEY_CHARACTERS: Final = 8
MAX_KEY_CHARACTERS: Final = 4096
_SECTION: Final = "claudeAiOauth"
_HOW: Final = (
    "Upload the file `.credentials.json` of a computer where `claude auth login` was done, or on macOS what "
    "`scripts/export-keychain-credentials.sh` prints."
)
_TOKEN_PREFIX: Final = "sk-ant-oat"  # noqa: S105 - how such tokens begin, not one
_KEY_PREFIX: Final = "sk-ant-"
_NEEDED_SCOPE: Final = "user:inference"
_LATEST: Final = datetime(9999, 1, 1, tzinfo=UTC).timestamp() * 1000


class CredentialsInvalid(MachineError):
    """What was sent is no login, or the API does not take it. What was there before stays."""

    code = "credentials_invalid"
    status = 422


class LoginFile(BaseModel):
    """What may be known of a login file: everything but its tokens. The file itself is kept as it came, with fields
    that we do not know."""

    model_config = ConfigDict(frozen=True)

    subscription: str | None
    access_expires_at: datetime | None
    """Claude Code renews it by itself."""
    login_expires_at: datetime | None
    """When a person has to log in again, as far as the file says."""


def parse_login_file(content: bytes) -> LoginFile:
    """The login in a file. Raises CredentialsInvalid, which says what is wrong and what to do."""
    data = _json_object(content)
    section = data.get(_SECTION)
    if not isinstance(section, dict):
        raise CredentialsInvalid(f"The file has no `{_SECTION}`: it is not a login of Claude Code.", hint=_HOW)
    _check_texts(section)
    access = _moment(section, "expiresAt", needed=True)
    refresh = _moment(section, "refreshTokenExpiresAt")
    subscription = section.get("subscriptionType")
    return LoginFile(
        subscription=subscription if isinstance(subscription, str) else None,
        access_expires_at=access,
        login_expires_at=refresh,
    )


def checked_key(value: str) -> str:
    """An API key as it is to be kept. Raises CredentialsInvalid."""
    key = _checked_secret(value, "API key")
    if key.startswith(_TOKEN_PREFIX):
        hint = "Send it as a token: PUT /api/credentials/oauth-token."
        raise CredentialsInvalid("This is a token of `claude setup-token`, not an API key.", hint=hint)
    return key


def checked_token(value: str) -> str:
    """A token of `claude setup-token` as it is to be kept. Raises CredentialsInvalid."""
    token = _checked_secret(value, "token")
    if token.startswith(_KEY_PREFIX) and not token.startswith(_TOKEN_PREFIX):
        hint = "Send it as a key: PUT /api/credentials/api-key."
        raise CredentialsInvalid("This is an API key, not a token of `claude setup-token`.", hint=hint)
    return token


def _checked_secret(value: str, what: str) -> str:
    secret = value.strip()
    if secret.startswith("{"):
        raise CredentialsInvalid(f"This is JSON, not an {what}.".replace("an token", "a token"), hint="Upload it.")
    if not MIN_KEY_CHARACTERS <= len(secret) <= MAX_KEY_CHARACTERS:
        raise CredentialsInvalid(f"The {what} is too short or too long to be one.", hint="Copy all of it.")
    if not secret.isascii() or not secret.isprintable() or " " in secret:
        raise CredentialsInvalid(f"The {what} holds spaces or characters that none has.", hint="Copy it again.")
    return secret


def _json_object(content: bytes) -> dict[str, Any]:
    if len(content) > MAX_BYTES:
        raise CredentialsInvalid(f"The file has more than {MAX_BYTES} bytes: it is not a login.", hint=_HOW)
    text = content.decode("utf-8", "replace").strip()
    if not text:
        raise CredentialsInvalid("The file is empty.", hint=_HOW)
    if text.startswith(_KEY_PREFIX):
        way = "oauth-token" if text.startswith(_TOKEN_PREFIX) else "api-key"
        hint = f"Set it as what it is: PUT /api/credentials/{way}."
        raise CredentialsInvalid("The file holds a key or a token, not a login.", hint=hint)
    try:
        data = json.loads(content)
    except (ValueError, RecursionError) as error:
        where = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise CredentialsInvalid(f"The file is not JSON{where}.", hint=_HOW) from None  # it would repeat the text
    if not isinstance(data, dict):
        raise CredentialsInvalid("The file is JSON, but not an object.", hint=_HOW)
    return data


def _check_texts(section: dict[str, Any]) -> None:
    for name in ("accessToken", "refreshToken"):
        value = section.get(name)
        if not isinstance(value, str) or not value.strip():
            what = "is missing" if name not in section else "is empty, or no text"
            hint = "Log in again with `claude auth login`, then upload the new file." if name in section else _HOW
            raise CredentialsInvalid(f"`{_SECTION}.{name}` {what}.", hint=hint)
        if not value.isascii() or not value.isprintable():
            raise CredentialsInvalid(f"`{_SECTION}.{name}` holds characters that no token has.", hint=_HOW)
    scopes = section.get("scopes")
    if not isinstance(scopes, list) or not all(isinstance(scope, str) for scope in scopes):
        raise CredentialsInvalid(f"`{_SECTION}.scopes` is missing, or no list of texts.", hint=_HOW)
    if _NEEDED_SCOPE not in scopes:  # the CLI calls itself logged out without it
        hint = "Log in with `claude auth login`; a login for other programs does not do."
        raise CredentialsInvalid(f"`{_SECTION}.scopes` lacks `{_NEEDED_SCOPE}`: it may not use the model.", hint=hint)
    if not isinstance(section.get("subscriptionType"), str | None):
        raise CredentialsInvalid(f"`{_SECTION}.subscriptionType` is no text.", hint=_HOW)


def _moment(section: dict[str, Any], name: str, *, needed: bool = False) -> datetime | None:
    value = section.get(name)
    if value is None and not needed:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < _LATEST:
        raise CredentialsInvalid(f"`{_SECTION}.{name}` is no time in milliseconds.", hint=_HOW)
    return datetime.fromtimestamp(value / 1000, UTC)
