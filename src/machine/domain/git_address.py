"""Addresses of repositories, and names of what is in them: what is taken, and what is refused.

git reads more into an address than a place: `ext::sh -c …` is a program, `-u…` an option, a path is a file of this
machine. So only what is known to be harmless is taken. Pure.
"""

import hashlib
import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

MAX_ADDRESS_CHARS: Final = 2_000
MAX_REF_CHARS: Final = 500

_SCHEMES: Final = frozenset({"https", "http", "ssh", "git"})
_UNPRINTABLE: Final = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029\ud800-\udfff\\]")
_HOST: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\]")
_USER: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*")
_SHORT_SSH: Final = re.compile(r"([^@:/]+)@([^@:/]+):([^:].*)")
_BAD_IN_REFS: Final = re.compile(r"[\x00-\x20\x7f~^:?*\[\\\ud800-\udfff]|\.\.|@\{|//")
_NOT_IN_NAMES: Final = re.compile(r"[^a-z0-9.]+")

_KINDS: Final = "an address is https://…, http://…, ssh://…, git://… or git@host:path"


@dataclass(frozen=True)
class GitAddress:
    """A checked address. `host` is in small letters and has the port, where there is one."""

    text: str
    scheme: str
    user: str
    host: str
    path: str

    @property
    def scope(self) -> str:
        """For which addresses credentials hold that were given for this one: its scheme and host."""
        return f"{self.scheme}://{self.host}"

    @property
    def identity(self) -> str:
        """The same for two ways to write one address."""
        return f"{self.scheme}://{self.user}@{self.host}/{self.path.strip('/')}"


def address_of(text: str) -> GitAddress:
    """Raises ValueError, with a sentence that does not repeat what may be a password."""
    if len(text) > MAX_ADDRESS_CHARS or _UNPRINTABLE.search(text) or text.startswith("-"):
        raise ValueError(f"the repository has characters that no address has; {_KINDS}")
    if "://" not in text:
        return _short_ssh(text)
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise ValueError(f"the repository cannot be read as an address; {_KINDS}") from None
    scheme = parts.scheme.lower()
    if scheme not in _SCHEMES:
        raise ValueError(f"a repository cannot be reached by {scheme or 'that'}; {_KINDS}")
    if parts.password is not None or (parts.username is not None and scheme != "ssh"):
        raise ValueError("the address holds a name or a password; give those as a variable, and name it as credentials")
    if parts.query or parts.fragment or "?" in text or "#" in text:
        raise ValueError("the address goes on after ? or #; leave that out")
    host, user = parts.hostname or "", parts.username or ""
    shown = f"[{host}]" if ":" in host else host
    if not _HOST.fullmatch(shown) or (user and not _USER.fullmatch(user)):
        raise ValueError(f"the repository names no host; {_KINDS}")
    if not parts.path.strip("/"):
        raise ValueError("the address names a host and no repository on it")
    return GitAddress(text, scheme, user, f"{shown.lower()}:{port}" if port else shown.lower(), parts.path)


def _short_ssh(text: str) -> GitAddress:
    """`git@host:path`."""
    found = _SHORT_SSH.fullmatch(text)
    if not found or not _USER.fullmatch(found[1]) or not _HOST.fullmatch(found[2]) or found[3].startswith("-"):
        raise ValueError(f"the repository is none that the machine fetches; {_KINDS}")
    if not found[3].strip("/"):
        raise ValueError("the address names a host and no repository on it")
    return GitAddress(text, "ssh", found[1], found[2].lower(), found[3])


def checked_address(text: str) -> str:
    """`text`, if it is an address. Raises ValueError."""
    return address_of(text).text


def checked_ref(text: str) -> str:
    """`text`, if it is a branch, a tag, a commit or a full ref. Raises ValueError.

    As git's own check-ref-format has it: no way to write an option, an expression such as `main~3`, or a path upwards.
    """
    parts = text.split("/")
    if (
        not text
        or len(text) > MAX_REF_CHARS
        or _BAD_IN_REFS.search(text)
        or text.startswith(("-", "/"))
        or text.endswith(("/", "."))
        or text == "@"
        or any(part.startswith(".") or part.endswith(".lock") for part in parts)
    ):
        raise ValueError("that is no branch, tag, commit or full ref such as refs/pull/7/head")
    return text


def mirror_name(address: GitAddress, credentials: str | None) -> str:
    """The folder of a repository's mirror. What different credentials may see is kept apart."""
    said = address.path.strip("/").rpartition("/")[2].removesuffix(".git")
    host, name = (_NOT_IN_NAMES.sub("-", part.lower()).strip("-.")[:40] for part in (address.host, said))
    digest = hashlib.sha256(f"{address.identity}\0{credentials or ''}".encode()).hexdigest()
    return f"{host}-{name}-{digest[:16]}.git"
