"""What is configured, landed, fresh and mapped, and what to do next: read, never written."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from types import ModuleType

import duckdb

from pipelines import config, seeds, warehouse
from pipelines.webhooks import drain, segments
from pipelines.webhooks.contract import webhooks
from pipelines.webhooks.secrets import SecretError, secrets_of

# What `engops load` takes as a source and has no raw tables of its own.
WITHOUT_TABLES = {"quarantine", "webhooks"}
SET = "webhook secret set"


def report(sources: dict[str, ModuleType]) -> Iterator[str]:
    """The state of this installation, a line a fact, and last the next step."""
    polled = [name for name in sources if name not in WITHOUT_TABLES]
    configured = [name for name in polled if sources[name].configured()]
    received = webhooks()
    secret = {name: _secret(name) for name in received}
    waiting = drain.waiting()
    names = sorted({*polled, *received, *waiting})
    yield f"data      {config.data_dir()}"
    yield f"seeds     {seeds.folder()}"
    landed: dict[str, str] = {}
    built: datetime | None = None
    loaded: datetime | None = None
    proposals: list[seeds.Proposal] = []
    is_behind = False
    if config.warehouse_path().exists():
        with warehouse.reading() as connection:
            landed = {name: _landed(connection, name) for name in names}
            loaded = warehouse.last_load(connection)
            built = warehouse.last_build(connection)
            is_behind = warehouse.is_behind(connection)
            proposals = seeds.propose(connection)
    silent = 0
    for name in names:
        states = ["configured"] if name in configured else []
        states += [secret[name]] if secret.get(name) else []
        if not (states or landed.get(name) or name in waiting or name in polled):
            silent += 1
            continue
        state = ", ".join(states) or ("not configured" if name in polled else "no webhook secret")
        yield f"source    {name}: {state}; {landed.get(name) or 'nothing landed'}"
    if silent:
        yield f"source    … and {silent} more could be received: docs/sources/webhooks.md"
    for name in waiting:
        size = segments.size(drain.spool() / name)
        yield f"spool     {name}: {size / 2**20:.1f} MiB wait for `engops load webhooks`"
    yield f"loaded    {_age(loaded)}"
    yield f"built     {_age(built)}"
    published = config.published_path()
    shown = (
        datetime.fromtimestamp(published.stat().st_mtime, UTC).replace(tzinfo=None)
        if published.exists()
        else None
    )
    yield f"published {_age(shown)}"
    for seed, count in sorted(Counter(proposal.seed for proposal in proposals).items()):
        yield f"unmapped  {count} rows proposed for {seed}"
    to_load, to_receive = bool(configured or waiting), SET in secret.values()
    yield f"next      {_next(to_load, to_receive, landed, is_behind, built, shown, proposals)}"


def _next(
    to_load: bool,
    to_receive: bool,
    landed: dict[str, str],
    is_behind: bool,
    built: datetime | None,
    shown: datetime | None,
    proposals: list[seeds.Proposal],
) -> str:
    """The one step that brings this installation on."""
    if not any(landed.values()):
        if to_load:
            return "engops load"
        if to_receive:
            return "engops serve"
        return "name a source in .dlt/config.toml (docs/), or try one clone: engops load git --repo PATH"
    if built is None or is_behind:
        return "engops build"
    if proposals:
        return "engops init shows rows for what is not mapped yet; engops init --write adds them"
    if shown is None or shown < built:
        return "engops build says why the last build was not published"
    return "engops report --open"


def _secret(source: str) -> str:
    """Whether a source has a webhook secret, in words, never which; empty where it has none."""
    try:
        return SET if secrets_of(source) else ""
    except SecretError as error:
        return str(error)


def _landed(connection: duckdb.DuckDBPyConnection, source: str) -> str:
    """Rows and newest arrival of one source's raw tables; empty where it has none."""
    tables = connection.execute(
        "select table_name from duckdb_tables() where schema_name = ? and table_name not like '\\_dlt%' escape '\\'",
        [f"raw_{source}"],
    ).fetchall()
    rows, newest = 0, None
    for (table,) in tables:
        found = connection.execute(
            f'select count(*), cast(max(received_at) at time zone \'UTC\' as timestamp) from "raw_{source}"."{table}"'
        ).fetchone()
        if found and found[0]:
            rows += found[0]
            newest = max(newest or found[1], found[1])
    return f"{rows:,} payloads, newest {_age(newest)}" if newest else ""


def _age(moment: datetime | None) -> str:
    """A time (UTC) with how long ago it was."""
    if moment is None:
        return "never"
    hours = (datetime.now(UTC).replace(tzinfo=None) - moment).total_seconds() / 3600
    ago = (
        f"{hours * 60:.0f} minutes"
        if hours < 2
        else f"{hours:.0f} hours"
        if hours < 48
        else f"{hours / 24:.0f} days"
    )
    return f"{moment:%Y-%m-%d %H:%M} UTC ({ago} ago)"
