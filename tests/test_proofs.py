"""Proofs of webhooks: genuine deliveries pass, anything else does not, and nothing raises."""

import base64
import subprocess
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pipelines.webhooks import proofs
from pipelines.webhooks.contract import Delivery, webhooks
from tests import signing
from tests.signing import NOW, Headers
from tests.vectors import VECTORS

WEBHOOKS = webhooks()
SOURCES = sorted(WEBHOOKS)
# Schemes that tell when a delivery was sent.
TIMED = ("buildkite", "cdevents", "generic", "gitlab", "incident_io", "linear", "slack")
# Schemes in which the secret itself is sent, so that they say nothing about the body.
PLAIN = (
    *("argocd", "azure_devops", "datadog", "harness", "jenkins", "opsgenie", "prometheus"),
    "servicenow",
)
PROVING = sorted(set(SOURCES) - set(PLAIN))
# What a proof reads beside secrets and signatures: the id and the times that are signed.
SIGNED = {
    *("webhook-id", "webhook-timestamp", "x-slack-request-timestamp"),
    "x-grafana-alerting-signature-timestamp",
}


# Bytes beyond ASCII, text that is no header, half a character.
ODD = ("é", "日", "\udcff", "=")


def holds(source: str, headers: Mapping[str, str], body: bytes, secret: str, at: datetime) -> bool:
    """What the proof of a source says; it must be a bool."""
    said = WEBHOOKS[source].proof(Delivery(headers, body, at), secret)
    assert isinstance(said, bool)
    return said


class Spy(dict[str, str]):
    """Headers that remember which ones were asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: set[str] = set()

    def get(self, key: str, default: str = "") -> str:  # type: ignore[override]
        self.asked.add(key)
        return "1"


def read_by(source: str) -> set[str]:
    """The headers that the proof of a source reads."""
    spy = Spy()
    WEBHOOKS[source].proof(Delivery(spy, b"{}", datetime.fromtimestamp(1, UTC)), "secret")
    return spy.asked


@pytest.fixture
def configured(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Configuration by environment that is read anew, before and after."""
    for cached in (proofs.setting, proofs.asked_for):
        cached.cache_clear()
    yield monkeypatch
    for cached in (proofs.setting, proofs.asked_for):
        cached.cache_clear()


def test_every_source_can_be_signed_for() -> None:
    assert sorted(signing.SIGNERS) == sorted(signing.SAMPLES) == SOURCES


@pytest.mark.parametrize("source", SOURCES)
def test_a_genuine_delivery_is_proved_and_named(source: str) -> None:
    delivery, webhook = signing.delivered(source), WEBHOOKS[source]
    assert webhook.proof(delivery, signing.secret_of(source)) is True
    assert webhook.content(delivery) == delivery.body
    assert webhook.answer(delivery) is None
    body = signing.SAMPLES[source](NOW, signing.KEY)
    assert webhook.table(webhook.event(delivery, body))


@pytest.mark.parametrize("source", SOURCES)
def test_a_tampered_delivery_is_refused(source: str) -> None:
    delivery, secret = signing.delivered(source), signing.secret_of(source)
    proof = WEBHOOKS[source].proof
    assert not proof(delivery._replace(headers={}), secret)
    for wrong in ("", " ", secret + "A", secret[:-1], secret.swapcase(), "whsec_", "="):
        assert not proof(delivery, wrong), wrong
    if source not in PLAIN:
        assert not proof(delivery._replace(body=delivery.body + b" "), secret)
        assert not proof(delivery._replace(body=b""), secret)
    for name in read_by(source) & delivery.headers.keys():
        value = delivery.headers[name]
        same_shape = {value[:-1], value + "0", value.swapcase()}
        for garbled in {"", " ", *same_shape, *ODD} - {value}:
            changed = {**delivery.headers, name: garbled}
            assert not proof(delivery._replace(headers=changed), secret), (name, garbled)


@pytest.mark.parametrize("source", SOURCES)
def test_an_empty_secret_proves_nothing_that_is_signed_with_it(source: str) -> None:
    body = signing.sample(source)
    assert not holds(source, signing.signed(source, "", body), body, "", NOW)


@pytest.mark.parametrize("source", TIMED)
def test_a_delivery_is_good_for_five_minutes(source: str) -> None:
    delivery, secret = signing.delivered(source), signing.secret_of(source)
    for minutes, expected in ((-5.1, False), (-4.9, True), (4.9, True), (5.1, False)):
        arrived = delivery._replace(received_at=NOW + timedelta(minutes=minutes))
        assert WEBHOOKS[source].proof(arrived, secret) is expected, minutes


@pytest.mark.parametrize("source", sorted(set(SOURCES) - set(TIMED)))
def test_a_scheme_without_a_time_has_no_window(source: str) -> None:
    delivery = signing.delivered(source)._replace(received_at=NOW + timedelta(days=3))
    assert WEBHOOKS[source].proof(delivery, signing.secret_of(source))


@pytest.mark.parametrize(
    ("source", "secret", "body", "time", "headers"), VECTORS, ids=[vector[0] for vector in VECTORS]
)
def test_published_vectors(
    source: str, secret: str, body: bytes, time: int, headers: Headers
) -> None:
    at = datetime.fromtimestamp(time, UTC)
    assert holds(source, headers, body, secret, at)
    assert not holds(source, headers, body + b"!", secret, at)
    assert not holds(source, headers, body, secret + "A", at)


# How openssl is asked for the signature of the schemes without a published vector.
OPENSSL = {
    "grafana": ("x-grafana-alerting-signature", "%s", b"", "hex"),
    "linear": ("linear-signature", "%s", b"", "hex"),
    "sentry": ("sentry-hook-signature", "%s", b"", "hex"),
    "sonarqube": ("x-sonar-webhook-hmac-sha256", "%s", b"", "hex"),
    "surveys": ("typeform-signature", "sha256=%s", b"", "base64"),
    "buildkite": (
        "x-buildkite-signature",
        "timestamp=1619071700,signature=%s",
        b"1619071700.",
        "hex",
    ),
}


@pytest.mark.parametrize("source", OPENSSL)
def test_schemes_without_a_vector_agree_with_openssl(source: str) -> None:
    header, form, before, encoding = OPENSSL[source]
    body = '{"title":"Grüße, 世界","number":1}'.encode()
    raw = subprocess.run(
        ["openssl", "dgst", "-sha256", "-hmac", "s3cret", "-binary"],
        input=before + body,
        capture_output=True,
        check=True,
    ).stdout
    made = raw.hex() if encoding == "hex" else base64.b64encode(raw).decode()
    at = datetime.fromtimestamp(1619071700, UTC)
    assert holds(source, {header: form % made}, body, "s3cret", at)


def test_every_signature_is_shown_by_a_vector_or_by_openssl() -> None:
    assert {vector[0] for vector in VECTORS} | set(OPENSSL) == set(PROVING)


def flipped(text: str, index: int) -> str:
    """A text of which one byte is another."""
    index %= len(text)
    return text[:index] + chr(ord(text[index]) ^ 1) + text[index + 1 :]


few = settings(max_examples=25, deadline=None)
KEYS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=8, max_size=40)


@pytest.mark.parametrize("source", PROVING)
@few
@given(data=st.data(), content=st.binary(max_size=200), place=st.integers(0, 10_000))
def test_one_changed_byte_is_enough(
    source: str, data: st.DataObject, content: bytes, place: int
) -> None:
    standard = signing.secret_of(source).startswith("whsec_")
    raw, other = data.draw(st.lists(KEYS, min_size=2, max_size=2, unique=True))
    if standard:
        raw, other = (f"whsec_{base64.b64encode(key.encode()).decode()}" for key in (raw, other))
    headers = signing.signed(source, raw, content)
    assert holds(source, headers, content, raw, NOW)
    assert not holds(source, headers, content, other, NOW)
    changed = bytearray(content or b"\0")
    changed[place % len(changed)] ^= 1
    assert not holds(source, headers, bytes(changed), raw, NOW)
    for name in read_by(source) & headers.keys():
        altered = headers | {name: flipped(headers[name], place)}
        assert not holds(source, altered, content, raw, NOW), name


@pytest.mark.parametrize("source", PLAIN)
@few
@given(secret=KEYS, other=KEYS, place=st.integers(0, 10_000))
def test_a_shared_secret_is_compared_as_a_whole(
    source: str, secret: str, other: str, place: int
) -> None:
    assume(secret != other)
    headers = signing.signed(source, secret, b"")
    assert holds(source, headers, b"", secret, NOW)
    assert not holds(source, headers, b"", other, NOW)
    scheme, _, credentials = headers["authorization"].partition(" ")
    assert not holds(
        source, {"authorization": f"{scheme} {flipped(credentials, place)}"}, b"", secret, NOW
    )
    assert holds(source, {"authorization": f"{scheme.lower()} {credentials}"}, b"", secret, NOW)


@pytest.mark.parametrize("source", SOURCES)
@few
@given(
    data=st.data(),
    body=st.binary(max_size=50),
    secret=st.text(st.characters(exclude_categories=["Cs"])),
)
def test_garbage_proves_nothing_and_breaks_nothing(
    source: str, data: st.DataObject, body: bytes, secret: str
) -> None:
    values = st.one_of(
        st.text(),
        st.text("v01=,.: whsec_timestamp=signature=Basic Bearer"),
        st.from_regex(r"(sha256|v1|v0)?[=,][0-9a-f]{64}", fullmatch=True),
    )
    headers = data.draw(st.fixed_dictionaries({}, optional=dict.fromkeys(read_by(source), values)))
    assume(not secret or secret not in " ".join(headers.values()))
    assert not holds(source, headers, body, secret, NOW)


@pytest.mark.parametrize("source", SOURCES)
def test_no_header_that_is_kept_is_a_secret(source: str) -> None:
    kept = WEBHOOKS[source].headers
    assert all(name == name.lower() for name in kept)
    assert not (read_by(source) - SIGNED) & set(kept)
    for name in kept:
        assert not any(word in name for word in ("token", "secret", "authorization", "cookie"))
        assert "signature" not in name or name in SIGNED


def test_the_spy_sees_what_proofs_read() -> None:
    assert read_by("gitlab") == {
        *("webhook-signature", "webhook-id", "webhook-timestamp", "x-gitlab-token")
    }
    assert all(read_by(source) for source in SOURCES)


def test_a_header_that_came_twice_is_garbled() -> None:
    """As HTTP joins them; a list may hold the right one among others, which is how a sender rotates."""
    for source in PROVING:
        delivery, secret = signing.delivered(source), signing.secret_of(source)
        lists = {"circleci-signature", "x-pagerduty-signature", "webhook-signature"}
        for name in (read_by(source) & delivery.headers.keys()) - lists:
            twice = {**delivery.headers, name: ", ".join([delivery.headers[name]] * 2)}
            assert not WEBHOOKS[source].proof(delivery._replace(headers=twice), secret), name


@pytest.mark.parametrize(
    ("source", "header", "separator"),
    [
        ("pagerduty", "x-pagerduty-signature", ","),
        ("pagerduty", "x-pagerduty-signature", ", "),
        ("circleci", "circleci-signature", ","),
        ("incident_io", "webhook-signature", " "),
    ],
)
def test_a_sender_that_rotates_signs_with_both(source: str, header: str, separator: str) -> None:
    delivery, secret = signing.delivered(source), signing.secret_of(source)
    own = delivery.headers[header]
    other = own[:5] + own[5:].swapcase()
    for listed in ([other, own], [own, other], ["v2=1", "", own], ["v1a,x", own]):
        headers = {**delivery.headers, header: separator.join(listed)}
        assert WEBHOOKS[source].proof(delivery._replace(headers=headers), secret)
    headers = {**delivery.headers, header: separator.join([other, other])}
    assert not WEBHOOKS[source].proof(delivery._replace(headers=headers), secret)


def test_other_ways_of_the_same_vendor() -> None:
    def said(source: str, secret: str, body: bytes = b"{}", **headers: str) -> bool:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return holds(source, named, body, secret, NOW)

    assert said("gitlab", "s3cret", x_gitlab_token="s3cret")
    assert said("gitlab", "sécret", x_gitlab_token="sécret".encode().decode("latin-1"))
    assert not said("gitlab", "s3cret", x_gitlab_token="s3cre")
    assert said("buildkite", "s3cret", x_buildkite_token="s3cret")
    assert said("sonarqube", "me:s3cret", authorization="Basic bWU6czNjcmV0")
    assert said("datadog", "me:s3cret", authorization="basic bWU6czNjcmV0")
    assert not said("datadog", "me:s3cret", authorization="bWU6czNjcmV0")
    assert said("generic", "s3cret", authorization="Bearer s3cret")
    assert not said("generic", "s3cret", authorization="s3cret")
    assert not said("generic", "s3cret", authorization="Token s3cret")
    nameless = signing.signed("generic", signing.secret_of("generic"), b"", key="")
    assert not holds("generic", nameless, b"", signing.secret_of("generic"), NOW)
    seconds = signing.seconds(NOW)
    timed = signing.digest("s3cret", f"{seconds}:{{}}".encode()).hex()
    stamp = {"x_grafana_alerting_signature_timestamp": seconds}
    assert said("grafana", "s3cret", x_grafana_alerting_signature=timed, **stamp)
    assert not said("grafana", "s3cret", x_grafana_alerting_signature=timed)


def test_linear_without_a_time_and_with_a_longer_window(configured: pytest.MonkeyPatch) -> None:
    bare = b'{"type":"Issue"}'
    assert holds("linear", signing.signed("linear", "s3cret", bare), bare, "s3cret", NOW)
    odd = b'{"webhookTimestamp":"now"}'
    assert not holds("linear", signing.signed("linear", "s3cret", odd), odd, "s3cret", NOW)
    repeated = signing.delivered("linear")._replace(received_at=NOW + timedelta(hours=6))
    assert not WEBHOOKS["linear"].proof(repeated, signing.secret_of("linear"))
    configured.setenv("SOURCES__LINEAR__WEBHOOK_WINDOW", "25200")
    proofs.setting.cache_clear()
    assert WEBHOOKS["linear"].proof(repeated, signing.secret_of("linear"))


CONFIGURABLE = (*PLAIN, "cdevents", "generic", "grafana", "sonarqube", "surveys")


@pytest.mark.parametrize("source", CONFIGURABLE)
def test_a_header_with_the_secret_can_be_configured(
    source: str, configured: pytest.MonkeyPatch
) -> None:
    configured.setenv(f"SOURCES__{source.upper()}__WEBHOOK_HEADER", "X-Own-Secret")
    assert holds(source, {"x-own-secret": "s3cret"}, b"", "s3cret", NOW)
    assert not holds(source, {"x-own-secret": "s3cre"}, b"", "s3cret", NOW)
    genuine = signing.delivered(source)
    assert not WEBHOOKS[source].proof(genuine, signing.secret_of(source)), "in place of the default"


@pytest.mark.parametrize("source", CONFIGURABLE)
def test_a_signature_of_the_body_can_be_configured(
    source: str, configured: pytest.MonkeyPatch
) -> None:
    configured.setenv(f"SOURCES__{source.upper()}__WEBHOOK_SIGNATURE_HEADER", "X-Own-Signature")
    configured.setenv(f"SOURCES__{source.upper()}__WEBHOOK_SIGNATURE_PREFIX", "sha256=")
    made = signing.digest("s3cret", b"body")
    for text in (made.hex(), base64.b64encode(made).decode()):
        assert holds(source, {"x-own-signature": f"sha256={text}"}, b"body", "s3cret", NOW)
        assert not holds(source, {"x-own-signature": text}, b"body", "s3cret", NOW)
        assert not holds(source, {"x-own-signature": f"sha256={text}"}, b"bodY", "s3cret", NOW)
