"""What Linear says of itself: its schema, its limits, and webhooks of an emulator."""

import json
import re
import time
from collections.abc import Iterator
from typing import Any

import pytest

from pipelines import linear, rest
from pipelines.linear import api
from pipelines.linear.webhook import WEBHOOK
from pipelines.rest import client
from tests import linear_schema, linear_story
from tests.conftest import PROJECT, Place
from tests.linear_emulator import SECRET, deliveries
from tests.sources.linear import API
from tests.vendor_server import Answer, Handler

pytestmark = pytest.mark.slow
STAGING = PROJECT / "models" / "staging" / "linear"
OBJECTS = {
    "base_linear__issues": ("Issue", "IssueWebhookPayload"),
    "base_linear__cycles": ("Cycle", "CycleWebhookPayload"),
    "base_linear__projects": ("Project", "ProjectWebhookPayload"),
    "base_linear__histories": ("IssueHistory",),
    "base_linear__states": ("WorkflowState",),
}


def questions() -> Iterator[rest.Listing]:
    """Every listing of a team, and those below."""
    for listing in api.listings(rest.Scope("linear:project:eng", "ENG", {"id": "1"})):
        yield listing
        yield from listing.children


def test_every_query_is_one_of_the_schema() -> None:
    for listing in questions():
        assert listing.body
        selected = linear_schema.selections(listing.body["query"])
        assert list(linear_schema.unknown(selected, "Query")) == []


def test_every_query_costs_less_than_is_allowed() -> None:
    """A tenth of a point a field, a point an object, as often as `first` says."""

    def cost(queries: list[linear_schema.Query], kind: str, firsts: list[int]) -> float:
        points = 0.0
        for query in queries:
            field = linear_schema.types()[kind][query.name]
            if not query.below:
                points += 0.1
                continue
            first = firsts.pop(0) if "first" in query.arguments else 1
            points += first * (1 + cost(query.below, field.kind, firsts))
        return points

    for listing in questions():
        assert listing.body
        query = listing.body["query"].partition("{")[2]
        firsts = [
            int(number) if number.isdigit() else listing.body["variables"]["first"]
            for number in re.findall(r"first: (\d+|\$first)", query)
        ]
        assert cost(linear_schema.selections(listing.body["query"]), "Query", firsts) < 10_000


def test_every_field_that_is_read_is_in_the_schema() -> None:
    for model, kinds in OBJECTS.items():
        paths = re.findall(
            r'^    "\w+": "([@$])\.([\w.]+) ', (STAGING / f"{model}.sql").read_text(), re.M
        )
        assert paths
        for root, path in paths:
            told = root == "$" and len(kinds) == 2
            names = [name for name in path.split(".") if name != "_parent_id"]
            if told and names[0] == "updatedFrom":
                kinds, names = ("IssueWebhookPayload",), names[1:]
            wanted = ("EntityWebhookPayload",) if told and kinds == OBJECTS[model] else kinds
            assert any(leads(names, kind) for kind in wanted), f"{model}: {path}"
            kinds = OBJECTS[model]


def leads(names: list[str], kind: str) -> bool:
    """Whether there are fields of these names, one below the other; who did something is one of several."""
    for name in names:
        fields = linear_schema.types()[
            "UserActorWebhookPayload" if kind == "EntityActorWebhookPayload" else kind
        ]
        if name not in fields:
            return False
        kind = fields[name].kind
    return True


def test_our_own_payloads_are_such_as_linear_sends() -> None:
    for body in linear_story.told():
        wrong = [
            *linear_schema.faults(body, "EntityWebhookPayload"),
            *linear_schema.faults(body["data"], f"{body['type']}WebhookPayload", "$.data"),
            *linear_schema.faults(body["actor"], "UserActorWebhookPayload", "$.actor"),
        ]
        assert wrong == []


def limited(**headers: str) -> Answer:
    """A quota that is used up, as Linear says it."""

    def answer(handler: Handler) -> None:
        body = {
            "errors": [{"message": "Rate limit exceeded", "extensions": {"code": "RATELIMITED"}}]
        }
        handler.answer(
            body, 400, {name.replace("_", "-"): value for name, value in headers.items()}
        )

    return answer


def test_a_used_up_quota_is_waited_for(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    with API.serving("linear", monkeypatch) as vendor:
        monkeypatch.setattr(client, "sleep", waited.append)
        soon, later = (str(int((time.time() + seconds) * 1000)) for seconds in (30, 600))
        requests = {"X_RateLimit_Requests_Remaining": "0", "X_RateLimit_Requests_Reset": later}
        points = {"X_RateLimit_Complexity_Remaining": "0", "X_RateLimit_Complexity_Reset": soon}
        vendor.fault("/graphql", limited(**requests), after=1)
        vendor.fault(
            "/graphql",
            limited(**requests | {"X_RateLimit_Requests_Remaining": "7"}, **points),
            after=2,
        )
        assert linear.load().rows == API.rows
    first, second = waited
    assert first == pytest.approx(601, abs=25)
    assert second == pytest.approx(31, abs=25)


def test_the_emulators_webhooks_prove_themselves_and_are_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = deliveries()
    hook = WEBHOOK
    events = []
    for delivery in found:
        body: dict[str, Any] = json.loads(delivery.body)
        assert hook.proof(delivery, SECRET)
        assert not hook.proof(delivery, "another")
        assert hook.delivery_id(delivery, body)
        events.append((hook.event(delivery, body), hook.table(hook.event(delivery, body))))
    assert events == [
        ("Issue.create", "issues"),
        ("Issue.update", "issues"),
        ("Issue.remove", "issues"),
    ]
