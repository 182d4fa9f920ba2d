"""What schemathesis loads to prove its requests genuine: each is signed as its source's vendor does it, last of all."""

from datetime import UTC, datetime
from typing import Any

import requests
import schemathesis
from requests.auth import AuthBase

from tests.signing import SIGNERS, secret_of, signed


class Sign(AuthBase):
    """Signs a prepared request over the bytes that will be sent."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Add the proof; the content type stays as it was generated."""
        source = request.path_url.partition("?")[0].rpartition("/")[2]
        if source in SIGNERS:
            body = request.body or b""
            body = body.encode() if isinstance(body, str) else bytes(body)
            proof = signed(source, secret_of(source), body, datetime.now(UTC))
            del proof["content-type"]
            request.headers.update(proof)
        return request


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
    """Let `requests` sign, which knows the bytes."""
    kwargs["auth"] = Sign()
