"""Proofs of webhooks: genuine deliveries pass, anything else does not, and nothing raises."""

from datetime import UTC, datetime

import pytest

from pipelines.webhooks.contract import Delivery, webhooks
from tests import signing

WEBHOOKS = webhooks()


@pytest.mark.parametrize("source", WEBHOOKS)
def test_every_source_proves_its_deliveries(source: str) -> None:
    delivery = signing.delivered(source)
    secret = signing.secret_of(source)
    proof = WEBHOOKS[source].proof
    assert proof(delivery, secret) is True
    assert proof(delivery, "") is False
    assert proof(delivery, secret + "x") is False
    assert proof(delivery._replace(headers={}), secret) is False


def test_github_published_vector() -> None:
    signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    delivery = Delivery(
        {"x-hub-signature-256": signature}, b"Hello, World!", datetime(2026, 1, 1, tzinfo=UTC)
    )
    assert WEBHOOKS["github"].proof(delivery, "It's a Secret to Everybody")
