"""Building blocks of proofs, which say whether a delivery was made by somebody who knows the secret.

Each gives a `Proof`: over the raw bytes, in constant time, with nothing parsed before it holds. What is missing, empty
or garbled proves nothing, and neither does an empty secret; no proof ever raises. Where a scheme says when a delivery
was sent, that must lie within five minutes of its arrival, before or after.
"""

import base64
import binascii
import hmac
import re
from collections.abc import Callable
from functools import cache

import dlt

from pipelines.webhooks.contract import Delivery, Proof

WINDOW = 300.0  # seconds

Encode = Callable[[bytes], bytes]
# What is signed; None where the delivery lacks a part of it, or was sent too long ago.
Content = Callable[[Delivery], bytes | None]

hexadecimal: Encode = binascii.hexlify
base64_text: Encode = base64.b64encode


def sent(delivery: Delivery, header: str) -> bytes:
    """The bytes of a header as they came over the wire; empty where there is none."""
    try:
        return delivery.headers.get(header, "").encode("latin-1")
    except UnicodeEncodeError:
        return b""


def same(given: bytes, expected: bytes) -> bool:
    """Whether both are equal, in constant time; nothing equals an empty expectation."""
    return bool(expected) and hmac.compare_digest(given, expected)


def text_key(secret: str) -> bytes:
    """The secret as it is written."""
    return secret.encode("utf-8", "surrogateescape")


def mac(key: bytes, content: bytes | None, encode: Encode = hexadecimal) -> bytes:
    """HMAC-SHA256 as text; empty, and so equal to nothing, without a key or a content."""
    return encode(hmac.digest(key, content, "sha256")) if key and content is not None else b""


def unix_time(text: bytes) -> float | None:
    """Unix seconds from their digits; None where the text is none."""
    return float(text) if re.fullmatch(rb"[0-9]{1,11}", text) else None


def is_near(delivery: Delivery, seconds: float | None, window: float = WINDOW) -> bool:
    """Whether a Unix time lies within the window around the arrival."""
    return seconds is not None and abs(delivery.received_at.timestamp() - seconds) <= window


def whole_body(delivery: Delivery) -> bytes:
    """The body alone."""
    return delivery.body


def signature(
    header: str,
    *,
    prefix: str = "",
    encode: Encode = hexadecimal,
    content: Content = whole_body,
    key: Callable[[str], bytes] = text_key,
    separator: bytes | None = None,
) -> Proof:
    """HMAC-SHA256 of the content in a header, behind a prefix; of a list with a separator one must match."""

    def proof(delivery: Delivery, secret: str) -> bool:
        given = sent(delivery, header)
        if not given:
            return False  # before a large body is read for nothing
        expected = mac(key(secret), content(delivery), encode)
        listed = [part.strip(b" ") for part in given.split(separator)] if separator else [given]
        return any(
            part.startswith(prefix.encode()) and same(part[len(prefix) :], expected)
            for part in listed
        )

    return proof


def stamped(header: str, content: Callable[[bytes, Delivery], bytes]) -> Content:
    """What is signed where a header tells the time of sending in Unix seconds."""

    def signed(delivery: Delivery) -> bytes | None:
        at = sent(delivery, header)
        return content(at, delivery) if is_near(delivery, unix_time(at)) else None

    return signed


def whsec_key(secret: str) -> bytes:
    """The key of a Standard Webhooks secret: base64, with or without `whsec_` before it; empty where it is neither."""
    try:
        return base64.b64decode(text_key(secret.removeprefix("whsec_")), validate=True)
    except binascii.Error:
        return b""


signed_with_id = stamped(
    "webhook-timestamp",
    lambda at, delivery: b"%b.%b.%b" % (sent(delivery, "webhook-id"), at, delivery.body),
)
standard_webhooks = signature(
    "webhook-signature",
    prefix="v1,",
    encode=base64_text,
    content=lambda delivery: signed_with_id(delivery) if sent(delivery, "webhook-id") else None,
    key=whsec_key,
    separator=b" ",
)


def secret_in(header: str) -> Proof:
    """The secret itself, in a header."""
    return lambda delivery, secret: same(sent(delivery, header), text_key(secret))


def authorized(scheme: str, credentials: Callable[[str], bytes]) -> Proof:
    """`Authorization: <scheme> <credentials>`; the scheme in any case."""

    def proof(delivery: Delivery, secret: str) -> bool:
        given, _, value = sent(delivery, "authorization").partition(b" ")
        return given.lower() == scheme.encode() and same(value, credentials(secret))

    return proof


bearer = authorized("bearer", text_key)
# The secret is `username:password`.
basic = authorized("basic", lambda secret: base64_text(text_key(secret)))


def any_of(*proofs: Proof) -> Proof:
    """One of several."""
    return lambda delivery, secret: any(proof(delivery, secret) for proof in proofs)


# What a tool can send that knows no scheme of its own, but lets its user set headers.
header_secret = any_of(bearer, basic)


def configured(source: str, default: Proof) -> Proof:
    """The proof that the configuration of a source asks for, else the default."""
    return lambda delivery, secret: (asked_for(source) or default)(delivery, secret)


@cache
def setting(source: str, key: str) -> str:
    """A key of `[sources.<source>]` in dlt's configuration, read once; empty where it is not set."""
    return str(dlt.config.get(f"sources.{source}.{key}", str) or "")


def window_of(source: str) -> float:
    """`webhook_window` of a source in seconds, for a sender that repeats itself later than five minutes."""
    asked = setting(source, "webhook_window")
    return float(asked) if re.fullmatch(r"[0-9]{1,7}", asked) else WINDOW


@cache
def asked_for(source: str) -> Proof | None:
    """What the configuration of a source asks for; None where it asks for nothing.

    `webhook_header` names a header that holds the secret itself, `webhook_signature_header` one that holds the body's
    HMAC-SHA256 in hex or base64, behind `webhook_signature_prefix`.
    """
    if header := setting(source, "webhook_header").lower():
        return secret_in(header)
    if header := setting(source, "webhook_signature_header").lower():
        prefix = setting(source, "webhook_signature_prefix")
        return any_of(
            signature(header, prefix=prefix), signature(header, prefix=prefix, encode=base64_text)
        )
    return None
