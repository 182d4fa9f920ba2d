"""What is configured, reachable, landed, fresh and mapped, and what to do next: read, never written."""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import ModuleType

import duckdb

from pipelines import config, proposals, seeds, settings, warehouse
from pipelines.landing import LoadError
from pipelines.seeds import Proposal
from pipelines.webhooks import drain, segments
from pipelines.webhooks.contract import webhooks
from pipelines.webhooks.secrets import SecretError, secrets_of

# What `engops load` takes as a source and has no raw tables of its own.
WITHOUT_TABLES = {"quarantine", "webhooks"}
SET = "webhook secret set"
# Of what is not mapped, so many are named.
SHOWN = 3
PROOFS = seeds.REFERENCE / "source_proofs.csv"


@dataclass
class Warehouse:
    """What the warehouse says; all of it empty before the first load."""

    landed: dict[str, str] = field(default_factory=dict)
    loaded: datetime | None = None
    built: datetime | None = None
    is_behind: bool = False
    proposals: list[Proposal] = field(default_factory=list)

    @classmethod
    def read(cls, names: list[str]) -> "Warehouse":
        """Ask it, where there is one."""
        if not config.warehouse_path().exists():
            return cls()
        with warehouse.reading() as connection:
            return cls(
                {name: _landed(connection, name) for name in names},
                warehouse.last_load(connection),
                warehouse.last_build(connection),
                warehouse.is_behind(connection),
                proposals.propose(connection),
            )


def report(sources: Mapping[str, ModuleType], *, offline: bool = False) -> Iterator[str]:
    """The state of this installation, a line a fact, and last the next step; `offline` asks no tool's API."""
    polled = [name for name in sources if name not in WITHOUT_TABLES]
    secret = {name: _secret(name) for name in webhooks()}
    wrong = settings.wrong({*sources, *secret})
    right = {name: sources[name] for name in polled if name not in wrong}
    configured, lacking = settings.standing(right)
    waiting = drain.waiting()
    names = sorted({*polled, *secret, *waiting})
    yield f"data      {config.data_dir()}"
    yield f"seeds     {seeds.folder()}"
    known = Warehouse.read(names)
    unproven = _unproven()
    silent = 0
    for name in names:
        states = ["configured"] if name in configured else []
        states += [f"partly configured: {lacking[name]}"] if name in lacking else []
        states += ["wrongly configured"] if name in wrong else []
        states += [secret[name]] if secret.get(name) else []
        landed = known.landed.get(name, "")
        if not (states or landed or name in waiting or name in polled):
            silent += 1
            continue
        state = ", ".join(states) or ("not configured" if name in polled else "no webhook secret")
        yield f"source    {name}: {state}; {landed or 'nothing landed'}"
        reach = getattr(sources.get(name), "reach", None)
        trouble = ""
        if name in configured and reach and not offline:
            trouble = _trouble(reach)
            yield f"reached   {name}: {f'no: {trouble}' if trouble else 'yes'}"
        if (states or landed) and name in unproven:
            yield f"unproven  {name}: nobody's payloads but our own have tested it (docs/sources/matrix.md)"
        if unmapped := _unmapped(known.proposals, name):
            yield f"unmapped  {name}: {unmapped}"
        if step := _step(name, name in configured, bool(landed), trouble, unmapped):
            yield f"then      {name}: {step}"
    for section, problems in wrong.items():
        for problem in problems:
            yield f"wrong     {section}: {problem}"
    if silent:
        yield f"source    … and {silent} more could be received: docs/sources/webhooks.md"
    for name in waiting:
        size = segments.size(drain.spool() / name)
        yield f"spool     {name}: {size / 2**20:.1f} MiB wait for `engops load webhooks`"
    yield f"loaded    {_age(known.loaded)}"
    yield f"built     {_age(known.built)}"
    published = config.published_path()
    shown = _utc(published.stat().st_mtime) if published.exists() else None
    yield f"published {_age(shown)}"
    to_load, to_receive = bool(configured or waiting), SET in secret.values()
    mend = "mend what is partly or wrongly configured" if wrong or lacking else ""
    yield f"next      {mend or _next(to_load, to_receive, known, shown)}"


def _step(source: str, is_configured: bool, is_landed: bool, trouble: str, unmapped: str) -> str:
    """The step that brings one source on; empty where there is none, or the installation's own comes first."""
    if trouble:
        return f"mend what keeps it from being reached: docs/sources/{source}.md"
    if is_configured and not is_landed:
        return f"engops load {source}"
    return "engops init shows rows for what is not mapped" if unmapped else ""


def _next(to_load: bool, to_receive: bool, known: Warehouse, published: datetime | None) -> str:
    """The one step that brings this installation on."""
    if not any(known.landed.values()):
        if to_load:
            return "engops load"
        if to_receive:
            return "engops serve"
        return "name a source in .dlt/config.toml (docs/), or try one clone: engops load git --repo PATH"
    if known.built is None or known.is_behind:
        return "engops build"
    if known.proposals:
        return "engops init shows rows for what is not mapped yet; engops init --write adds them"
    if published is None or published < known.built:
        return "engops build says why the last build was not published"
    return "engops report --open"


def _trouble(reach: Callable[[], None]) -> str:
    """What keeps a source from being reached, in one line; empty where nothing does."""
    try:
        reach()
    except LoadError as error:
        return " ".join(str(error).split())
    return ""


def _unmapped(found: Iterable[Proposal], source: str) -> str:
    """What of a source no seed mentions: how many for each seed, and some by name."""
    named: dict[str, list[str]] = {}
    for one in found:
        if one.source == source:
            named.setdefault(one.seed, []).append(one.what)
    return "; ".join(
        f"{len(names)} for {seed} ({', '.join(names[:SHOWN])}{', …' if len(names) > SHOWN else ''})"
        for seed, names in named.items()
    )


def _unproven() -> set[str]:
    """The sources that were tested with payloads of our own alone; git, whose clones are its own, is none."""
    with PROOFS.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {row["source"] for row in rows} - {
        row["source"] for row in rows if row["tested_with"] != "own"
    }


def _secret(source: str) -> str:
    """Whether a source has a webhook secret, in words, never which; empty where it has none."""
    try:
        return SET if secrets_of(source) else ""
    except SecretError as error:
        return str(error)


def _landed(connection: duckdb.DuckDBPyConnection, source: str) -> str:
    """Rows and newest arrival of one source's raw tables, and until when it was read; empty where it has none."""
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
    if not newest:
        return ""
    read = _read_until(connection, source) if ("load_ledger",) in tables else None
    return f"{rows:,} payloads, newest {_age(newest)}" + (
        f", read until {_age(read)}" if read else ""
    )


def _read_until(connection: duckdb.DuckDBPyConnection, source: str) -> datetime | None:
    """Until when any list of a source was read to its end (UTC)."""
    found = connection.execute(
        f"""select max(cast(try_cast(payload ->> 'covered_until' as timestamptz) at time zone 'UTC' as timestamp))
        from "raw_{source}".load_ledger where event = 'coverage'"""
    ).fetchone()
    return found[0] if found else None


def _utc(seconds: float) -> datetime:
    """A time of a file, UTC without zone."""
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)


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
