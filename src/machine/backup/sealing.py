"""Encryption with a passphrase, chunk by chunk: AES-256-GCM with a key from scrypt.

    magic · log2(n) · salt        the head, which every chunk authenticates
    chunk, chunk, …               1 MiB of text each, with 16 bytes that authenticate it

A chunk's nonce is its number and whether it is the last, so none can be changed, moved, repeated, left out or cut off
unnoticed. A salt is never used twice, and so no key is.
"""

import io
import os
import struct
from typing import Any, BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from pydantic import SecretStr

from machine.backup.format import BackupFault, damaged

MAGIC: Final = b"machine-backup-1"
MIN_PASSPHRASE: Final = 8
_SALT_BYTES: Final = 16
_TAG_BYTES: Final = 16
_CHUNK: Final = 1024 * 1024
_LOG_N: Final = 16
"""scrypt takes 64 MB and a fifth of a second with it."""
_LOG_N_ALLOWED: Final = range(14, 20)


def is_sealed(start: bytes) -> bool:
    return start.startswith(MAGIC)


class SealedWriter(io.RawIOBase):
    """Encrypts what is written into `target`; `close` writes the end, and leaves `target` open."""

    def __init__(self, target: BinaryIO, passphrase: SecretStr) -> None:
        self._target = target
        salt = os.urandom(_SALT_BYTES)
        self._head = MAGIC + bytes([_LOG_N]) + salt
        self._cipher = _cipher(passphrase, _LOG_N, salt)
        self._waiting = bytearray()
        self._number = 0
        target.write(self._head)

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._waiting += data
        while len(self._waiting) > _CHUNK:  # the last one may be full, and has to be known as the last
            self._put(bytes(self._waiting[:_CHUNK]), last=False)
            del self._waiting[:_CHUNK]
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._put(bytes(self._waiting), last=True)
            super().close()

    def _put(self, text: bytes, *, last: bool) -> None:
        self._target.write(self._cipher.encrypt(_nonce(self._number, last=last), text, self._head))
        self._number += 1


class SealedReader(io.RawIOBase):
    """Decrypts `source`. Raises BackupFault for a wrong passphrase and for anything that is not as it was written."""

    def __init__(self, source: BinaryIO, passphrase: SecretStr) -> None:
        self._source = source
        self._head = source.read(len(MAGIC) + 1 + _SALT_BYTES)
        if len(self._head) < len(MAGIC) + 1 + _SALT_BYTES or self._head[len(MAGIC)] not in _LOG_N_ALLOWED:
            raise damaged("its first bytes are not those of a backup")
        self._cipher = _cipher(passphrase, self._head[len(MAGIC)], self._head[-_SALT_BYTES:])
        self._next = source.read(_CHUNK + _TAG_BYTES)
        self._text = memoryview(b"")
        self._number = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._text and (self._next or not self._number):
            self._text = memoryview(self._open_next())
        count = min(len(buffer), len(self._text))
        buffer[:count] = self._text[:count]
        self._text = self._text[count:]
        return count

    def _open_next(self) -> bytes:
        sealed, self._next = self._next, self._source.read(_CHUNK + _TAG_BYTES)
        try:
            text = self._cipher.decrypt(_nonce(self._number, last=not self._next), sealed, self._head)
        except (InvalidTag, ValueError) as error:
            if self._number:
                raise damaged("a part of it was changed, or its end is missing") from error
            raise BackupFault(
                "The passphrase is wrong, or the backup is damaged.",
                hint="Nothing was changed. Try again with the passphrase that it was made with.",
            ) from error
        self._number += 1
        return text


def _nonce(number: int, *, last: bool) -> bytes:
    return struct.pack(">QI", number, last)


def _cipher(passphrase: SecretStr, log_n: int, salt: bytes) -> AESGCM:
    key = Scrypt(salt=salt, length=32, n=2**log_n, r=8, p=1)
    return AESGCM(key.derive(passphrase.get_secret_value().encode("utf-8", "surrogateescape")))
