"""How git logs in: with what a person gave as a variable, at the one server that it was given for.

The value stands in the environment of the git that needs it: never on a command line, never in a file of a
repository. For ssh a private key has to be a file; it exists as long as the command runs.
"""

import asyncio
import os
import shlex
import shutil
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from pydantic import SecretStr

from machine.domain.errors import CodeFault
from machine.domain.git_address import GitAddress

USER_VARIABLE: Final = "MACHINE_GIT_USERNAME"
SECRET_VARIABLE: Final = "MACHINE_GIT_PASSWORD"  # noqa: S105 - a name, not a secret
DEFAULT_USER: Final = "x-access-token"
"""For a token that stands alone: GitHub and GitLab take any name with one."""

_HELPER: Final = (
    f'!f() {{ test "$1" = get && printf "username=%s\\npassword=%s\\n" "${USER_VARIABLE}" "${SECRET_VARIABLE}"; }}; f'
)
"""A constant that git hands to a shell: the values come out of the environment and are never part of a command."""
_KEY_BEGINS: Final = "-----BEGIN "


@dataclass(frozen=True)
class Login:
    """What a git process needs to log in."""

    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    config: tuple[str, ...] = ()


@asynccontextmanager
async def login(address: GitAddress, secret: SecretStr | None, folder: Path) -> AsyncIterator[Login]:
    """The login for one command; `folder` is where known hosts and, for a moment, a key are kept. Raises CodeFault."""
    if address.scheme != "ssh":
        yield Login() if secret is None else Login(_values(secret), (f"credential.{address.scope}.helper={_HELPER}",))
        return
    if secret is None or not secret.get_secret_value().lstrip().startswith(_KEY_BEGINS):
        raise CodeFault(
            f"{address.host} is reached by ssh, and there is no key for it.",
            hint="Name a variable that holds a private key as credentials, or use the https address.",
        )
    made = await asyncio.to_thread(_key_file, folder, secret)
    try:
        yield Login({"GIT_SSH_COMMAND": _ssh(made / "key", folder / "known_hosts"), "GIT_ALLOW_PROTOCOL": "ssh"})
    finally:
        await asyncio.to_thread(shutil.rmtree, made, ignore_errors=True)


def agent_environment(address: GitAddress, secret: SecretStr | None) -> dict[str, SecretStr]:
    """Variables for the agent's own git. A key for ssh is not handed out: such branches are pushed by the machine."""
    if address.scheme == "ssh" or secret is None:
        return {}
    settings = (("credential.helper", ""), (f"credential.{address.scope}.helper", _HELPER))
    plain = {**_values(secret), "GIT_TERMINAL_PROMPT": "0", "GIT_CONFIG_COUNT": str(len(settings))}
    for index, (key, value) in enumerate(settings):
        plain[f"GIT_CONFIG_KEY_{index}"], plain[f"GIT_CONFIG_VALUE_{index}"] = key, value
    return {name: SecretStr(value) for name, value in plain.items()}


def without(text: str, secret: SecretStr | None) -> str:
    """`text`, should a server have repeated the secret in it."""
    if secret is None:
        return text
    values = {secret.get_secret_value().strip(), *_values(secret).values()} - {DEFAULT_USER}
    for value in sorted(values, key=len, reverse=True):
        text = text.replace(value, "…") if len(value) > 3 else text
    return text


def _values(secret: SecretStr) -> dict[str, str]:
    said = secret.get_secret_value().strip()
    user, colon, password = said.partition(":")
    if not colon:
        user, password = DEFAULT_USER, said
    if any(letter in said for letter in "\r\n\0"):
        raise CodeFault(
            "The credentials have more than one line, which a password or token never has.",
            hint="A private key is for ssh addresses only; give a token, or user:password.",
        )
    return {USER_VARIABLE: user, SECRET_VARIABLE: password}


def _key_file(folder: Path, secret: SecretStr) -> Path:
    made = Path(tempfile.mkdtemp(prefix="key-", dir=folder))
    descriptor = os.open(made / "key", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(secret.get_secret_value().strip() + "\n")
    return made


def _ssh(key: Path, known_hosts: Path) -> str:
    """ssh with this key alone: neither the settings nor the keys nor the agent of whoever runs the machine."""
    options = ("IdentitiesOnly=yes", "BatchMode=yes", "StrictHostKeyChecking=accept-new", "ConnectTimeout=30")
    given = [part for option in (*options, f"UserKnownHostsFile={known_hosts}") for part in ("-o", option)]
    return shlex.join(["ssh", "-F", os.devnull, "-i", str(key), *given])
