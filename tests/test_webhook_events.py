"""What webhooks say of a delivery: the event in the vendor's words, its raw table, its id."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.webhooks import deliveries, reading
from pipelines.webhooks.contract import Delivery, webhooks
from tests import signing

WEBHOOKS = webhooks()
SOURCES = sorted(WEBHOOKS)


def delivery(body: object, headers: dict[str, str] | None = None) -> Delivery:
    return Delivery(headers or {}, json.dumps(body).encode(), datetime(2026, 1, 1, tzinfo=UTC))


def told(
    source: str, body: dict[str, Any], headers: dict[str, str] | None = None
) -> tuple[str, str | None]:
    """The event and the raw table of a delivery."""
    event = WEBHOOKS[source].event(delivery(body, headers), body)
    return event, WEBHOOKS[source].table(event)


def gitlab(kind: str, **attributes: str) -> dict[str, Any]:
    return {"object_kind": kind, "object_attributes": attributes}


@pytest.mark.parametrize(
    ("source", "body", "event", "table"),
    [
        ("argocd", {"event": "sync.Failed"}, "sync.Failed", "sync_operations"),
        ("azure_devops", {"eventType": "git.push"}, "git.push", "pushes"),
        ("azure_devops", {"eventType": "workitem.updated"}, "workitem.updated", "work_items"),
        (
            *("azure_devops", {"eventType": "ms.vss-release.deployment-completed-event"}),
            *("ms.vss-release.deployment-completed-event", "deployments"),
        ),
        ("azure_devops", {"eventType": "tfvc.checkin"}, "tfvc.checkin", "other_events"),
        ("buildkite", {"event": "job.finished"}, "job.finished", "jobs"),
        ("buildkite", {"event": "agent.connected"}, "agent.connected", "other_events"),
        (
            *("cdevents", {"context": {"type": "dev.cdevents.pipelinerun.finished.0.2.0"}}),
            *("dev.cdevents.pipelinerun.finished.0.2.0", "events"),
        ),
        (
            *("cdevents", {"type": "dev.cdeventsx.acme-fleet.moved.1.0.0"}),
            *("dev.cdeventsx.acme-fleet.moved.1.0.0", "other_events"),
        ),
        ("circleci", {"type": "job-completed"}, "job-completed", "jobs"),
        ("circleci", {"type": "ping"}, "ping", "other_events"),
        ("datadog", {"event_type": "metric_slo_alert"}, "metric_slo_alert", "slo_alerts"),
        ("generic", {"type": "work_item"}, "work_item", "records"),
        ("github", {"zen": "Keep it logically awesome."}, "ping", "other_events"),
        ("gitlab", {"object_kind": "push", "event_name": "push"}, "push", "pushes"),
        (
            "gitlab",
            gitlab("merge_request", action="approved"),
            "merge_request.approved",
            "merge_requests",
        ),
        ("gitlab", {"object_kind": "build", "build_status": "success"}, "build", "jobs"),
        ("gitlab", {"object_kind": "release", "action": "create"}, "release.create", "releases"),
        ("gitlab", {"event_name": "user_add_to_group"}, "user_add_to_group", "other_events"),
        ("grafana", {"status": "resolved", "alerts": []}, "alert.resolved", "alerts"),
        ("harness", {"eventData": {"eventType": "StageFailed"}}, "StageFailed", "stage_executions"),
        (
            *("incident_io", {"event_type": "private_incident.incident_updated_v2"}),
            *("private_incident.incident_updated_v2", "incidents"),
        ),
        (
            *("incident_io", {"event_type": "public_incident.follow_up_created_v2"}),
            *("public_incident.follow_up_created_v2", "follow_ups"),
        ),
        (
            *("incident_io", {"event_type": "public_incident.action_created_v1"}),
            *("public_incident.action_created_v1", "other_events"),
        ),
        (
            *(
                "incident_io",
                {"event_type": "public_incident.postmortem_document_status_updated_v1"},
            ),
            *("public_incident.postmortem_document_status_updated_v1", "postmortems"),
        ),
        ("jenkins", {"build": {"phase": "QUEUED"}}, "build.QUEUED", "builds"),
        ("jira", {"webhookEvent": "sprint_closed"}, "sprint_closed", "sprints"),
        ("jira", {"webhookEvent": "jira:version_released"}, "jira:version_released", "versions"),
        ("jira", {"webhookEvent": "comment_created"}, "comment_created", "other_events"),
        ("linear", {"type": "Cycle", "action": "create"}, "Cycle.create", "cycles"),
        ("linear", {"type": "Comment", "action": "create"}, "Comment.create", "other_events"),
        (
            *("opsgenie", {"action": "Roll back", "alert": {"alertId": "1"}}),
            *("alert.Roll back", "alerts"),
        ),
        (
            *("pagerduty", {"event": {"event_type": "incident.responder.added"}}),
            *("incident.responder.added", "incident_updates"),
        ),
        (
            *("pagerduty", {"event": {"event_type": "incident.incident_type.changed"}}),
            *("incident.incident_type.changed", "incidents"),
        ),
        ("pagerduty", {"event": {"event_type": "service.updated"}}, "service.updated", "services"),
        ("pagerduty", {"event": {"event_type": "pagey.ping"}}, "pagey.ping", "other_events"),
        (
            "servicenow",
            {"table": "incident", "operation": "insert"},
            "incident.insert",
            "incidents",
        ),
        ("slack", {"type": "event_callback", "event": {"type": "message"}}, "message", "messages"),
        ("slack", {"type": "url_verification"}, "url_verification", "other_events"),
        ("sonarqube", {"status": "FAILED"}, "analysis.FAILED", "analyses"),
        ("surveys", {"event_type": "form_response"}, "form_response", "responses"),
    ],
)
def test_events_and_their_tables(source: str, body: dict[str, Any], event: str, table: str) -> None:
    assert told(source, body) == (event, table)


@pytest.mark.parametrize(
    ("source", "headers", "event", "table"),
    [
        ("bitbucket", {"x-event-key": "repo:push"}, "repo:push", "pushes"),
        (
            "bitbucket",
            {"x-event-key": "pullrequest:approved"},
            "pullrequest:approved",
            "activities",
        ),
        ("bitbucket", {"x-event-key": "pr:merged"}, "pr:merged", "other_events"),
        (
            "cdevents",
            {"ce-type": "dev.cdevents.build.queued.0.2.0"},
            "dev.cdevents.build.queued.0.2.0",
            "events",
        ),
        (
            "github",
            {"x-github-event": "deployment_status"},
            "deployment_status",
            "deployment_statuses",
        ),
        ("sentry", {"sentry-hook-resource": "metric_alert"}, "metric_alert", "alerts"),
        ("sentry", {"sentry-hook-resource": "installation"}, "installation", "other_events"),
    ],
)
def test_events_that_headers_tell(
    source: str, headers: dict[str, str], event: str, table: str
) -> None:
    assert told(source, {}, headers) == (event, table)


NONSENSE = (
    *("", "unknown", "nonsense", "nonsense.created", ".", "alert", "analysis", "sync."),
    *(
        "event_callback",
        "dev.cdevents",
        "dev.cdevents.nonsense.done.0.1.0",
        "public_incident.nonsense_v1",
    ),
)


@pytest.mark.parametrize("source", SOURCES)
def test_a_name_that_the_vendor_does_not_have_has_no_table(source: str) -> None:
    known = {"opsgenie": "alert"}.get(source)
    for name in NONSENSE:
        if name != known:
            assert WEBHOOKS[source].table(name) is None, name
    event, table = told(source, {})
    assert table is None, event


# GitHub's tells its event by the keys of a body where the header is missing.
@pytest.mark.parametrize("source", sorted(set(SOURCES) - {"github"}))
def test_a_body_of_another_vendor_has_no_table(source: str) -> None:
    alike = {frozenset(("grafana", "prometheus"))}
    for other in SOURCES:
        if other != source and frozenset((source, other)) not in alike:
            event, table = told(source, signing.SAMPLES[other](signing.NOW, signing.KEY))
            assert table is None, (other, event, table)


JSON: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.text(max_size=8), inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                (
                    *("event", "event_type", "eventType", "type", "action", "id", "object_kind"),
                    *(
                        "object_attributes",
                        "build",
                        "phase",
                        "status",
                        "alert",
                        "alertId",
                        "source",
                    ),
                    *(
                        "context",
                        "eventData",
                        "webhookEvent",
                        "text",
                        "challenge",
                        "table",
                        "event_id",
                    ),
                )
            ),
            inner,
            max_size=6,
        ),
    ),
    max_leaves=12,
)


@pytest.mark.parametrize("source", SOURCES)
@settings(max_examples=25, deadline=None)
@given(body=JSON, data=st.data())
def test_no_body_breaks_anything(source: str, body: object, data: st.DataObject) -> None:
    webhook = WEBHOOKS[source]
    names = st.fixed_dictionaries({}, optional=dict.fromkeys(webhook.headers, st.text()))
    headers = data.draw(names)
    for raw in (json.dumps(body).encode(), data.draw(st.binary(max_size=20))):
        arrived = Delivery(headers, raw, datetime(2026, 1, 1, tzinfo=UTC))
        assert isinstance(webhook.content(arrived), bytes)
        assert webhook.answer(arrived) is None or source == "slack"
    if not isinstance(body, dict):
        return
    event = webhook.event(arrived, body)
    assert event
    assert event.isascii()
    assert event.isprintable()
    assert not set(event) & set("<>{}[]`'\"\\$&;|")
    table = webhook.table(event)
    assert table is None or table.replace("_", "").isalpha()
    key = webhook.delivery_id(arrived, body)
    assert key is None or (0 < len(key) <= 200 and key.isascii() and key.isprintable())


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("0b989ba4-242f-11e5-81e1-c7b6966d2516", "0b989ba4-242f-11e5-81e1-c7b6966d2516"),
        (12, "12"),
        *(
            (value, None)
            for value in ("", " ", "a b", "a\n", "é", "x" * 201, True, None, 1.5, [], {}, 2**64)
        ),
    ],
)
def test_an_id_is_plain_and_of_sane_length(value: object, expected: str | None) -> None:
    assert reading.identifier(value) == expected


def test_ids_by_vendor() -> None:
    for source in SOURCES:
        arrived = signing.delivered(source, key="another-key")
        key = WEBHOOKS[source].delivery_id(
            arrived, signing.SAMPLES[source](signing.NOW, "another-key")
        )
        without = {
            *("argocd", "buildkite", "datadog", "grafana", "harness", "jenkins", "opsgenie"),
            *("prometheus", "servicenow", "sonarqube"),
        }
        if source in without:
            assert key is None, source
        elif source == "azure_devops":
            assert key == "another-key:1"
        elif source == "cdevents":
            assert key and key != "another-key"
        else:
            assert key == "another-key", source


def test_cdevents_ids_are_of_their_source_in_every_mode() -> None:
    of = WEBHOOKS["cdevents"].delivery_id
    binary = {"ce-id": "1", "ce-source": "/ci"}
    structured = {"specversion": "1.0", "id": "1", "source": "/ci"}
    context = {"context": {"id": "1", "source": "/ci"}}
    keys = {
        of(delivery({}, binary), {}),
        of(delivery(structured), structured),
        of(delivery(context), context),
    }
    assert len(keys) == 1
    assert of(delivery({}, binary | {"ce-source": "/cd"}), {}) not in keys
    assert of(delivery({}, {"ce-id": "1"}), {}) is None
    # what is signed goes before what is not
    assert of(delivery(context, {"ce-id": "2", "ce-source": "/ci"}), context) in keys


def test_github_takes_a_form() -> None:
    content = WEBHOOKS["github"].content
    for body, expected in (
        (b"payload=%7B%22zen%22%3A%22a%2Bb+c%22%7D", b'{"zen":"a+b c"}'),
        (b"payload=%7B%7D&payload=1&other=2", b"{}"),
        (b"payload=", b""),
        (b"other=1", b"other=1"),
        (b'{"payload=":1}', b'{"payload=":1}'),
    ):
        assert content(Delivery({}, body, signing.NOW)) == expected


def test_slack_hears_its_challenge_back() -> None:
    answer: Callable[[Delivery], bytes | None] = WEBHOOKS["slack"].answer
    challenge = "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"
    body = {"token": "x", "challenge": challenge, "type": "url_verification"}
    assert answer(delivery(body)) == challenge.encode()
    assert answer(delivery(body | {"type": "event_callback"})) is None
    for hostile in ("<script>", "{}", "", "a b", "x" * 201, 1, None, "é"):
        assert answer(delivery(body | {"challenge": hostile})) is None


def test_slack_keeps_no_token() -> None:
    event = {"type": "event_callback", "event": {"type": "channel_created"}}
    kept = WEBHOOKS["slack"].content(delivery({"token": "s3cret"} | event))
    assert json.loads(kept) == event


def test_slack_keeps_no_words_of_what_cannot_land_either() -> None:
    said = {"type": "no_such_event", "text": "sorry Bob", "blocks": ["Bob"]}
    body = {"token": "s3cret", "type": "event_callback", "event_id": "Ev1", "event": said}
    unknown = deliveries.read(WEBHOOKS["slack"], delivery(body), "here")
    assert unknown.table == deliveries.QUARANTINE
    known = body | {"event": said | {"type": "message"}}
    taken = deliveries.contradicting(deliveries.read(WEBHOOKS["slack"], delivery(known), "here"))
    for kept in (unknown, taken):
        payload = json.loads(kept.record.payload)
        assert json.loads(payload["body"])["event_id"] == "Ev1"
        assert "Bob" not in payload["body"] and "s3cret" not in payload["body"]
