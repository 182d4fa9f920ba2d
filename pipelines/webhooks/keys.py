"""Which deliveries a source's raw tables hold already, asked of the warehouse by their keys."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import duckdb
import pyarrow as pa

from pipelines import config
from pipelines.landing import STORAGE
from pipelines.webhooks.deliveries import QUARANTINE

# Vendors repeat a delivery within days; older rows are not looked at, so that the cost does not grow with what landed.
WINDOW = timedelta(days=7)
ALWAYS = datetime(1970, 1, 1, tzinfo=UTC) + WINDOW
TABLES = """
    select table_name from duckdb_columns()
    where schema_name = ? and column_name = 'record_key' order by table_name
"""
FOUND = """
    select rowid, record_key from {table}
    where received_at >= ? and record_key in (select record_key from wanted)
"""
DIGESTS = (
    "select record_key, md5({content}) from {table} where rowid in (select row_number from hits)"
)
LANDED = "cast(payload as varchar)"
# Rows of the quarantine keep what came inside their payload; those that release one keep nothing.
KEPT = "coalesce(payload ->> '$.body', payload ->> '$.body_base64')"


def known(
    source: str, keys: Collection[str], since: datetime = ALWAYS, *, in_quarantine: bool = True
) -> dict[str, set[str]]:
    """The digests of what has landed under each of these keys, received since `WINDOW` before a time (UTC)."""
    found: dict[str, set[str]] = {}
    with _wanted(keys) as connection:
        for table in _tables(connection, source):
            if table == QUARANTINE and not in_quarantine:
                continue
            name = f'"raw_{source}"."{table}"'
            hits = connection.execute(FOUND.format(table=name), [since - WINDOW]).fetchall()
            if not hits:
                continue
            # Payloads are wide: only those of the keys that were found are read.
            connection.register("hits", pa.table({"row_number": [row for row, _ in hits]}))
            content = KEPT if table == QUARANTINE else LANDED
            for key, digest in connection.execute(
                DIGESTS.format(table=name, content=content)
            ).fetchall():
                found.setdefault(key, set()).add(digest)
    return found


def missing(source: str, keys: Collection[str], since: datetime = ALWAYS) -> int:
    """How many of these keys no raw table of a source holds."""
    with _wanted(keys) as connection:
        landed = " union all ".join(
            f'select record_key from "raw_{source}"."{table}" where received_at >= $since'
            for table in _tables(connection, source)
        )
        if not landed:
            return len(keys)
        row = connection.execute(
            f"select count(*) from wanted where record_key not in ({landed})",
            {"since": since - WINDOW},
        ).fetchone()
    return int(row[0]) if row else len(keys)


def _tables(connection: duckdb.DuckDBPyConnection, source: str) -> list[str]:
    """The raw tables of a source."""
    rows = connection.execute(TABLES, [f"raw_{source}"]).fetchall()
    return [str(table) for (table,) in rows]


@contextmanager
def _wanted(keys: Collection[str]) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse, with the keys as a table `wanted`."""
    with duckdb.connect(str(config.warehouse_path()), config=STORAGE) as connection:
        connection.register("wanted", pa.table({"record_key": pa.array(keys, pa.string())}))
        yield connection
