"""Secrets: how they are made, what they look like, and the only form in which they are stored."""

import hashlib
from typing import Final

from machine.domain.ids import new_secret

TOKEN_PREFIX: Final = "mct_"  # noqa: S105 - tells people and secret scanners what they look at; no secret itself
_LONGEST: Final = 200


def new_token() -> str:
    """A token for a program, such as `mct_…`: 256 random bits."""
    return TOKEN_PREFIX + new_secret()


def digest(secret: str) -> str:
    """The SHA-256 of a secret in hex. Ours have 256 random bits, so there is nothing for a slow hash to protect.

    Looked up by digest: what the time of the comparison tells is about the digest, not about the secret.
    """
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def plausible(secret: str | None) -> bool:
    """Whether this could be one of ours at all: cheap, so that nonsense never reaches the database."""
    return bool(secret) and secret is not None and len(secret) <= _LONGEST and secret.isascii() and secret.isprintable()


def login_url(base_url: str, secret: str) -> str:
    """The one-time link. The secret stands behind `#`: browsers never send that part, so no log or preview sees it."""
    return f"{base_url.rstrip('/')}/login#{secret}"


def invitation_url(base_url: str, secret: str) -> str:
    """The link of an invitation, its secret where that of a login link stands."""
    return f"{base_url.rstrip('/')}/invite#{secret}"


def cookie_name(data_dir: str) -> str:
    """The cookie's name. Cookies know no ports: two machines on one computer need two names."""
    return "machine_" + hashlib.sha256(data_dir.encode("utf-8", "surrogatepass")).hexdigest()[:10]
