"""The key under which variables are kept: where it comes from, and what is sealed with it."""

import base64
import contextlib
import os
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import SecretStr

from machine.auth.fleet_keys import FleetKeys
from machine.domain.errors import MachineError

MIN_KEY_CHARACTERS: Final = 32
MAX_KEYS: Final = 10
HOW_TO_GO_ON: Final = (
    "Put the former key back (credentials/secret.key, or MACHINE_SECRET_KEY) and restart. If it is lost, delete the "
    "variables that cannot be read, restart, and set them again."
)
_PURPOSE: Final = b"claude-code-agent variables"
_MARK: Final = b"claude-code-agent mark of a key"
_MAX_FILE_BYTES: Final = 64 * 1024


class KeyUnusable(MachineError):
    """There is no key, or it is not the one that the values were sealed with."""

    code = "secret_key_unusable"
    status = 503


class SealBroken(Exception):
    """What is sealed was not sealed with this key, or not under this name, or was changed."""


class Seal:
    """Authenticated encryption. A name is sealed in with its value, so that no two can change places.

    Of several keys, the first seals and all open: a new key is put before the old one. In a fleet it seals as soon as
    all machines have it, and until then the first one that they have.
    """

    def __init__(self, keys: Sequence[str], fleet: FleetKeys | None = None) -> None:
        self._fernets = [Fernet(_derived(key)) for key in keys]
        self._marks = [_mark_of(key) for key in keys]
        self._all = MultiFernet(self._fernets)
        self._fleet = fleet

    def close(self, name: str, value: str) -> str:
        """The sealed form: printable text."""
        number = 0 if self._fleet is None else self._fleet.sealing(self._marks)
        return self._fernets[number].encrypt(f"{name}\n{value}".encode()).decode("ascii")

    def open(self, name: str, sealed: str) -> str:
        """Raises SealBroken."""
        try:
            found, newline, value = self._all.decrypt(sealed.encode()).decode().partition("\n")
        except (InvalidToken, ValueError) as error:  # its message would add nothing
            raise SealBroken("it was sealed with another key, or its file was changed") from error
        if not newline or found != name:
            raise SealBroken("its file holds the value of another variable")
        return value

    def is_due(self, sealed: str) -> bool:
        """Whether it is to be sealed anew: it was with another key than the first, and all who open it have that."""
        if self._fleet is not None and not self._fleet.all_have(self._marks[0]):
            return False
        try:
            self._fernets[0].decrypt(sealed.encode())
        except (InvalidToken, ValueError):
            return True
        return False


def given_seal(text: str, fleet: FleetKeys | None = None) -> Seal:
    """The seal of the key, or keys with commas between, that a setting gives. Raises KeyUnusable."""
    keys = _keys_in(text)
    if not keys:
        raise KeyUnusable(
            f"MACHINE_SECRET_KEY must be at least {MIN_KEY_CHARACTERS} random characters, "
            f"or at most {MAX_KEYS} such keys with commas between.",
            hint="Make one with `openssl rand -hex 32`, and restart.",
        )
    return Seal(keys, fleet)


def key_marks(given: SecretStr | None, path: Path) -> tuple[str, ...]:
    """Marks of the keys that a setting gives, or else a key file has, the newest first; none where there is none. Who
    has a mark can tell whether another key is the same, and learns nothing of it. Blocking. Raises KeyUnusable."""
    try:
        text = given.get_secret_value() if given is not None else _read(path)
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError) as error:
        raise KeyUnusable(f"The key file {path} cannot be used.", hint=HOW_TO_GO_ON) from error
    return tuple(_mark_of(key) for key in _keys_in(text))


def seal_of_file(path: Path, fleet: FleetKeys | None = None, *, may_make: bool) -> Seal:
    """The seal of a key file, which is made (0600) when there is none and it may be. Blocking. Raises KeyUnusable."""
    try:
        if not path.exists():
            if not may_make:
                raise KeyUnusable(
                    f"The key file {path} is missing, and there are variables that were sealed with it.",
                    hint=HOW_TO_GO_ON,
                )
            _make(path)
        keys = _keys_in(_read(path))
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not text"
        raise KeyUnusable(f"The key file {path} cannot be used: {why}.", hint=HOW_TO_GO_ON) from error
    if not keys:
        raise KeyUnusable(f"The key file {path} holds no key.", hint=HOW_TO_GO_ON)
    return Seal(keys, fleet)


def write_private(path: Path, content: bytes) -> None:
    """Write a file for its owner alone, whole or not at all, and durably. Blocking. Raises OSError."""
    draft = _draft(path, content)
    try:
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make what was written to, or removed from, a folder last. Blocking. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _mark_of(key: str) -> str:
    return _derived(key, _MARK)[:16].decode("ascii")


def _keys_in(text: str) -> list[str]:
    """The keys; none where one of them is none."""
    keys = [part.strip() for part in text.split(",")]
    return keys if len(keys) <= MAX_KEYS and all(len(key) >= MIN_KEY_CHARACTERS for key in keys) else []


def _read(path: Path) -> str:
    if path.stat().st_mode & 0o077:
        path.chmod(0o600)
    with path.open("rb") as file:
        return file.read(_MAX_FILE_BYTES).decode()


def _make(path: Path) -> None:
    """A key that is there whole or not at all, and takes the place of no other."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = _draft(path, f"{secrets.token_urlsafe(32)}\n".encode())
    try:
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)
    sync_folder(path.parent)


def _draft(path: Path, content: bytes) -> Path:
    draft = path.with_name(f".{secrets.token_hex(8)}.new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        draft.unlink(missing_ok=True)
        raise
    return draft


def _derived(key: str, purpose: bytes = _PURPOSE) -> bytes:
    """A key of the size that is needed. It has its randomness already: nothing slow is wanted."""
    kdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose)
    return base64.urlsafe_b64encode(kdf.derive(key.encode("utf-8", "surrogatepass")))
