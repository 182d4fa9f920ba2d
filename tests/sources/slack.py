"""Slack: incident channels, deploy notices that a bot edits, an incident told by messages, one in a thread.

Most of it is ours, in the form of Slack's documentation; the words in it stand in no table afterwards. A history that
perceval recorded, and events that opsdroid recorded, are told too: rules of ours find something in each.
"""

import json
from typing import Any

from tests.packages import Package
from tests.sources import Case, Delivery, Provenance, person
from tests.vendor_server import Api, Request, Route, cursor

PERCEVAL = Package(
    *("pypi", "perceval", "1.6.1"),
    "592b07d34ae0b382188d3b72c2fc7191091b94b56973dab2aef3221e0bd9721e",
)
OPSDROID = Package(
    *("pypi", "opsdroid", "0.31.0"),
    "3c293103e272e5bc12d5a563dac7e0c366c283e2258e471213224eae8ab9fa04",
)
SHA = "0f1e2d3c4b5a69788796a5b4c3d2e1f001122334"
# 2026-03-02 10:00:00 UTC
T = 1772445600
RULES = {
    "incident_channel": [
        r"^inc-(?P<number>\d+)-(?P<service>[a-z]+)$",
        "^(?P<service>new)-channel$",
    ],
    "deployment": [
        r"Deployed (?P<service>\S+) (?P<version>v\S+) \((?P<commit>[0-9a-f]+)\) to (?P<environment>\w+)",
        r"(?P<service>\w+) is live in (?P<environment>\w+)",
        r"^There are no (?P<service>\w+)",
        r"^this is an edited (?P<service>\w+)$",
    ],
    "failed_deployment": [r"Deploy of (?P<service>\S+) to (?P<environment>\w+) failed"],
    "incident_opened": [
        r"(?P<severity>SEV\d) declared: (?P<service>\w+)(?: #(?P<number>\w+))?",
        r"tenemos que dar (?P<service>\w+)",
        "^this is a (?P<service>test) message$",
    ],
    "incident_acknowledged": ["^On it"],
    "incident_mitigated": [r"^Mitigated"],
    "incident_resolved": [r"^Resolved(?: #(?P<number>\w+))?(?:.*<(?P<url>https://[^|>]+))?"],
}
# What people wrote, and must not be found again.
PRIVATE = "sorry, that was Bob"


def ts(seconds: float) -> str:
    """A time in Slack's form, so many seconds later."""
    return f"{T + seconds:.6f}"


def came(id_: str, event: dict[str, Any]) -> Delivery:
    """An event in its envelope."""
    body = {
        **{
            "token": "verification-token",
            "team_id": "T1",
            "api_app_id": "A1",
            "type": "event_callback",
        },
        **{"event_id": id_, "event_time": T, "authorizations": [{"user_id": "U9"}], "event": event},
    }
    return Delivery(body, received_at="2026-03-02T12:00:00+00:00")


def recorded(name: str) -> Any:
    """What perceval recorded."""
    folder = PERCEVAL.path() / "perceval-1.6.1" / "tests" / "data" / "slack"
    return json.loads((folder / f"slack_{name}.json").read_text())


def seen(name: str) -> Delivery:
    """An event that opsdroid recorded, in its envelope."""
    (folder,) = OPSDROID.path().iterdir()
    path = folder / "opsdroid" / "connector" / "slack" / "tests" / "responses"
    return Delivery((path / f"payload_{name}.json").read_text())


def posted(seconds: float, text: str, channel: str = "C0DEPLOY", **more: Any) -> dict[str, Any]:
    """A message as the API has it, and its event."""
    return {
        **{"type": "message", "channel": channel, "ts": ts(seconds), "text": f"{text} — {PRIVATE}"},
        **{"bot_id": "B1", "app_id": "A7", "team": "T1", **more},
    }


def edited(seconds: float, message: dict[str, Any], text: str) -> dict[str, Any]:
    """A message as it is after an edit."""
    return {**message, "text": f"{text} — {PRIVATE}", "edited": {"user": "B1", "ts": ts(seconds)}}


def changed(seconds: float, message: dict[str, Any]) -> dict[str, Any]:
    """The event of an edit."""
    inner = {name: value for name, value in message.items() if name != "channel"}
    return {
        **{
            "type": "message",
            "subtype": "message_changed",
            "hidden": True,
            "channel": message["channel"],
        },
        **{
            "ts": ts(seconds),
            "event_ts": ts(seconds),
            "message": inner,
            "previous_message": {"text": PRIVATE},
        },
    }


def channel(id_: str, name: str, made: int, changed: float, **more: Any) -> dict[str, Any]:
    """A channel as the API has it."""
    return {
        **{"id": id_, "name": name, "name_normalized": name, "created": T + made, "creator": "U1"},
        **{"is_archived": False, "is_member": True, "updated": int((T + changed) * 1000)},
        **{"topic": {"value": PRIVATE}, "purpose": {"value": PRIVATE}, **more},
    }


STARTED = posted(0, "Deploying shop v1.2")
DONE = edited(300, STARTED, f"Deployed shop v1.2 ({SHA}) to production")
# An app that writes in blocks alone.
FAILED = posted(
    600,
    "",
    blocks=[
        {
            "type": "section",
            "text": {"type": "mrkdwn", "text": "Deploy of shop to production failed"},
        }
    ],
)
SHORT = posted(900, "Deployed cart v7 (0f1e2d3) to staging")
GONE = posted(1200, "cart is live in production")
CHAT = posted(1300, "lunch?", user="U2")
OPENED = posted(2000, "SEV1 declared: cart #A7", "C0OPS", user="U1")
ACKNOWLEDGED = posted(2060, "On it", "C0OPS", thread_ts=ts(2000), user="U2")
RESOLVED = posted(
    3000, "Resolved #A7, see <https://acme.pagerduty.com/incidents/Q1|the page>", "C0OPS"
)
ASKED = posted(5000, "SEV3 declared: shop", "C0OPS", reply_count=1, latest_reply=ts(5600))
ANSWERED = posted(5600, "Resolved", "C0OPS", thread_ts=ts(5000))
MITIGATED = posted(7500, "Mitigated", "C0INC42", user="U3")
ARCHIVED = {
    **{"type": "message", "subtype": "channel_archive", "channel": "C0INC42", "ts": ts(9000.0004)},
    **{"user": "U1", "text": PRIVATE},
}
WEBHOOKS = [
    came("Ev01", STARTED),
    came("Ev02", changed(300.1, DONE)),
    came("Ev03", FAILED),
    came("Ev04", GONE),
    came(
        "Ev05",
        {
            **{
                "type": "message",
                "subtype": "message_deleted",
                "channel": "C0DEPLOY",
                "ts": ts(1250),
            },
            **{"deleted_ts": ts(1200), "previous_message": GONE},
        },
    ),
    came("Ev06", CHAT),
    came("Ev07", OPENED),
    came("Ev08", ACKNOWLEDGED),
    came(
        "Ev09",
        {
            "type": "channel_created",
            "channel": {
                "id": "C0INC42",
                "name": "inc-42-shop",
                "created": T + 7200,
                "creator": "U1",
            },
            "event_ts": ts(7200.5),
        },
    ),
    came(
        "Ev10",
        {
            "type": "channel_created",
            "channel": {"id": "C0LUNCH", "name": "lunch", "created": T, "creator": "U1"},
            "event_ts": ts(1),
        },
    ),
    came(
        "Ev11",
        {"type": "channel_archive", "channel": "C0INC42", "user": "U1", "event_ts": ts(9000)},
    ),
    came("Ev12", ARCHIVED),
    # in a channel that the API is not asked of
    came("Ev14", posted(8000, "SEV2 declared: cart #B8", "C0WEB", user="U1")),
    came("Ev13", {"type": "reaction_added", "user": "U2", "item_user": "U1", "reaction": "smile"}),
]


def told() -> list[Delivery]:
    """All that came by webhook."""
    names = ("channel_created", "message", "message_message_changed", "message_channel_join")
    ends = ("channel_archive", "channel_unarchive")
    return [*WEBHOOKS, *map(seen, (*names, *ends, "channel_rename", "pin_added"))]


def routes() -> dict[str, Route | list[Route]]:
    """Slack's lists: cursors, and an empty one at the end; archived channels, one of them without the app."""
    pages = cursor(at="response_metadata.next_cursor", last="")
    channels = [
        channel("C0DEPLOY", "deploys", -9000, -9000),
        channel("C0OPS", "ops", -9000, -9000),
        channel("C0LUNCH", "lunch", 0, 0),
        channel("C0INC42", "inc-42-shop", 7200, 9000, is_archived=True),
        channel("C0INC41", "inc-41-cart", -8000, -7000, is_archived=True, is_member=False),
        recorded("info")["channel"],
    ]
    messages = [
        *(DONE, FAILED, SHORT, CHAT, OPENED, RESOLVED, ASKED, MITIGATED, ARCHIVED),
        # replies are no part of a history
        *(
            {**message, "channel": "C011DUKE8"}
            for name in ("history", "history_next")
            for message in recorded(name)["messages"]
        ),
    ]
    threads = {ts(5000): [ASKED, ANSWERED]}

    def history(asked: Request) -> list[dict[str, Any]]:
        oldest = str(asked.get("oldest") or "")
        found = [
            message
            for message in messages
            if message["channel"] == asked.get("channel") and message["ts"] >= oldest
        ]
        return [
            {name: value for name, value in message.items() if name != "channel"}
            for message in sorted(found, key=lambda message: str(message["ts"]), reverse=True)
        ]

    def replies(asked: Request) -> list[dict[str, Any]]:
        return [
            {name: value for name, value in message.items() if name != "channel"}
            for message in threads.get(str(asked.get("ts")), [])
        ]

    also = {"ok": True}
    return {
        "/conversations.list": Route(channels, "channels", pages, also=also),
        "/conversations.history": Route(history, "messages", pages, also=also),
        "/conversations.replies": Route(replies, "messages", pages, also=also),
        "/auth.test": Route({"ok": True, "team_id": "T1"}),
    }


ROWS = {
    "deployments": [
        {
            **{"candidate_key": f"slack:message:C0DEPLOY:{ts(0)}", "service_name": "shop"},
            **{"commit_sha": SHA, "tag_name": "v1.2", "environment_name": "production"},
            **{
                "outcome": "success",
                "started_at": "2026-03-02 10:00:00",
                "actor_key": person("B1"),
            },
            "finished_at": "2026-03-02 10:05:00",
        },
        {
            **{"candidate_key": f"slack:message:C0DEPLOY:{ts(600)}", "outcome": "failure"},
            **{"finished_at": "2026-03-02 10:10:00", "commit_sha": None},
        },
        # a shortened SHA is none
        {
            **{"candidate_key": f"slack:message:C0DEPLOY:{ts(900)}", "service_name": "cart"},
            **{"environment_name": "staging", "commit_sha": None, "outcome": "success"},
        },
        {
            "candidate_key": "slack:message:C01N9PM1D53:1613632675.006300",
            **{"service_name": "message", "outcome": "success"},
            **{"started_at": "2021-02-18 07:17:55.006000", "finished_at": "2021-02-18 07:18:24"},
            "actor_key": person("U01NK1K9L68"),
        },
        {
            "candidate_key": "slack:message:C011DUKE8:1486969200.000136",
            **{"service_name": "events", "outcome": "success", "actor_key": person("B0001")},
            "finished_at": "2017-02-13 07:00:00",
        },
    ],
    "incidents": [
        {
            **{"incident_key": "slack:channel:c0inc42", "number": "42", "service_names": ["shop"]},
            **{"state": "resolved", "opened_at": "2026-03-02 12:00:00", "reopened_count": 0},
            **{"mitigated_at": "2026-03-02 12:05:00", "resolved_at": "2026-03-02 12:30:00"},
            **{"actor_key": person("U1"), "acknowledged_at": None, "severity_name": None},
            "url": "https://slack.com/app_redirect?channel=C0INC42",
        },
        # archived, nobody knows since when
        {
            **{"incident_key": "slack:channel:c0inc41", "number": "41", "service_names": ["cart"]},
            **{"state": "resolved", "opened_at": "2026-03-02 07:46:40", "resolved_at": None},
        },
        {
            **{"incident_key": "slack:incident:a7", "number": "A7", "severity_name": "SEV1"},
            **{"state": "resolved", "opened_at": "2026-03-02 10:33:20", "service_names": ["cart"]},
            **{"resolved_at": "2026-03-02 10:50:00", "url": None},
            "named_references": ["https://acme.pagerduty.com/incidents/Q1"],
        },
        {
            **{"incident_key": "slack:incident:b8", "number": "B8", "severity_name": "SEV2"},
            **{"state": "open", "opened_at": "2026-03-02 12:13:20", "resolved_at": None},
            **{"named_references": [], "actor_key": person("U1")},
        },
        {
            **{"incident_key": f"slack:message:C0OPS:{ts(5000)}", "severity_name": "SEV3"},
            **{"opened_at": "2026-03-02 11:23:20", "resolved_at": "2026-03-02 11:33:20"},
        },
        {
            "incident_key": "slack:message:C011DUKE8:1427135733.000068",
            **{"state": "open", "opened_at": "2015-03-23 18:35:33", "number": None},
            "actor_key": person("U0001"),
        },
        {
            "incident_key": "slack:message:C01N9PM1D53:1613563664.001200",
            **{"state": "open", "opened_at": "2021-02-17 12:07:44.001000"},
            **{"service_names": ["test"], "actor_key": person("U01NK1K9L68")},
        },
        {
            **{"incident_key": "slack:channel:c01n6ct022j", "service_names": ["new"]},
            **{"state": "open", "opened_at": "2021-02-17 12:08:25", "reopened_count": 1},
            "actor_key": person("U01NK1K9L68"),
        },
    ],
    "incident_events": [
        {
            "incident_key": key,
            "kind": kind,
            "occurred_at": time if len(time) > 8 else f"2026-03-02 {time}",
        }
        for key, kind, time in [
            ("slack:channel:c0inc42", "opened", "12:00:00"),
            ("slack:channel:c0inc42", "mitigated", "12:05:00"),
            ("slack:channel:c0inc42", "resolved", "12:30:00"),
            ("slack:channel:c0inc41", "opened", "07:46:40"),
            ("slack:incident:a7", "opened", "10:33:20"),
            ("slack:incident:a7", "resolved", "10:50:00"),
            ("slack:incident:b8", "opened", "12:13:20"),
            (f"slack:message:C0OPS:{ts(5000)}", "opened", "11:23:20"),
            (f"slack:message:C0OPS:{ts(5000)}", "resolved", "11:33:20"),
            *(
                (
                    "slack:message:C011DUKE8:1427135733.000068",
                    "opened",
                    "2015-03-23 18:35:33",
                ),
                (
                    "slack:message:C01N9PM1D53:1613563664.001200",
                    "opened",
                    "2021-02-17 12:07:44.001000",
                ),
                ("slack:channel:c01n6ct022j", "opened", "2021-02-17 12:08:25"),
                ("slack:channel:c01n6ct022j", "resolved", "2021-02-17 12:09:01.006000"),
                ("slack:channel:c01n6ct022j", "reopened", "2021-02-17 12:09:17.006000"),
            ),
        ]
    ],
}
ENTITIES = ("deployments", "incidents", "incident_events")
CASE = Case(
    source="slack",
    webhooks=told,
    api=Api(
        routes,
        settings={
            "token": "xoxb-of-the-test",
            "channels": ["deploys", "C0OPS", "C011DUKE8"],
            **{f"rules__{kind}": patterns for kind, patterns in RULES.items()},
        },
        rows={"channels": 5, "messages": 12},
        signed=("Authorization", "Bearer xoxb-of-the-test"),
        refused=".*channel=C0OPS.*",
        unknown=["#ops: messages unknown: 403"],
        cursors=["/conversations.history"],
    ),
    rows=ROWS,
    provenance=[
        Provenance(
            "recorded",
            [(entity, "api") for entity in ENTITIES],
            package=PERCEVAL,
            note="a channel and its history; edits, threads and replies are our own",
        ),
        Provenance(
            "recorded",
            [(entity, "webhook") for entity in ENTITIES],
            package=OPSDROID,
            note="a message, an edit, and a channel that is archived and opened again; what is deleted is our own",
        ),
        Provenance(
            "own",
            [(entity, door) for entity in ENTITIES for door in ("webhook", "api")],
            url="https://docs.slack.dev/reference/events/message",
            note="events and answers in the form of the documentation",
        ),
    ],
)
