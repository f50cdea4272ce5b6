"""Who may send: every scheme accepts its known answer and what was signed now, and refuses everything else."""

import base64
import hashlib
import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from machine.domain.webhook import GenericScheme, ProviderName, Webhook
from machine.webhooks.headers import Headers
from machine.webhooks.payloads import Unreadable
from machine.webhooks.provider import Provider
from machine.webhooks.providers import PROVIDERS, check, provider_of
from machine.webhooks.signatures import Refused, Verified

NOW = datetime(2026, 11, 5, 12, 0, tzinfo=UTC)
KEY = b"a key of thirty-two bytes, or so"
STANDARD_SECRET = "whsec_" + base64.b64encode(KEY).decode()
SECRET = "the secret that both sides know"
TIMED = GenericScheme(signature_header="X-Sum", prefix="HMAC ", encoding="base64", timestamp_header="X-Time")
BIG = 25 * 1024 * 1024

Raw = list[tuple[bytes, bytes]]


def mac(signed: bytes, secret: str = SECRET, algorithm: str = "sha256") -> str:
    return hmac.new(secret.encode(), signed, algorithm).hexdigest()


def moment(at: datetime) -> str:
    return str(int(at.timestamp()))


def sign_standard(body: bytes, at: datetime) -> Raw:
    made = hmac.new(KEY, b"msg_1." + moment(at).encode() + b"." + body, hashlib.sha256).digest()
    return [
        (b"Webhook-Id", b"msg_1"),
        (b"Webhook-Timestamp", moment(at).encode()),
        (b"Webhook-Signature", b"v1,AAAA v1," + base64.b64encode(made)),
    ]


def sign_slack(body: bytes, at: datetime) -> Raw:
    made = mac(b"v0:" + moment(at).encode() + b":" + body)
    return [(b"X-Slack-Request-Timestamp", moment(at).encode()), (b"X-Slack-Signature", f"v0={made}".encode())]


def sign_timed(body: bytes, at: datetime) -> Raw:
    made = hmac.new(SECRET.encode(), moment(at).encode() + b"." + body, hashlib.sha256).digest()
    return [(b"x-time", moment(at).encode()), (b"x-sum", b"HMAC " + base64.b64encode(made))]


@dataclass(frozen=True)
class Scheme:
    """A provider, its secret, and how it signs a body at a moment."""

    label: str
    provider: Provider
    sign: Callable[[bytes, datetime], Raw]
    signature_header: str
    secret: str = SECRET
    signs_body: bool = True
    window: timedelta | None = None
    body: bytes = b'{"hello": "w\xc3\xb6rld"}'
    empty_is_fine: bool = True

    def __repr__(self) -> str:
        return self.label


def of(name: str, scheme: GenericScheme | None = None) -> Provider:
    return PROVIDERS[ProviderName(name)](scheme or GenericScheme())


def linear_body(at: datetime) -> bytes:
    return b'{"type": "Issue", "webhookTimestamp": %d}' % int(at.timestamp() * 1000)


MINUTES = timedelta(minutes=5)
SCHEMES = (
    Scheme(
        "github",
        of("github"),
        lambda body, _: [(b"X-Hub-Signature-256", f"sha256={mac(body)}".encode())],
        "X-Hub-Signature-256",
    ),
    Scheme(
        "gitlab-token",
        of("gitlab"),
        lambda *_: [(b"X-Gitlab-Token", SECRET.encode())],
        "X-Gitlab-Token",
        signs_body=False,
    ),
    Scheme("gitlab-signing", of("gitlab"), sign_standard, "webhook-signature", STANDARD_SECRET, window=MINUTES),
    Scheme(
        "bitbucket",
        of("bitbucket"),
        lambda body, _: [(b"X-Hub-Signature", f"sha256={mac(body)}".encode())],
        "X-Hub-Signature",
    ),
    Scheme(
        "jira", of("jira"), lambda body, _: [(b"X-Hub-Signature", f"sha256={mac(body)}".encode())], "X-Hub-Signature"
    ),
    Scheme("slack", of("slack"), sign_slack, "X-Slack-Signature", window=MINUTES),
    Scheme(
        "sentry",
        of("sentry"),
        lambda body, _: [(b"Sentry-Hook-Signature", mac(body).encode())],
        "Sentry-Hook-Signature",
    ),
    Scheme(
        "linear",
        of("linear"),
        lambda body, _: [(b"Linear-Signature", mac(body).encode())],
        "Linear-Signature",
        body=linear_body(NOW),
        empty_is_fine=False,
    ),
    Scheme("standard", of("standard"), sign_standard, "webhook-signature", STANDARD_SECRET, window=MINUTES),
    Scheme("generic", of("generic"), lambda body, _: [(b"X-Signature", mac(body).encode())], "X-Signature"),
    Scheme("generic-timed", of("generic", TIMED), sign_timed, "X-Sum", window=MINUTES),
)
every_scheme = pytest.mark.parametrize("scheme", SCHEMES, ids=repr)


def verdict(scheme: Scheme, raw: Raw, body: bytes, *, now: datetime = NOW, secret: str | None = None) -> object:
    return scheme.provider.verify(Headers(raw), body, secret or scheme.secret, now)


KNOWN = (
    (
        "github",
        "It's a Secret to Everybody",
        b"Hello, World!",
        {"X-Hub-Signature-256": "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"},
        NOW,
    ),
    *(
        (
            name,
            "It's a Secret to Everybody",
            b"Hello World!",
            {"X-Hub-Signature": "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9"},
            NOW,
        )
        for name in ("jira", "bitbucket")
    ),
    (
        "slack",
        "8f742231b10e8888abcd99yyyzzz85a5",
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
        b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
        b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
        b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c",
        {
            "X-Slack-Request-Timestamp": "1531420618",
            "X-Slack-Signature": "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
        },
        datetime.fromtimestamp(1531420618, UTC),
    ),
    *(
        (
            name,
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            b'{"test": 2432232314}',
            {
                "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
                "webhook-timestamp": "1614265330",
                "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
            },
            datetime.fromtimestamp(1614265330, UTC),
        )
        for name in ("standard", "gitlab")
    ),
)


@pytest.mark.parametrize(("name", "secret", "body", "headers", "now"), KNOWN, ids=[known[0] for known in KNOWN])
def test_the_published_answer_of_the_provider_is_accepted(
    name: str, secret: str, body: bytes, headers: dict[str, str], now: datetime
) -> None:
    raw = Headers((key.encode(), value.encode()) for key, value in headers.items())
    assert isinstance(of(name).verify(raw, body, secret, now), Verified)
    assert isinstance(of(name).verify(raw, body + b" ", secret, now), Refused)


@every_scheme
def test_what_was_signed_now_is_accepted(scheme: Scheme) -> None:
    assert isinstance(verdict(scheme, scheme.sign(scheme.body, NOW), scheme.body), Verified)


@every_scheme
def test_a_changed_byte_in_the_body_is_refused(scheme: Scheme) -> None:
    raw = scheme.sign(scheme.body, NOW)
    for position in (0, len(scheme.body) // 2, len(scheme.body) - 1):
        changed = bytearray(scheme.body)
        changed[position] ^= 1
        accepted = isinstance(verdict(scheme, raw, bytes(changed)), Verified)
        assert accepted is not scheme.signs_body


@every_scheme
def test_a_changed_or_shortened_signature_is_refused(scheme: Scheme) -> None:
    changes: tuple[Callable[[bytes], bytes], ...] = (
        lambda v: v[:-2] + b"##",
        lambda v: v[:-1],
        lambda v: v[:0],
        lambda v: v.swapcase(),
        lambda v: v + b"0",
    )
    for change in changes:
        raw = [
            (name, change(value)) if name.lower() == scheme.signature_header.lower().encode() else (name, value)
            for name, value in scheme.sign(scheme.body, NOW)
        ]
        assert isinstance(verdict(scheme, raw, scheme.body), Refused)


@every_scheme
def test_a_missing_header_is_refused_and_named(scheme: Scheme) -> None:
    raw = scheme.sign(scheme.body, NOW)
    for missing in range(len(raw)):
        found = verdict(scheme, raw[:missing] + raw[missing + 1 :], scheme.body)
        assert isinstance(found, Refused)
        assert raw[missing][0].decode().lower() in found.reason.lower()
    assert isinstance(verdict(scheme, [], scheme.body), Refused)


@every_scheme
def test_another_secret_is_refused_and_no_secret_is_told(scheme: Scheme) -> None:
    other = "whsec_" + base64.b64encode(b"another key").decode() if scheme.secret == STANDARD_SECRET else "another"
    found = verdict(scheme, scheme.sign(scheme.body, NOW), scheme.body, secret=other)
    assert isinstance(found, Refused)
    assert other not in found.reason


@pytest.mark.parametrize("scheme", [scheme for scheme in SCHEMES if scheme.window], ids=repr)
def test_an_old_timestamp_and_one_of_the_future_are_refused(scheme: Scheme) -> None:
    assert scheme.window is not None
    for sign in (-1, 1):
        near, far = (
            NOW + sign * (scheme.window - timedelta(seconds=5)),
            NOW + sign * (scheme.window + timedelta(seconds=5)),
        )
        assert isinstance(verdict(scheme, scheme.sign(scheme.body, near), scheme.body), Verified)
        found = verdict(scheme, scheme.sign(scheme.body, far), scheme.body)
        assert isinstance(found, Refused)
        assert "seconds off" in found.reason


@pytest.mark.parametrize(
    ("body", "accepted"),
    [
        (linear_body(NOW - timedelta(seconds=55)), True),
        (linear_body(NOW - timedelta(seconds=65)), False),
        (linear_body(NOW + timedelta(seconds=65)), False),
        (b'{"webhookTimestamp": "soon"}', False),
        (b'{"webhookTimestamp": true}', False),
        (b'{"webhookTimestamp": 1e400}', False),
        (b"{}", False),
        (b"[" * 100_000, False),
        (b"\xff\xfe", False),
    ],
)
def test_linear_signs_its_time_in_the_body(body: bytes, accepted: bool) -> None:
    found = of("linear").verify(Headers([(b"linear-signature", mac(body).encode())]), body, SECRET, NOW)
    assert isinstance(found, Verified) is accepted


HOSTILE = (
    b"\xff\xfe\x00",
    b"\x00",
    b"",
    b"v1,",
    b"sha256=",
    "sha256=ünïcode".encode(),
    b"v0=\xe2\x80\xae",
    b"9" * 1_000_000,
    b" ",
)


@every_scheme
@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: repr(value[:12]))
def test_hostile_bytes_in_any_header_are_refused(scheme: Scheme, value: bytes) -> None:
    raw = scheme.sign(scheme.body, NOW)
    for position in range(len(raw)):
        changed = [*raw]
        changed[position] = (raw[position][0], value)
        assert isinstance(verdict(scheme, changed, scheme.body), Refused)


@every_scheme
def test_a_header_that_is_there_twice_is_refused(scheme: Scheme) -> None:
    raw = scheme.sign(scheme.body, NOW)
    for name, value in raw:
        for second in (b"something else", value):
            found = verdict(scheme, [*raw, (name.upper(), second)], scheme.body)
            assert isinstance(found, Refused)


@every_scheme
def test_an_empty_body_is_no_error(scheme: Scheme) -> None:
    assert isinstance(verdict(scheme, scheme.sign(b"", NOW), b""), Verified) is scheme.empty_is_fine


@every_scheme
def test_a_body_of_25_megabytes_is_checked_in_bounded_time(scheme: Scheme) -> None:
    body = scheme.body[:-1] + b', "x": "' + b"y" * BIG + b'"}'
    raw = scheme.sign(body, NOW)
    started = time.perf_counter()
    assert isinstance(verdict(scheme, raw, body), Verified)
    assert time.perf_counter() - started < 3


@given(
    headers=st.lists(st.tuples(st.binary(max_size=20), st.binary(max_size=80)), max_size=6),
    value=st.binary(max_size=120),
    body=st.binary(max_size=200),
    name=st.sampled_from(SCHEMES),
)
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_refused_and_never_an_error(headers: Raw, value: bytes, body: bytes, name: Scheme) -> None:
    ours = [(header, value) for header, _ in name.sign(body, NOW)]
    assert isinstance(verdict(name, headers, body), Refused)
    assert isinstance(verdict(name, [*headers, *ours], body), Refused)


@given(
    body=st.binary(max_size=300),
    kind=st.sampled_from(
        [b"application/json", b"application/x-www-form-urlencoded", b"text/html", b"", b"\xff", b"a/b+json"]
    ),
    name=st.sampled_from(list(ProviderName)),
)
@settings(max_examples=300, deadline=None)
def test_any_body_is_read_or_refused_with_415_or_422(body: bytes, kind: bytes, name: ProviderName) -> None:
    provider = of(name)
    headers = Headers([(b"content-type", kind)])
    status = 200
    try:
        payload = provider.read(headers, body)
    except Unreadable as error:
        status = error.status
    else:
        key = provider.identify(headers, body, payload)
        assert key.id
        assert key.event
    assert status in (200, 415, 422)


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        (b"text/html", b"{}", 415),
        (b"multipart/form-data; boundary=x", b"{}", 415),
        (b"application/json", b"{", 422),
        (b"application/json", b'{"a": NaN}', 422),
        (b"application/json", b"[" * 1_000_000, 422),
        (b"application/json", b"1" * 10_000, 422),
        (b"application/json", b"[" + b"[]," * 1_000_001 + b"[]]", 422),
        (b"application/json", b'"\xff"', 422),
        (b"application/x-www-form-urlencoded", b"payload=%7B", 422),
        (b"application/x-www-form-urlencoded", b"a=1&" * 5_000, 422),
        (b"application/x-www-form-urlencoded", b"nothing=1", 422),
    ],
)
def test_what_cannot_be_read_says_why(kind: bytes, body: bytes, status: int) -> None:
    with pytest.raises(Unreadable) as caught:
        of("github").read(Headers([(b"content-type", kind)]), body)
    assert caught.value.status == status
    assert len(str(caught.value)) < 200


def test_forms_are_read_where_the_provider_sends_them() -> None:
    form = Headers([(b"Content-Type", b"application/x-www-form-urlencoded; charset=utf-8")])
    assert of("github").read(form, b"payload=%7B%22action%22%3A%22opened%22%7D") == {"action": "opened"}
    assert of("slack").read(form, b"command=%2Fdeploy&text=now&text=later") == {"command": "/deploy", "text": "now"}
    with pytest.raises(Unreadable, match="application/json"):
        of("gitlab").read(form, b"a=1")


def test_a_signing_token_of_gitlab_is_not_satisfied_by_a_plain_token() -> None:
    headers = Headers([(b"X-Gitlab-Token", STANDARD_SECRET.encode())])
    assert isinstance(of("gitlab").verify(headers, b"{}", STANDARD_SECRET, NOW), Refused)


def test_a_webhook_without_its_secret_lets_nothing_in_and_only_unsigned_ones_ask_nothing() -> None:
    signed = Webhook(name="in", provider=ProviderName.GITHUB, secret_ref="IN_SECRET")
    unsigned = Webhook(name="in", provider=ProviderName.GITHUB, unsigned=True)
    headers = Headers([])
    assert isinstance(check(signed, provider_of(signed), headers, b"", None, NOW), Refused)
    with_nothing = Headers([(b"X-Hub-Signature-256", f"sha256={mac(b'', secret='')}".encode())])
    assert isinstance(check(signed, provider_of(signed), with_nothing, b"", "", NOW), Refused)
    assert isinstance(check(signed, provider_of(signed), headers, b"", SECRET, NOW), Refused)
    assert isinstance(check(unsigned, provider_of(unsigned), headers, b"", None, NOW), Verified)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"secret": ""},
        {"secret": "  "},
        {"unsigned": False},
        {"unsigned": "yes"},
        {"unsigned": 1},
        {"unsigned": True, "secret": "x"},
    ],
)
def test_nothing_but_a_secret_or_the_words_unsigned_true_makes_a_webhook(fields: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Webhook.model_validate({"name": "in", "provider": "github", **fields})


def test_the_provider_is_that_of_the_definition_whatever_the_headers_say() -> None:
    webhook = Webhook.model_validate({"name": "in", "provider": "github", "secret": SECRET})
    body = b"{}"
    for scheme in SCHEMES:
        if scheme.label != "github":
            raw = Headers([*scheme.sign(body, NOW), (b"X-Provider", scheme.label.encode())])
            assert isinstance(check(webhook, provider_of(webhook), raw, body, SECRET, NOW), Refused)


def test_stored_headers_hold_no_secret_and_are_bounded() -> None:
    raw = [(b"X-Gitlab-Token", b"s3cret"), (b"Authorization", b"Bearer s3cret"), (b"Cookie", b"s3cret")]
    raw += [(b"X-Slack-Signature", b"v0=s3cret"), (b"X-Api-Key", b"s3cret"), (b"X-GitHub-Event", b"push\x00\xff")]
    raw += [(f"x-{number}".encode(), b"y" * 5_000) for number in range(500)]
    stored = Headers(raw).redacted()
    assert "s3cret" not in str(stored)
    assert stored["x-github-event"].startswith("push?")
    assert len(stored) <= 100
    assert len(str(stored)) < 200_000


def test_every_provider_is_there_and_says_what_to_enter() -> None:
    assert set(PROVIDERS) == set(ProviderName)
    for name in ProviderName:
        hints = of(name).setup_hints("https://machine.example/webhooks/in")
        assert hints.url == "https://machine.example/webhooks/in"
        assert hints.where
        assert hints.signing
        assert hints.events
