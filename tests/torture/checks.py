"""What must hold when everything has been killed often enough: nothing lost, nothing twice, the same marts."""

import threading
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import duckdb

from pipelines import report
from pipelines.github.events import table_of
from pipelines.webhooks import segments
from tests.conftest import Place
from tests.torture.processes import Engops
from tests.torture.senders import Delivery

NO_TESTS = ("--exclude-resource-type", "test", "unit_test")
# What tells how a row came here, not what it says.
LINEAGE = ("record_key", "record_keys")

Marts = dict[str, list[str]]


def landed(place: Place, deliveries: Iterable[Delivery]) -> Counter[str]:
    """How often each delivery lies in its raw table, its body as it was sent."""
    found: Counter[str] = Counter()
    sent = {delivery.key: delivery for delivery in deliveries}
    for table in sorted({table_of(delivery.event) for delivery in sent.values()}):
        for key, body in place.rows(
            f"select record_key, cast(payload as varchar) from raw_github.{table}"
        ):
            found[key] += 1
            assert body == sent[key].body, f"{key} landed as something else"
    return found


def staged(place: Place, deliveries: Iterable[Delivery]) -> Counter[str]:
    """How often each delivery stands in the base model of its raw table."""
    table_by_key = {delivery.key: table_of(delivery.event) for delivery in deliveries}
    return Counter(
        key
        for table in sorted(set(table_by_key.values()))
        for (key,) in place.rows(f"select record_key from staging.base_github__{table}")
        if table_by_key.get(key) == table
    )


def waiting(place: Place) -> int:
    """The bytes that are left in the spool."""
    return segments.size(place.data / "spool" / "github")


def whole_site(place: Place) -> None:
    """The report has every page that the published database asks for, with its content and answers."""
    with duckdb.connect(str(place.published), read_only=True) as connection:
        pages = list(report._pages(report.SOURCE / "pages", connection))
    report._audit(place.data / "report", pages, "")


def contents(place: Place) -> Marts:
    """Every mart, row by row, without lineage."""
    names: dict[str, list[str]] = {}
    for table, column in place.rows(
        "select table_name, column_name from duckdb_columns() where schema_name = 'marts'"
        f" and column_name not in {LINEAGE} order by column_index"
    ):
        names.setdefault(table, []).append(f'"{column}"')
    return {
        table: sorted(map(repr, place.rows(f"select {', '.join(columns)} from marts.{table}")))
        for table, columns in names.items()
    }


def undisturbed(engops: Engops, folder: Path, deliveries: Iterable[Delivery]) -> Marts:
    """The marts that the same deliveries give, with the same times of arrival, where nobody kills anything."""
    place = Place(folder)
    spool = place.data / "spool" / "github"
    arrivals: dict[str, datetime] = {}
    sent = {delivery.key: delivery for delivery in deliveries}
    for table in sorted({table_of(delivery.event) for delivery in sent.values()}):
        arrivals |= dict(
            engops.place.rows(
                f"select record_key, min(received_at) from raw_github.{table} group by 1"
            )
        )
    receiving = segments.Receiving(spool)
    for key, moment in sorted(arrivals.items(), key=lambda arrival: (arrival[1], arrival[0])):
        headers = {"x-github-event": sent[key].event, "x-github-delivery": key}
        receiving.append(segments.encode(moment, headers, sent[key].body.encode()))
    receiving.release()
    calm = Engops(place, engops.seeds)
    calm.finish("load", "webhooks")
    calm.finish("build", *NO_TESTS)
    return contents(place)


def differences(made: Marts, expected: Marts) -> dict[str, tuple[list[str], list[str]]]:
    """The marts that differ, with rows that are too few and too many."""
    return {
        table: (
            sorted(set(expected.get(table, [])) - set(made.get(table, [])))[:2],
            sorted(set(made.get(table, [])) - set(expected.get(table, [])))[:2],
        )
        for table in made.keys() | expected.keys()
        if made.get(table) != expected.get(table)
    }


class Reader:
    """Somebody who opens the published file all the time, and must find it whole each time."""

    def __init__(self, place: Place, seconds: float = 0.5) -> None:
        self.path = place.published
        self.seconds = seconds
        self.opened = 0
        self.faults: list[str] = []
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        while not self.ended.wait(self.seconds):
            if self.path.exists():
                try:
                    self.read()
                    self.opened += 1
                except Exception as error:
                    self.faults.append(f"{type(error).__name__}: {error}")

    def read(self, whole: bool = False) -> None:
        """Open it and look into every mart; `whole`: read all of every one."""
        with duckdb.connect(str(self.path), read_only=True) as connection:
            marts = [
                name
                for (name,) in connection.execute(
                    "select table_name from duckdb_tables()"
                ).fetchall()
            ]
            assert len(marts) > 50, f"{len(marts)} marts"
            for mart in marts:
                what = "bit_xor(hash(mart))" if whole else "count(*)"
                connection.execute(f"select {what} from marts.{mart} as mart").fetchall()

    def close(self) -> None:
        """End, after one whole reading."""
        self.ended.set()
        self.thread.join()
        if self.path.exists():
            self.read(whole=True)
