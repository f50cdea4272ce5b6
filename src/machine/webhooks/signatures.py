"""Checking who sent a body: over its raw bytes, in constant time, whatever the headers hold."""

import base64
import binascii
import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from machine.webhooks.headers import Headers

MAX_SIGNATURES: Final = 16
"""How many signatures of one delivery are looked at, where a provider may send several."""
STANDARD_PREFIX: Final = "whsec_"
_SECONDS: Final = re.compile(r"[0-9]{1,13}")


@dataclass(frozen=True)
class Verified:
    """The delivery comes from who knows the secret, or nobody asked."""

    how: str


@dataclass(frozen=True)
class Refused:
    """It does not, or that cannot be seen. `reason` is a clause for people and names no secret."""

    reason: str


Verdict = Verified | Refused


def digest(secret: bytes, signed: bytes, algorithm: str = "sha256") -> bytes:
    """HMAC of `signed`."""
    return hmac.new(secret, signed, getattr(hashlib, algorithm)).digest()


def key_bytes(secret: str) -> bytes:
    """A secret as providers use it: its UTF-8; what is no text gives a key that fits nothing, and no error."""
    return secret.encode("utf-8", "surrogatepass")


def check_hex(headers: Headers, name: str, prefix: str, secret: str, signed: bytes) -> Verdict:
    """Compare a header of the form `<prefix><hex>` with the HMAC-SHA256 of `signed`."""
    expected = prefix.encode() + digest(key_bytes(secret), signed).hex().encode()
    return check_value(headers, name, expected, f"HMAC-SHA256 in {name}")


def check_value(headers: Headers, name: str, expected: bytes, how: str) -> Verdict:
    """Compare a header with the bytes that it must hold."""
    given = headers.raw(name)
    if given is None:
        return Refused(headers.fault(name))
    if hmac.compare_digest(given, expected):
        return Verified(how)
    return Refused(f"{name} does not fit the body and the secret")


def check_age(seconds: str, now: datetime, window_seconds: int, name: str) -> Refused | None:
    """Refuse a moment (seconds since 1970, as text) that is further from `now` than the window; None: it is near."""
    if not _SECONDS.fullmatch(seconds):
        return Refused(f"{name} is missing or is no time")
    off = abs(now.timestamp() - int(seconds))
    if off > window_seconds:
        return Refused(f"{name} is {int(off)} seconds off; {window_seconds} are allowed. Check both clocks")
    return None


def check_standard(headers: Headers, raw_body: bytes, secret: str, now: datetime) -> Verdict:
    """Standard Webhooks: HMAC of `id.timestamp.body`, several signatures, 300 seconds. GitLab's signing token, too."""
    key = standard_key(secret)
    if key is None:
        return Refused(f"the secret of this webhook is not {STANDARD_PREFIX} and base64; enter it anew")
    message_id, moment = headers.get("webhook-id"), headers.get("webhook-timestamp")
    for name in ("webhook-id", "webhook-timestamp", "webhook-signature"):
        if not headers.get(name):
            return Refused(headers.fault(name))
    if refused := check_age(moment, now, 300, "webhook-timestamp"):
        return refused
    signed = b".".join((message_id.encode(), moment.encode(), raw_body))
    expected = base64.b64encode(digest(key, signed))
    matches = False
    for signature in headers.get("webhook-signature").split(" ")[:MAX_SIGNATURES]:
        version, _, value = signature.partition(",")
        matches |= hmac.compare_digest(value.encode(), expected) and version == "v1"
    return (
        Verified("Standard Webhooks") if matches else Refused("webhook-signature does not fit the body and the secret")
    )


def standard_key(secret: str) -> bytes | None:
    """The key in `whsec_<base64>` (the prefix may be missing); None when it is none."""
    text = secret.strip().removeprefix(STANDARD_PREFIX)
    try:
        return base64.b64decode(text, validate=True) or None
    except (binascii.Error, ValueError):
        return None


def signed_standard(message_id: str, now: datetime, body: bytes, secret: str) -> dict[str, str]:
    """The headers of a message that the machine itself sends, as `check_standard` checks them."""
    moment = str(int(now.timestamp()))
    signature = digest(standard_key(secret) or b"", b".".join((message_id.encode(), moment.encode(), body)))
    return {
        "webhook-id": message_id,
        "webhook-timestamp": moment,
        "webhook-signature": f"v1,{base64.b64encode(signature).decode()}",
    }
