"""What Slack's rules keep: facts and places, whichever door, and never a word; and what broken rules say."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from pipelines.landing import LoadError
from pipelines.slack import api, rules
from pipelines.slack.webhook import WEBHOOK
from pipelines.webhooks import deliveries, drain
from pipelines.webhooks.contract import Delivery
from tests import signing
from tests.conftest import Place
from tests.sources import slack

WORDS = (
    "Bob",
    "lunch",
    "deploys",
    "Deploying",
    "verification-token",
    "U9",
    "the page",
    "smile",
)


@pytest.fixture(autouse=True)
def configured(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, object], None]]:
    """The rules of the case; gives what sets another one."""

    def change(kind: str, patterns: object) -> None:
        text = patterns if isinstance(patterns, str) else json.dumps(patterns)
        monkeypatch.setenv(f"SOURCES__SLACK__RULES__{kind.upper()}", text)
        rules.rules.cache_clear()

    for kind, patterns in slack.RULES.items():
        change(kind, patterns)
    yield change
    rules.rules.cache_clear()


def delivery(body: object) -> Delivery:
    """A delivery with a body."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Delivery({}, content, signing.NOW)


def kept(event: dict[str, Any]) -> dict[str, Any]:
    """What stays of an event."""
    found: dict[str, Any] = json.loads(WEBHOOK.content(delivery({"event": event})))["event"]
    return found


def test_no_word_lands_by_either_door() -> None:
    told = [WEBHOOK.content(delivery(one.body)).decode() for one in slack.WEBHOOKS]
    items = [slack.DONE, slack.FAILED, slack.SHORT, slack.CHAT, slack.OPENED, slack.ARCHIVED]
    told += [json.dumps(api.shaped(item)) for item in items]
    told += [json.dumps(rules.channel(slack.channel("C1", "lunch", 0, 0)))]
    for text in told:
        assert [word for word in WORDS if word in text] == [], text


def test_a_fact_is_a_kind_and_the_groups_of_the_first_rule_that_fits() -> None:
    assert kept(slack.DONE)["fact"] == {
        **{"kind": "deployment", "service": "shop", "version": "v1.2", "commit": slack.SHA},
        "environment": "production",
    }
    assert api.shaped(slack.DONE) == kept(slack.DONE)
    # both rules of a kind fit, and both kinds: the failure comes first
    both = slack.posted(0, "Deploy of shop to production failed; cart is live in production")
    assert kept(both)["fact"]["kind"] == "failed_deployment"
    assert kept(slack.posted(0, "Resolved #A&amp;7"))["fact"] == {
        "kind": "incident_resolved",
        "number": "A",
    }
    assert api.shaped(slack.CHAT) is None
    # who wrote it is known of facts alone
    assert kept(slack.CHAT).keys() == {"type", "channel", "ts"}
    assert kept(slack.OPENED)["user"] == "U1"
    edited = slack.edited(5, slack.CHAT, "dinner?")
    assert api.shaped(edited) == {
        **{name: edited[name] for name in ("type", "channel", "ts")},
        "edited": {"ts": slack.ts(5)},
    }


def test_words_are_looked_for_where_apps_show_them() -> None:
    said = "cart is live in production"
    for shown in (
        {"attachments": [{"fallback": said}]},
        {"attachments": [{"fields": [{"title": "State", "value": said}]}]},
        {
            "blocks": [
                {"type": "rich_text", "elements": [{"elements": [{"type": "text", "text": said}]}]}
            ]
        },
        {"blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": said}}]},
    ):
        assert kept({"type": "message", "text": "", **shown})["fact"]["service"] == "cart"
    hidden = {"type": "message", "text": "", "metadata": {"text": said}, "files": [{"title": said}]}
    assert "fact" not in kept(hidden)


def test_what_has_passed_once_passes_unchanged() -> None:
    for one in slack.WEBHOOKS:
        once = WEBHOOK.content(delivery(one.body))
        assert WEBHOOK.content(delivery(once)) == once


def test_nothing_of_what_cannot_be_read_is_kept() -> None:
    for body in (
        b"token=verification-token&text=Bob",
        b'{"event": {"text": "Bob"',
        b'["Bob"]',
        b"\xff",
    ):
        reading = deliveries.read(WEBHOOK, delivery(body), "here")
        assert reading.table == deliveries.QUARANTINE
        assert "Bob" not in reading.record.payload and "token" not in reading.record.payload
    deep = (
        b'{"type":"event_callback","event":{"type":"message","blocks":'
        + b"[" * 400
        + b"]" * 400
        + b"}}"
    )
    assert deliveries.read(WEBHOOK, delivery(deep), "here").table == "messages"


@pytest.mark.parametrize(
    ("kind", "patterns", "said"),
    [
        ("deployment", ["("], r"deployment: '\(' is no regular expression"),
        ("deployment", [r"(?P<who>\w+)"], "nobody reads the group who; there are: service"),
        ("incident_opened", "{", "a list of patterns"),
    ],
)
def test_a_rule_that_cannot_be_used_is_told_and_loses_nothing(
    kind: str, patterns: object, said: str, place: Place, configured: Callable[[str, object], None]
) -> None:
    configured(kind, patterns)
    for load in (api.load_api, api.reach, WEBHOOK.ready, drain.Drain("slack", WEBHOOK).run):
        with pytest.raises(LoadError, match=said):
            load()


def test_an_answer_says_what_is_wrong() -> None:
    assert api.refusal({"ok": True}) is None
    assert api.refusal({"ok": False, "error": "not_in_channel"}) == "not_in_channel"
    lacking = {"ok": False, "error": "missing_scope", "needed": "groups:read"}
    assert api.refusal(lacking) == "missing_scope, needed: groups:read"
    with pytest.raises(LoadError, match="token_revoked"):
        api.refusal({"ok": False, "error": "token_revoked"})
