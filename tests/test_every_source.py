"""Every source's case in one warehouse, and dealt again in another: in any order, repeated, in two increments.

What a case is, says tests/sources/__init__.py. `make matrix` writes docs/sources/matrix.md and
seeds/reference/source_proofs.csv from what this run sees; here they must be equal to it.
"""

import datetime as dt
import os
from contextlib import nullcontext
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from pipelines import landing
from pipelines.webhooks import deliveries
from pipelines.webhooks.contract import Delivery, webhooks
from tests import contract, matrix
from tests.conftest import Place, shared
from tests.sources import Case, cases
from tests.workshop import Workshop, differing

pytestmark = pytest.mark.slow

CASES = cases()
EVERY = pytest.mark.parametrize("case", CASES, ids=[case.source for case in CASES])
# A load id as dlt gives them; those of the second increment are smaller, as after a clock that jumped back.
LOADS = ("1700000002.0", "1700000001.0")
LANDED = """
    select schema_name, table_name from duckdb_columns()
    where column_name = 'payload' and schema_name like 'raw!_%' escape '!' and database_name = ?
"""


def land_webhooks(case: Case) -> None:
    """Land a case's deliveries as the drain does, in one stroke."""
    hook = webhooks()[case.source]
    hook.ready()
    readings = [
        deliveries.read(
            hook,
            Delivery(
                {key.lower(): value for key, value in told.headers.items()},
                told.content,
                dt.datetime.fromisoformat(told.received_at),
            ),
            f"{case.source}:{number}",
        )
        for number, told in enumerate(case.deliveries())
    ]
    unread = [f"{reading.origin}: {reading.problem}" for reading in readings if reading.problem]
    assert not unread, unread
    tables: dict[str, list[landing.Record]] = {}
    for reading in readings:
        tables.setdefault(reading.table, []).append(reading.record)
    landing.prepare(case.source, tables)
    with duckdb.connect(str(landing.config.warehouse_path()), config=landing.STORAGE) as warehouse:
        for table, records in tables.items():
            rows = landing.to_arrow(records)  # noqa: F841 - DuckDB finds it by its name
            warehouse.execute(
                f"insert into raw_{case.source}.{table} select *, '{LOADS[0]}', uuid() from rows"
            )


def deal(told: Place, dealt: Place, part: int) -> None:
    """Land what the first warehouse holds again in the other: six of ten rows, then the rest and some of them again."""
    chosen = ("hash(_dlt_id) % 10 < 6", "hash(_dlt_id) % 10 >= 4")[part]
    path = dealt.data / "warehouse.duckdb"
    with duckdb.connect(str(path), config=landing.STORAGE) as warehouse:
        warehouse.execute(f"attach '{told.data / 'warehouse.duckdb'}' as told (read_only)")
        for schema, table in warehouse.execute(LANDED, ["told"]).fetchall():
            warehouse.execute(f"create schema if not exists {schema}")
            warehouse.execute(landing.TABLE_DDL.format(schema=schema, table=table))
            warehouse.execute(
                f"""insert into {schema}.{table}
                select record_key, channel, event, received_at, payload, '{LOADS[part]}', _dlt_id || '-{part}'
                from told.{schema}.{table} where {chosen} order by hash(_dlt_id || 'shuffled')"""
            )


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Place:
    """Both warehouses: in the folder itself, and in `dealt`."""

    def make(place: Place) -> None:
        select = [f"+path:models/staging/{case.source}" for case in CASES]
        with pytest.MonkeyPatch.context() as patch:
            workshop = Workshop(place, patch)
            workshop.fresh()
            for case in CASES:
                # both doors by one configuration
                with case.api.serving(case.source, patch) if case.api else nullcontext():
                    if case.webhooks:
                        land_webhooks(case)
                    if case.api:
                        case.api.run(case.source)
                if case.answered:
                    case.answered(patch)
                if case.files:
                    (place.folder / "files" / case.source).mkdir(parents=True)
                    case.files(place.folder / "files" / case.source)
            workshop.build(*select)
            workshop.place = Place(place.folder / "dealt")
            workshop.fresh()
            for part in range(2):
                deal(place, workshop.place, part)
                workshop.build(*select)

    return shared("every-source", tmp_path_factory, worker_id, make)


def staged(place: Place, source: str) -> list[str]:
    """The entities of a source that have a model."""
    sql = f"select table_name from duckdb_tables() where table_name like 'stg!_{source}!_!_%' escape '!' order by 1"
    return [name.split("__", 1)[1] for (name,) in place.rows(sql)]


def read(place: Place, source: str, entity: str) -> list[dict[str, Any]]:
    """The rows of an entity of a source."""
    with duckdb.connect(str(place.data / "warehouse.duckdb"), read_only=True) as connection:
        found = connection.execute(f"select * from staging.stg_{source}__{entity}")
        names = [column[0] for column in found.description or ()]
        return [dict(zip(names, map(plain, row), strict=True)) for row in found.fetchall()]


def plain(value: Any) -> Any:
    """A value as a case writes it."""
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ")
    return float(value) if isinstance(value, Decimal) else value


@EVERY
def test_what_must_come_of_it_is_in_staging(world: Place, case: Case) -> None:
    for entity, expected in case.rows.items():
        found = read(world, case.source, entity)
        for row in expected:
            matching = [there for there in found if row.items() <= there.items()]
            assert len(matching) == 1, (
                f"{entity}: {len(matching)} rows are {dict(row)}; there are\n"
                + "\n".join(str({key: there.get(key) for key in row}) for there in found[:20])
            )
        if entity not in case.among_others:
            assert len(found) == len(expected), (entity, found)


@EVERY
def test_order_and_repetition_change_nothing(world: Place, case: Case) -> None:
    with pytest.MonkeyPatch.context() as patch:
        tables = [f"stg_{case.source}__{entity}" for entity in staged(world, case.source)]
        told = Workshop(world, patch).contents("staging", tables)
        dealt = Workshop(Place(world.folder / "dealt"), patch).contents("staging", tables)
    assert told.keys() == set(tables)
    assert not differing(told, dealt)


@EVERY
def test_staging_keeps_the_contract(world: Place, case: Case) -> None:
    for entity in staged(world, case.source):
        if entity not in contract.ENTITIES:
            continue
        table = f"stg_{case.source}__{entity}"
        wanted = contract.columns(entity)
        found = world.rows(
            f"select column_name, data_type from duckdb_columns() where table_name = '{table}' order by column_index"
        )
        assert found == [(column.name, column.type) for column in wanted], table
        for column in wanted:
            if not column.is_nullable:
                nulls = f'select count(*) from staging.{table} where "{column.name}" is null'
                assert world.rows(nulls) == [(0,)], f"{table}.{column.name} is null"
        key = ", ".join(column.name for column in wanted if column.is_key)
        assert not world.rows(f"select {key} from staging.{table} group by all having count(*) > 1")


def seen(world: Place, case: Case) -> set[tuple[str, str]]:
    """The entities that have rows, and the door that each one's payload came through."""
    raw = f"raw_{case.source}"
    tables = world.rows(
        f"{LANDED.replace('= ?', '= current_database()')} and schema_name = '{raw}'"
    )
    doors = " union ".join(f"select record_key, channel from {raw}.{table}" for _, table in tables)
    return {
        (entity, door)
        for entity in staged(world, case.source)
        if entity in contract.ENTITIES
        for (door,) in world.rows(
            f"""select distinct doors.channel from staging.stg_{case.source}__{entity} as rows
            inner join ({doors}) as doors on rows.record_key = doors.record_key"""
        )
    }


@EVERY
def test_every_row_is_vouched_for(world: Place, case: Case) -> None:
    """Each entity and door has a provenance, and no provenance covers what has no row."""
    assert seen(world, case) == case.covers().keys()


def test_the_matrix_is_what_was_seen(world: Place) -> None:
    """`make matrix` writes both files; here they must be what it would write."""
    proofs = [
        (case.source, entity, door, kind)
        for case in CASES
        for there in [seen(world, case)]
        for (entity, door), kind in sorted(case.covers().items())
        if (entity, door) in there
    ]
    made = matrix.files(CASES, proofs)
    if os.environ.get("ENGOPS_MATRIX"):
        for path, text in made.items():
            path.write_text(text)
    assert {path: path.read_text() for path in made} == made, "run `make matrix`"
