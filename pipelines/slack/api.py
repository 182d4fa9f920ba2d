"""Slack's Web API: incident channels, and the messages of these and of the channels that are named, newest first.

What lands of them is what `pipelines/slack/rules.py` lets through. A message that says nothing by a rule does not land.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import dlt

from pipelines import rest
from pipelines.landing import LoadError, LoadSummary, Progress
from pipelines.rest.ledger import ledgers
from pipelines.slack import rules

SOURCE = "slack"
TOKENS = {
    *("account_inactive", "invalid_auth", "not_authed", "token_expired", "token_revoked"),
}
# A message is edited, and its thread goes on, after it was listed.
LOOK_BACK = timedelta(days=1)
PAGES = rest.JSONResponseCursorPaginator("response_metadata.next_cursor", "cursor")
WORKSPACE = "the workspace"


def refusal(answer: Any) -> str | None:
    """The error of an answer, null where there is none; raises `LoadError` where the token does not do."""
    if not isinstance(answer, dict) or answer.get("ok") is not False:
        return None
    error = str(answer.get("error"))
    if error in TOKENS:
        raise LoadError(
            f"Slack does not take the token ({error}); put the app's current one into [sources.slack] of"
            " .dlt/secrets.toml"
        )
    if error == "invalid_cursor":
        raise rest.ExpiredError(error)
    needed = answer.get("needed")
    return f"{error}, needed: {needed}" if needed else error


API = rest.Api(SOURCE, "Slack", "https://slack.com/api", auth=rest.bearer(SOURCE), refusal=refusal)


def configured() -> bool:
    """True where a token is set; docs/sources/slack.md says how."""
    return bool(dlt.secrets.get(f"sources.{SOURCE}.token", str))


def reach() -> None:
    """Ask one thing; raises `LoadError` where the API, the token or a rule does not do."""
    rules.ready()
    rest.reach(API, "auth.test")


def channels() -> list[rest.Item]:
    """The channels that are read: those whose name is an incident's, and those that the configuration names."""
    wanted = set(dlt.config.get(f"sources.{SOURCE}.channels", list) or ())
    is_private = dlt.config.get(f"sources.{SOURCE}.private", bool)
    types = "public_channel,private_channel" if is_private else "public_channel"
    listing = rest.Listing(
        *("channels", "conversations.list", "channels"),
        params={"types": types, "limit": 999},
        paginator=PAGES,
    )
    found = rest.ask(API, listing)
    known = {name for channel in found for name in (channel["id"], channel["name"])}
    if unknown := sorted(wanted - known):
        raise LoadError(
            f"Slack shows no channel {', '.join(unknown)}: check channels in [sources.slack] of .dlt/config.toml;"
            " a private one needs private = true, and the app as its member"
        )
    return [
        channel
        for channel in found
        if "fact" in rules.channel(channel) or wanted & {channel["id"], channel["name"]}
    ]


def scopes() -> list[rest.Scope]:
    """The workspace, and each channel whose messages are read: not again where it has been archived since."""
    seen = ledgers(SOURCE)
    found = channels()
    scopes = [rest.Scope(SOURCE, WORKSPACE, {"channels": found})]
    for channel in found:
        key = f"{SOURCE}:channel:{channel['id'].lower()}"
        until = seen[key].until.get("messages") if key in seen else None
        if not channel.get("is_archived") or (
            channel.get("is_member") and not is_past(channel, until)
        ):
            scopes.append(rest.Scope(key, f"#{channel['name']}", channel))
    return scopes


def is_past(channel: rest.Item, until: datetime | None) -> bool:
    """True where a channel was read after it last changed."""
    changed = rest.moment(channel.get("updated")) or datetime.max.replace(tzinfo=UTC)
    return until is not None and until > changed


def shaped(item: rest.Item) -> rest.Item | None:
    """What lands of a message; nothing where no rule fits."""
    kept = rules.message(item)
    return kept if rules.tells(kept) else None


def listings(scope: rest.Scope) -> list[rest.Listing]:
    """The channels of the workspace; the messages of a channel, with those of their threads."""
    if scope.key == SOURCE:
        return [
            rest.Listing(
                "channels",
                items=scope.item["channels"],
                version=("id", "updated", "is_archived", "name"),
                shape=rules.channel,
            )
        ]
    common: dict[str, Any] = {
        "selector": "messages",
        "params": {"channel": scope.item["id"], "limit": 200},
        "paginator": PAGES,
        "extra": {"channel": scope.item["id"]},
        "shape": shaped,
    }
    replies = rest.Listing(
        *("messages", "conversations.replies"),
        **common,
        version=("channel", "ts", "edited.ts"),
        of=lambda message: {"ts": message["ts"]},
        when=lambda message: bool(message.get("reply_count")),
        name="replies",
    )
    return [
        rest.Listing(
            *("messages", "conversations.history"),
            **common,
            version=("channel", "ts", "edited.ts", "latest_reply"),
            since=lambda since, until: {"oldest": f"{since.timestamp():.6f}"},
            look_back=LOOK_BACK,
            children=[replies],
        )
    ]


def load_api(
    *,
    since: datetime | None = None,
    full_refresh: bool = False,
    progress: Progress | None = None,
) -> LoadSummary:
    """Land what is new by the rules; raises `LoadError` where there is none, or nothing can be read."""
    rules.ready()
    if not any(rules.rules().values()):
        raise LoadError(
            "no rule says what to keep of Slack: write one into [sources.slack.rules] of .dlt/config.toml"
            " (docs/sources/slack.md)"
        )
    return rest.load(
        API, scopes(), listings, since=since, full_refresh=full_refresh, progress=progress
    )
