"""Building the warehouse with dbt, and publishing what passed: write, audit, swap.

`build` is `dbt build` in this process; `publish` reads dbt's own run results, so that it may as well follow a `dbt
build` that a schedule ran by itself. Readers open the published file, which is only ever replaced as a whole.
"""

import json
import logging
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import filelock

from pipelines import config, disk
from pipelines.landing import STORAGE, BusyError, LoadError, busy, cause

log = logging.getLogger(__name__)

# What a file of DuckDB begins with, in bytes.
HEADERS = 3 * 4096
PASSED = {"success", "pass", "warn"}
AUDITED = ("model", "seed", "snapshot", "test", "unit_test")


class RefusedError(Exception):
    """Nothing was published; the text says why and what to do."""


@dataclass(frozen=True)
class Failure:
    """One node of dbt's graph that did not pass."""

    name: str
    kind: str
    status: str
    message: str

    def __str__(self) -> str:
        """One line for a person."""
        detail = " ".join(self.message.split())
        return f"{self.kind} {self.name}: {detail or self.status}"


@dataclass
class Built:
    """What a build did; `broken` when a model did not build, `failed` when a test said no."""

    seconds: float = 0.0
    counts: dict[str, int] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    error: str = ""

    @property
    def ok(self) -> bool:
        """True when everything that was selected passed."""
        return not self.failures and not self.error

    @property
    def only_tests_failed(self) -> bool:
        """True when the models were built, and it is their tests that failed (or what a test held back)."""
        kinds = {failure.kind for failure in self.failures if failure.status != "skipped"}
        return bool(kinds) and kinds <= {"test", "unit_test"} and not self.error


def target_dir() -> Path:
    """Where dbt writes its manifest and results: `DBT_TARGET_PATH`, or `target/` in the checkout."""
    return Path(config.PROJECT, os.environ.get("DBT_TARGET_PATH") or "target")


@contextmanager
def writing(what: str) -> Iterator[None]:
    """Hold this warehouse's lock while `what` goes on; `BusyError` says who holds it instead.

    The lock is the operating system's: it ends with the process, however that ends.
    """
    folder = config.data_dir()
    lock = filelock.FileLock(folder / "lock", timeout=0)
    note = folder / "lock.json"
    try:
        lock.acquire()
    except filelock.Timeout:
        who = _holder(note)
        raise BusyError(
            f"{folder / 'warehouse.duckdb'} is being written by {who}; try again when it has ended"
        ) from None
    try:
        since = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        note.write_text(json.dumps({"pid": os.getpid(), "what": what, "since": since}))
        _drop_stub()
        yield
    finally:
        note.unlink(missing_ok=True)
        lock.release()


def _drop_stub() -> None:
    """Remove a warehouse that a full disk left without content: DuckDB opens none that lacks its three headers."""
    path = config.warehouse_path()
    if path.exists() and path.stat().st_size < HEADERS:
        log.warning("%s was begun and never held anything; it is made anew", path)
        path.unlink()


def _holder(note: Path) -> str:
    """Who holds the lock, by the note beside it; one that a killed process left says nothing."""
    try:
        holder = json.loads(note.read_text())
        with suppress(PermissionError):  # another user's, and alive
            os.kill(int(holder["pid"]), 0)
        return f"process {holder['pid']} ({holder['what']}, since {holder['since']})"
    except (OSError, OverflowError, ValueError, KeyError, TypeError):
        return "another process"


@contextmanager
def reading() -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse, read-only; `BusyError` while another process writes it."""
    try:
        connection = duckdb.connect(str(config.warehouse_path()), read_only=True)
    except duckdb.IOException as error:
        raise busy(error) or LoadError(
            f"{config.warehouse_path()} cannot be opened: {cause(error)}. The next `engops load` makes one anew that"
            " never held anything; else restore it (docs/operations.md)"
        ) from None
    try:
        yield connection
    finally:
        connection.close()


def dbt(*arguments: str, callbacks: Sequence[Callable[[Any], None]] = ()) -> Any:
    """Run one dbt command in this process, on this checkout and this data folder; returns dbt's own result object."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    # dbt changes to the project's folder, where a relative path would name another one.
    os.environ["ENGOPS_DATA"] = str(config.data_dir())
    folder = str(config.PROJECT)
    try:
        return dbtRunner(callbacks=list(callbacks)).invoke(
            [*arguments, "--project-dir", folder, "--profiles-dir", folder]
        )
    finally:
        # One process, one configuration a file: the next reader of the warehouse may ask for another.
        DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]


def build(
    *arguments: str,
    select: str | None = None,
    target: str | None = None,
    full_refresh: bool = False,
    progress: Callable[[str, int, int], None] | None = None,
) -> Built:
    """`dbt build`: seeds, models, data and unit tests, in the order of the graph.

    `arguments` are passed to dbt as they are. `progress` is told (layer, done, total) as nodes end.
    Raises `BusyError` where another process has the warehouse open.
    """
    command = ["build", "--log-level", "none", "--log-level-file", "debug", *arguments]
    if select:
        command += ["--select", select]
    if target:
        command += ["--target", target]
    if full_refresh:
        command += ["--full-refresh"]
    outcome = dbt(*command, callbacks=[_follow(progress)] if progress else [])
    if held := busy(outcome.exception):
        raise held
    built = Built()
    if outcome.exception is not None:
        built.error = str(outcome.exception).strip()
    if outcome.result is None:
        built.error = built.error or "dbt ended without results; its log says more"
        return built
    built.seconds = float(getattr(outcome.result, "elapsed_time", 0.0))
    for result in outcome.result.results:
        kind = str(result.node.resource_type)
        status = str(result.status)
        built.counts[kind] = built.counts.get(kind, 0) + 1
        if status not in PASSED and status != "no-op":
            built.failures.append(Failure(result.node.name, kind, status, result.message or ""))
    return built


def _follow(progress: Callable[[str, int, int], None]) -> Callable[[Any], None]:
    """A listener to dbt's events that counts ended nodes and names the layer that each belongs to."""
    seen = {"done": 0, "total": 0}
    layer = {"now": "tests"}

    def listen(event: Any) -> None:
        if event.info.name == "LogStartLine":
            seen["total"] = int(event.data.total)
        elif event.info.name == "NodeFinished":
            node = event.data.node_info
            if node.resource_type in ("model", "seed"):
                layer["now"] = (
                    Path(node.node_path).parent.as_posix()
                    if node.resource_type == "model"
                    else "seeds"
                )
            seen["done"] = min(seen["done"] + 1, seen["total"])
            progress(layer["now"], seen["done"], seen["total"])

    return listen


def publish() -> Path:
    """Replace the published database by the marts of the last build, if that was whole and everything in it passed.

    Returns the published file; raises `RefusedError` and leaves the published file as it was otherwise.
    """
    manifest = audit()
    final = config.published_path()
    final.parent.mkdir(parents=True, exist_ok=True)
    final.parent.chmod(0o755)
    for leftover in final.parent.glob(".engops.*"):
        leftover.unlink()  # of a publish that was killed; the lock says that no other is under way
    draft = final.parent / f".engops.{os.getpid()}.duckdb"
    try:
        _copy_marts(manifest, draft)
        disk.sync_file(draft)
        draft.chmod(0o444)
        # A log that somebody's writing connection left beside the old file must not be replayed into the new one.
        final.with_name(final.name + ".wal").unlink(missing_ok=True)
        draft.replace(final)
        disk.sync_folder(final.parent)
    finally:
        draft.unlink(missing_ok=True)
    return final


def audit() -> dict[str, Any]:
    """The manifest of a whole and passed build of this very warehouse; `RefusedError` where there is none."""
    folder = target_dir()
    try:
        results = json.loads((folder / "run_results.json").read_text())
        manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text())
    except FileNotFoundError as missing:
        raise RefusedError(
            f"{missing.filename} is missing: run `engops build` or `dbt build` first"
        ) from None
    except ValueError:
        raise RefusedError(f"{folder} holds results that were cut off: build again") from None
    arguments = results.get("args", {})
    if arguments.get("which") != "build" or arguments.get("empty") or arguments.get("sample"):
        raise RefusedError(
            f"the last dbt command was `dbt {arguments.get('which')}`, not a whole `dbt build`: build again"
        )
    _audit_results(results, manifest)
    _audit_warehouse(results)
    return manifest


def _audit_results(results: dict[str, Any], manifest: dict[str, Any]) -> None:
    """Refuse unless every node of the graph ran and passed."""
    nodes = {**manifest["nodes"], **manifest.get("unit_tests", {})}
    wanted = {key for key, node in nodes.items() if _is_audited(node)}
    status = {row["unique_id"]: row for row in results["results"]}
    failed = [
        Failure(
            nodes[key]["name"], nodes[key]["resource_type"], row["status"], row.get("message") or ""
        )
        for key, row in status.items()
        if key in wanted and row["status"] not in PASSED
    ]
    if failed:
        told = [failure for failure in failed if failure.status != "skipped"] or failed
        skipped = len(failed) - len(told)
        lines = [f"  {failure}" for failure in told[:10]]
        if len(told) > 10:
            lines.append(f"  and {len(told) - 10} more")
        if skipped:
            lines.append(f"  and {skipped} skipped because of these")
        raise RefusedError("the last build did not pass:\n" + "\n".join(lines))
    left_out = sorted(wanted - status.keys())
    if left_out:
        names = ", ".join(nodes[key]["name"] for key in left_out[:5])
        raise RefusedError(
            f"the last build was a part: {len(left_out)} of {len(wanted)} nodes did not run ({names}"
            f"{', …' if len(left_out) > 5 else ''}); build the whole"
        )


def _is_audited(node: dict[str, Any]) -> bool:
    """True for what a whole build runs."""
    return (
        node["resource_type"] in AUDITED
        and node.get("config", {}).get("materialized") != "ephemeral"
    )


def _audit_warehouse(results: dict[str, Any]) -> None:
    """Refuse unless these results are the last thing that happened to this warehouse."""
    path = config.warehouse_path()
    if not path.exists():
        raise RefusedError(f"{path} does not exist: run `engops build` first")
    with reading() as warehouse:
        run = _last_run(warehouse)
        if run is None or run[0] != results["metadata"]["invocation_id"]:
            raise RefusedError(
                f"the results in {target_dir()} are not those of the last run on {path}: build again"
            )
        if is_behind(warehouse):
            raise RefusedError("something landed after the build began: build again")


def _last_run(warehouse: duckdb.DuckDBPyConnection) -> tuple[str, datetime] | None:
    """The id and start (UTC) of the dbt run that changed this warehouse last; none before the first."""
    try:
        row = warehouse.execute("select invocation_id, started_at from runs.latest").fetchone()
    except duckdb.CatalogException:
        return None
    return (row[0], row[1]) if row else None


def last_build(warehouse: duckdb.DuckDBPyConnection) -> datetime | None:
    """When the dbt run that changed this warehouse last began, UTC without a zone."""
    run = _last_run(warehouse)
    return run[1] if run else None


def is_behind(warehouse: duckdb.DuckDBPyConnection) -> bool:
    """True where a load has ended that the last dbt run did not see; by the loads' ids, since clocks jump."""
    for schema in _load_schemas(warehouse):
        try:
            row = warehouse.execute(
                f"""select count(*) from "{schema}"._dlt_loads where load_id not in (
                    select load_id from runs.loads where load_schema = ?)""",
                [schema],
            ).fetchone()
        except duckdb.CatalogException:
            return True  # the last run was one of an earlier version, or none
        if row and row[0]:
            return True
    return False


def _load_schemas(warehouse: duckdb.DuckDBPyConnection) -> list[str]:
    """The schemas that dlt loads into."""
    rows = warehouse.execute(
        "select schema_name from duckdb_tables() where table_name = '_dlt_loads' and not internal"
    ).fetchall()
    return [str(schema) for (schema,) in rows]


def last_load(warehouse: duckdb.DuckDBPyConnection) -> datetime | None:
    """When dlt last finished loading anything into this warehouse, UTC without a zone; null where nothing landed."""
    latest: datetime | None = None
    for schema in _load_schemas(warehouse):
        row = warehouse.execute(
            f"select cast(max(inserted_at) at time zone 'UTC' as timestamp) from \"{schema}\"._dlt_loads"
        ).fetchone()
        if row and row[0]:
            latest = max(latest or row[0], row[0])
    return latest


def _copy_marts(manifest: dict[str, Any], draft: Path) -> None:
    """A new database file with the marts as tables, described as their models are."""
    models = sorted(
        (
            node
            for node in manifest["nodes"].values()
            if node["resource_type"] == "model" and node["schema"] == "marts"
        ),
        key=lambda node: str(node["alias"]),
    )
    warehouse = config.warehouse_path()
    with duckdb.connect(config={"threads": os.cpu_count() or 1}) as connection:
        connection.execute(f"attach {_text(str(warehouse))} as built (read_only)")
        version = _text(str(STORAGE["storage_compatibility_version"]))
        connection.execute(f"attach {_text(str(draft))} as published (storage_version {version})")
        connection.execute("create schema published.marts")
        for node in models:
            name = f"published.marts.{_name(node['alias'])}"
            connection.execute(f"create table {name} as from built.marts.{_name(node['alias'])}")
            connection.execute(f"comment on table {name} is {_text(node['description'])}")
            present = {row[0] for row in connection.execute(f"describe {name}").fetchall()}
            for column in node["columns"].values():
                if column["name"] in present:
                    connection.execute(
                        f"comment on column {name}.{_name(column['name'])} is {_text(column['description'])}"
                    )
        connection.execute("checkpoint published")
        connection.execute("detach published")


def _text(value: str) -> str:
    """An SQL string."""
    return "'" + value.replace("'", "''") + "'"


def _name(value: str) -> str:
    """An SQL identifier."""
    return '"' + value.replace('"', '""') + '"'
