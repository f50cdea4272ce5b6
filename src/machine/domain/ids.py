"""Identifiers. All sort by the time they were made (ULID), so a list by id is a list by age."""

import secrets

from ulid import ULID


def new_id(kind: str) -> str:
    """A new identifier such as `task_01k9x…`: the kind, an underscore, and a lowercase ULID."""
    return f"{kind}_{str(ULID()).lower()}"


def new_secret(bytes_of_entropy: int = 32) -> str:
    """A random text for tokens and links, safe in URLs and headers."""
    return secrets.token_urlsafe(bytes_of_entropy)
