"""Genuine deliveries of every source, signed as the vendors document it and without the project's own proofs."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from pipelines.webhooks.contract import Delivery

Headers = dict[str, str]
# (secret, body, time of sending, delivery id) → the headers that prove the delivery, and those that identify it.
Signer = Callable[[str, bytes, datetime, str], Headers]

NOW = datetime(2026, 11, 20, 11, 5, 46, 123456, UTC)
KEY = "0b989ba4-242f-11e5-81e1-c7b6966d2516"


def signed(source: str, secret: str, body: bytes, at: datetime = NOW, *, key: str = KEY) -> Headers:
    """The headers (lower case) with which `source` would deliver `body` at a time, as its delivery `key`.

    Where the vendor's id or time stands in the body, `sample` gives one that holds them.
    """
    return {"content-type": "application/json"} | SIGNERS[source](secret, body, at, key)


def sample(source: str, at: datetime = NOW, *, key: str = KEY) -> bytes:
    """A small genuine body of a source, made at a time, that its `table` knows."""
    return json.dumps(SAMPLES[source](at, key)).encode()


def secret_of(source: str) -> str:
    """A secret as the source would have it."""
    return SECRETS.get(source, "ItIsASecretToEverybody")


def delivered(source: str, at: datetime = NOW, *, key: str = KEY) -> Delivery:
    """A whole genuine delivery that arrives when it is sent."""
    body = sample(source, at, key=key)
    return Delivery(signed(source, secret_of(source), body, at, key=key), body, at)


def digest(secret: str | bytes, content: bytes) -> bytes:
    """HMAC-SHA256."""
    key = secret.encode() if isinstance(secret, str) else secret
    return hmac.new(key, content, hashlib.sha256).digest()


def seconds(at: datetime) -> str:
    return str(int(at.timestamp()))


def of_body(header: str, prefix: str = "", **others: str) -> Signer:
    """The body's digest in hex behind a prefix; `others` are further headers, `{key}` in them the delivery's id."""

    def sign(secret: str, body: bytes, at: datetime, key: str) -> Headers:
        further = {name.replace("_", "-"): value.format(key=key) for name, value in others.items()}
        return {header: prefix + digest(secret, body).hex()} | further

    return sign


def bearer(secret: str, body: bytes, at: datetime, key: str) -> Headers:
    return {"authorization": f"Bearer {secret}"}


def basic(secret: str, body: bytes, at: datetime, key: str) -> Headers:
    return {"authorization": "Basic " + base64.b64encode(secret.encode()).decode()}


def standard_webhooks(secret: str, body: bytes, at: datetime, key: str) -> Headers:
    raw = base64.b64decode(secret.removeprefix("whsec_"))
    made = digest(raw, f"{key}.{seconds(at)}.".encode() + body)
    return {
        "webhook-id": key,
        "webhook-timestamp": seconds(at),
        "webhook-signature": "v1," + base64.b64encode(made).decode(),
    }


def gitlab(secret: str, body: bytes, at: datetime, key: str) -> Headers:
    standard = standard_webhooks(secret, body, at, key)
    return standard | {"idempotency-key": key, "x-gitlab-event": "Merge Request Hook"}


def slack(secret: str, body: bytes, at: datetime, key: str) -> Headers:
    made = digest(secret, f"v0:{seconds(at)}:".encode() + body)
    return {"x-slack-request-timestamp": seconds(at), "x-slack-signature": "v0=" + made.hex()}


def buildkite(secret: str, body: bytes, at: datetime, key: str) -> Headers:
    made = digest(secret, f"{seconds(at)}.".encode() + body).hex()
    return {"x-buildkite-signature": f"timestamp={seconds(at)},signature={made}"}


def typeform(secret: str, body: bytes, at: datetime, key: str) -> Headers:
    return {"typeform-signature": "sha256=" + base64.b64encode(digest(secret, body)).decode()}


SIGNERS: dict[str, Signer] = {
    "argocd": bearer,
    "azure_devops": basic,
    "bitbucket": of_body(
        "x-hub-signature", "sha256=", x_event_key="pullrequest:fulfilled", x_request_uuid="{key}"
    ),
    "buildkite": buildkite,
    "cdevents": standard_webhooks,
    "circleci": of_body("circleci-signature", "v1="),
    "datadog": bearer,
    "generic": standard_webhooks,
    "github": of_body(
        *("x-hub-signature-256", "sha256="),
        x_github_event="pull_request",
        x_github_delivery="{key}",
    ),
    "gitlab": gitlab,
    "grafana": of_body("x-grafana-alerting-signature"),
    "harness": bearer,
    "incident_io": standard_webhooks,
    "jenkins": basic,
    "jira": of_body("x-hub-signature", "sha256=", x_atlassian_webhook_identifier="{key}"),
    "linear": of_body("linear-signature", linear_delivery="{key}", linear_event="Issue"),
    "opsgenie": bearer,
    "pagerduty": of_body("x-pagerduty-signature", "v1="),
    "prometheus": bearer,
    "sentry": of_body("sentry-hook-signature", sentry_hook_resource="issue", request_id="{key}"),
    "servicenow": bearer,
    "slack": slack,
    "sonarqube": of_body("x-sonar-webhook-hmac-sha256"),
    "surveys": typeform,
}
SECRETS = {
    **dict.fromkeys(
        ("cdevents", "generic", "gitlab", "incident_io"), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    ),
    **dict.fromkeys(("azure_devops", "jenkins"), "engops:ItIsASecretToEverybody"),
}
# What the raw table of a sample is, beside the sample itself, so that both are read together.
SAMPLES: dict[str, Callable[[datetime, str], dict[str, Any]]] = {
    "argocd": lambda at, key: {"event": "sync.Succeeded", "app": {"metadata": {"name": "shop"}}},
    "azure_devops": lambda at, key: {
        **{"subscriptionId": key, "notificationId": 1, "id": "1", "publisherId": "tfs"},
        "eventType": "git.pullrequest.merged",
        **{"resource": {"pullRequestId": 1}, "createdDate": at.isoformat()},
    },
    "bitbucket": lambda at, key: {"pullrequest": {"id": 1}, "repository": {"uuid": "{1}"}},
    "buildkite": lambda at, key: {"event": "build.finished", "build": {"id": key}},
    "cdevents": lambda at, key: {
        **{"specversion": "1.0", "id": key, "source": "/ci", "time": at.isoformat()},
        "type": "dev.cdevents.service.deployed.0.2.0",
        "data": {"subject": {"id": "shop", "content": {}}},
    },
    "circleci": lambda at, key: {
        **{"type": "workflow-completed", "id": key, "happened_at": at.isoformat()},
        "workflow": {"id": "1", "status": "success"},
    },
    "datadog": lambda at, key: {"event_type": "query_alert_monitor", "id": key, "title": "late"},
    "generic": lambda at, key: {
        "type": "deployment",
        "id": key,
        "environment": "production",
        "outcome": "success",
        "finished_at": at.isoformat(),
    },
    "github": lambda at, key: {"action": "closed", "number": 1, "pull_request": {"id": 1}},
    "gitlab": lambda at, key: {
        **{"object_kind": "merge_request", "event_type": "merge_request"},
        "object_attributes": {"id": 1, "action": "merge"},
    },
    "grafana": lambda at, key: {"status": "firing", "receiver": "engops", "alerts": []},
    "harness": lambda at, key: {
        "eventData": {"eventType": "PipelineEnd", "planExecutionId": key, "endTs": seconds(at)}
    },
    "incident_io": lambda at, key: {
        "event_type": "public_incident.incident_created_v2",
        "public_incident.incident_created_v2": {"id": "1"},
    },
    "jenkins": lambda at, key: {
        "name": "shop",
        "build": {"number": 1, "phase": "COMPLETED", "status": "SUCCESS"},
    },
    "jira": lambda at, key: {"webhookEvent": "jira:issue_updated", "issue": {"id": "1"}},
    "linear": lambda at, key: {
        **{"action": "update", "type": "Issue", "data": {"id": "1"}},
        "webhookTimestamp": int(at.timestamp() * 1000),
    },
    "opsgenie": lambda at, key: {"action": "Acknowledge", "alert": {"alertId": "1"}},
    "pagerduty": lambda at, key: {
        "event": {"id": key, "event_type": "incident.resolved", "data": {"id": "1"}}
    },
    "prometheus": lambda at, key: {"version": "4", "status": "resolved", "alerts": []},
    "sentry": lambda at, key: {"action": "resolved", "data": {"issue": {"id": "1"}}},
    "servicenow": lambda at, key: {
        **{"table": "change_request", "operation": "update", "sys_id": "1"},
        "record": {"number": "CHG0030001"},
    },
    "slack": lambda at, key: {
        **{"type": "event_callback", "event_id": key, "team_id": "T1"},
        "event": {"type": "channel_created", "channel": {"id": "C1"}},
    },
    "sonarqube": lambda at, key: {"taskId": key, "status": "SUCCESS", "project": {"key": "shop"}},
    "surveys": lambda at, key: {
        **{"event_id": key, "event_type": "form_response"},
        "form_response": {"form_id": "pulse", "submitted_at": at.isoformat()},
    },
}
