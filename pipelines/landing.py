"""The raw contract: every source lands the same seven columns, append-only, payload verbatim.

`raw_<source>.<entity>`: `record_key`, `channel`, `event`, `received_at`, `payload`, dlt's `_dlt_load_id` and `_dlt_id`.
A source yields `Record`s in batches; dlt writes each batch as Arrow, extracts, normalises and loads, and resumes what a
killed run left behind. The same record may arrive twice; staging keeps one.
"""

import hashlib
import json
import logging
import re
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, NamedTuple

import dlt
import duckdb
import pyarrow as pa
from dlt.common.pipeline import LoadInfo
from dlt.common.storages.load_package import ParsedLoadJobFileName
from dlt.extract import DltResource

from pipelines import config, disk

log = logging.getLogger(__name__)

Channel = Literal["webhook", "api", "file"]
# Told of an entity and its rows so far.
Progress = Callable[[str, int], None]

# DuckDB's newest file format opens in no released driver but its own.
STORAGE: dict[str, str | bool | int | float | list[str]] = {
    "storage_compatibility_version": "v1.4.0"
}
BATCH = 5_000
# A batch ends here as well, so that 25 MB payloads do not pile up.
BATCH_CHARACTERS = 32_000_000

ARROW = pa.schema(
    [
        pa.field("record_key", pa.string(), nullable=False),
        pa.field("channel", pa.string(), nullable=False),
        pa.field("event", pa.string(), nullable=False),
        pa.field("received_at", pa.timestamp("us", tz="UTC"), nullable=False),
        pa.field("payload", pa.string()),
    ]
)
TABLE_DDL = """
    create table if not exists {schema}.{table} (
        record_key varchar not null, channel varchar not null, event varchar not null,
        received_at timestamptz not null, payload json using compression zstd,
        _dlt_load_id varchar not null, _dlt_id varchar not null
    )
"""


class Record(NamedTuple):
    """One row of a raw table, before dlt adds its lineage."""

    record_key: str
    channel: Channel
    event: str
    received_at: datetime
    payload: str


class LoadSummary(NamedTuple):
    """What one load of a source did: rows landed by entity, and sentences that its user should read."""

    source: str
    rows: dict[str, int]
    notes: tuple[str, ...] = ()


class LoadError(Exception):
    """A load that cannot go on for a reason its user can mend; the text says what is wrong, where, and what to do."""


class BusyError(Exception):
    """Another process has this warehouse open; the text says which."""


def now() -> datetime:
    """The arrival time of what is being landed, UTC."""
    return datetime.now(UTC)


def key_of(*parts: object) -> str:
    """A `record_key` from a natural key and version; the parts are separated, so that none runs into the next."""
    return hashlib.sha256("\x1f".join(str(part) for part in parts).encode()).hexdigest()[:32]


def dumps(payload: Any) -> str:
    """JSON text with the sender's key order and exact integers."""
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":"))


def coverage(scope: str, entity: str, since: datetime | None, until: datetime) -> Record:
    """A row of a source's `load_ledger`: this load saw every `entity` of `scope` between the two times (UTC).

    `since` is null where the source reaches back to its own beginning. Land it in the same run as what it vouches for.
    """
    payload = {
        "scope": scope,
        "entity": entity,
        "covered_from": since and since.isoformat(),
        "covered_until": until.isoformat(),
    }
    return Record(key_of(*payload.values()), "file", "coverage", until, dumps(payload))


def batches(records: Iterable[Record], size: int = BATCH) -> Iterator[pa.Table]:
    """Arrow tables of the raw contract, a bounded number of rows each."""
    batch: list[Record] = []
    for record in records:
        batch.append(record)
        if len(batch) >= size:
            yield to_arrow(batch)
            batch = []
    if batch:
        yield to_arrow(batch)


def to_arrow(records: list[Record]) -> pa.Table:
    """One Arrow table of the raw contract."""
    return pa.Table.from_arrays(
        [
            pa.array(column, field.type)
            for column, field in zip(zip(*records, strict=True), ARROW, strict=True)
        ],
        schema=ARROW,
    )


def entity(records: Iterable[Record], name: str) -> DltResource:
    """The dlt resource of one raw table."""
    return resource(batches(records), name)


def resource(batches: Iterator[Any], name: str) -> DltResource:
    """A dlt resource that appends Arrow tables as they are."""
    return dlt.resource(
        batches,
        name=name,
        write_disposition="append",
        columns={"payload": {"data_type": "json"}},
    )


def dispatched(batches: Iterable[tuple[str, pa.Table]], name: str) -> DltResource:
    """The dlt resource of a stream that fills several raw tables: each batch says which one.

    Name the tables to `land`, since the resource's own name is none of them.
    """
    return resource((dlt.mark.with_table_name(batch, table) for table, batch in batches), name)


def prepared(
    source: str, batches: Iterable[tuple[str, pa.Table]]
) -> Iterator[tuple[str, pa.Table]]:
    """The same batches; each raw table is there before its first one, for those who cannot name them before."""
    seen: set[str] = set()
    for table, batch in batches:
        if table not in seen:
            prepare(source, [table])
            seen.add(table)
        yield table, batch


def pipeline(source: str) -> dlt.Pipeline:
    """The dlt pipeline that lands into `raw_<source>` of the warehouse; its working files lie beside it."""
    return dlt.pipeline(
        pipeline_name=source,
        pipelines_dir=str(config.data_dir() / "dlt"),
        destination=dlt.destinations.duckdb(str(config.warehouse_path())),
        dataset_name=f"raw_{source}",
    )


def land(
    source: str, resources: Iterable[DltResource], tables: Iterable[str] | None = None
) -> LoadInfo:
    """Run one dlt load of a source's resources; raises where a job failed.

    `tables` are the raw tables that they fill, where these are not the resources' names.
    """
    resources = list(resources)
    prepare(source, tables or [resource.name for resource in resources])
    return resumed(source).run(resources, loader_file_format="parquet")


def resumed(source: str) -> dlt.Pipeline:
    """The pipeline of a source, once it has loaded what a killed run left behind.

    Call it before reading from the warehouse where the last load ended; dlt would ignore new data beside pending data.
    """
    run = pipeline(source)
    # Killed between two steps of dlt, a package lies in both, and dlt would fail for ever: the later one is whole.
    folder = Path(run.working_dir)
    for package in (folder / "load" / "normalized").glob("*"):
        for earlier in ("normalize/extracted", "load/new"):
            shutil.rmtree(folder / earlier / package.name, ignore_errors=True)
    for job in (folder / "load" / "normalized").glob("*/started_jobs/*.parquet"):
        _take_back(source, job)
    if run.has_pending_data:
        log.info("%s: what an earlier load had begun is loaded first", source)
        run.run()
    return run


def _take_back(source: str, job: Path) -> None:
    """Delete the rows of a file that dlt will load again: killed between the commit and dlt's mark, they are there."""
    table = ParsedLoadJobFileName.parse(job.name).table_name
    with (
        duckdb.connect(str(config.warehouse_path()), config=STORAGE) as connection,
        suppress(duckdb.CatalogException),  # nothing was committed, not even the table
    ):
        connection.execute(
            f'delete from "raw_{source}"."{table}" where _dlt_id in (select _dlt_id from read_parquet(?))',
            [str(job)],
        )


def prepare(source: str, tables: Iterable[str]) -> None:
    """Create the raw tables first, since dlt cannot ask for the compression that payloads need (8 times faster)."""
    with duckdb.connect(str(config.warehouse_path()), config=STORAGE) as connection:
        connection.execute(f"create schema if not exists raw_{source}")
        for table in tables:
            connection.execute(TABLE_DDL.format(schema=f"raw_{source}", table=table))


def sync() -> None:
    """Return when what has landed outlasts a power cut: call it before anything that it was read from is removed."""
    path = config.warehouse_path()
    for file in (path, path.with_name(f"{path.name}.wal")):
        if file.exists():
            disk.sync_file(file)
    disk.sync_folder(path.parent)


def cause(error: BaseException) -> str:
    """What an error is about, for a person: dlt wraps what happened in what it was doing.

    Only the beginning of what nobody foresaw: DuckDB quotes what it was given.
    """
    while error.__cause__ is not None and not isinstance(error, LoadError):
        error = error.__cause__
    if isinstance(error, LoadError):
        return str(error)
    return f"{type(error).__name__}: {str(error).partition(chr(10))[0][:200]}"


def busy(error: BaseException | None) -> BusyError | None:
    """What to say of an error that DuckDB's lock on the warehouse is behind, however deep it is wrapped."""
    seen: list[BaseException] = []
    while error is not None and error not in seen:
        if isinstance(error, BusyError):
            return error
        if isinstance(error, duckdb.IOException) and "Could not set lock" in str(error):
            found = re.search(r"PID (\d+)", str(error))
            who = f"process {found[1]}" if found else "another process"
            return BusyError(
                f"{config.warehouse_path()} is open in {who}; try again when it has ended"
            )
        seen.append(error)
        error = error.__cause__ or error.__context__
    return None


def landed(sql: str, parameters: Iterable[Any] = ()) -> list[tuple[Any, ...]]:
    """Rows of raw tables, read back from the warehouse; none where nothing has landed yet."""
    if not config.warehouse_path().exists():
        return []
    with duckdb.connect(str(config.warehouse_path()), config=STORAGE) as connection:
        try:
            return connection.execute(sql, list(parameters)).fetchall()
        except duckdb.CatalogException:
            return []
