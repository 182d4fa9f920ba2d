"""Every source through the receiver itself: what is genuine is on disk without its proof, what is not is refused."""

import asyncio
import base64
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from pipelines import config
from pipelines import webhooks as drain
from pipelines.webhooks import segments
from pipelines.webhooks.app import create_app
from pipelines.webhooks.contract import webhooks
from pipelines.webhooks.spool import Spool
from tests import signing
from tests.conftest import Place

WEBHOOKS = webhooks()
SOURCES = sorted(WEBHOOKS)


def post(folder: Path, source: str, body: bytes, headers: dict[str, str]) -> httpx.Response:
    """What the receiver of all sources answers; its spool is in the folder."""

    async def ask() -> httpx.Response:
        spool = Spool(folder)
        spool.start()
        secrets = {name: ["an older one", signing.secret_of(name)] for name in SOURCES}
        transport = httpx.ASGITransport(create_app(WEBHOOKS, secrets, spool))
        try:
            async with httpx.AsyncClient(transport=transport, base_url="http://engops") as client:
                return await client.post(f"/webhooks/{source}", content=body, headers=headers)
        finally:
            spool.close()

    return asyncio.run(ask())


def kept(folder: Path, source: str) -> Iterator[bytes]:
    """The lines that a drain would find."""
    if (folder / source).exists():
        for segment in segments.seal(folder / source):
            yield from segment.read_bytes().splitlines()


@pytest.mark.parametrize("source", SOURCES)
def test_a_genuine_delivery_is_kept_without_its_proof(source: str, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    body, secret = signing.sample(source, now), signing.secret_of(source)
    headers = signing.signed(source, secret, body, now)
    assert post(tmp_path, source, body, headers).status_code == 202
    (line,) = kept(tmp_path, source)
    entry = json.loads(line)
    assert entry["body"].encode() == body
    assert entry["headers"].keys() <= {"content-type", *WEBHOOKS[source].headers}
    proving = [
        word
        for name, value in headers.items()
        if "signature" in name or "hmac" in name or name == "authorization"
        for word in re.findall(r"[\w+/]{16,}", value)
    ]
    assert proving
    for told in (secret, base64.b64encode(secret.encode()).decode(), *proving):
        assert told.encode() not in line, "a secret or a signature was kept"


@pytest.mark.parametrize("source", SOURCES)
def test_another_secret_is_refused_and_nothing_kept(source: str, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    body = signing.sample(source, now)
    other = (
        "whsec_b3RoZXIgb3RoZXIgb3RoZXI=" if signing.secret_of(source)[:6] == "whsec_" else "other"
    )
    answer = post(tmp_path, source, body, signing.signed(source, other, body, now))
    assert answer.status_code == 401
    assert not list(kept(tmp_path, source))


def test_the_challenge_is_heard_back_once_it_is_proved(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    body = b'{"token":"x","challenge":"3eZbrw1aBm2rZgRNFdxV","type":"url_verification"}'
    headers = signing.signed("slack", signing.secret_of("slack"), body, now)
    answer = post(tmp_path, "slack", body, headers)
    assert (answer.status_code, answer.text) == (200, "3eZbrw1aBm2rZgRNFdxV")
    assert post(tmp_path, "slack", body + b" ", headers).status_code == 401


@pytest.mark.slow
def test_every_source_lands_once_in_its_raw_table(place: Place) -> None:
    now = datetime.now(UTC)
    for source in SOURCES:
        body = signing.sample(source, now)
        headers = signing.signed(source, signing.secret_of(source), body, now)
        for _ in range(2):
            assert post(config.data_dir() / "spool", source, body, headers).status_code == 202
    expected = {}
    for source, webhook in WEBHOOKS.items():
        delivery = signing.delivered(source, now)
        event = webhook.event(delivery, json.loads(delivery.body))
        expected[f"{source}.{webhook.table(event)}"] = 1
    assert drain.load().rows == expected
    for source_table in expected:
        rows = place.rows(f"select payload from raw_{source_table}")
        source = source_table.split(".")[0]
        assert [row[0].encode() for row in rows] == [signing.sample(source, now)]
