"""Finance: cloud costs in FOCUS's columns, as CSV and as Parquet, and people, escalations and refunds in our own.

Columns and forms are those of the FOCUS specification 1.2; the values are ours.
"""

import csv
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines import finance
from tests.sources import Case, Provenance

FOCUS = ("BilledCost", "EffectiveCost", "BillingCurrency", "ChargeCategory", "ChargePeriodStart", "ChargePeriodEnd",
         "ServiceName", "ServiceCategory", "Tags")  # fmt: skip
DAY = ("2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z")


def written(path: Path, *rows: tuple[str, ...]) -> None:
    """A CSV file."""
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(rows)


def land(folder: Path) -> None:
    """A month of a provider, a day of another, and what people cost; the month is told again, one row less."""
    month = folder / "cloud" / "2026-03.csv"
    month.parent.mkdir()
    tagged = '{"service": "shop", "team": "Blue", "env": "prod"}'
    used = ("10.5", "8.25", "USD", "Usage", *DAY, "Amazon EC2", "Compute", tagged)
    credit = ("-1", "", "USD", "Credit", *DAY, "Amazon EC2", "Compute", "")
    written(month, FOCUS, used, credit, used)
    finance.load(path=folder)
    written(month, FOCUS, used, credit)
    table = {
        "BilledCost": pa.array([Decimal("0.0025")], pa.decimal128(12, 4)),
        "EffectiveCost": pa.array([Decimal("0.0050")], pa.decimal128(12, 4)),
        "BillingCurrency": ["EUR"],
        "ChargePeriodStart": pa.array(
            [datetime(2026, 3, 1, 10, tzinfo=UTC)], pa.timestamp("us", "UTC")
        ),
        "ChargePeriodEnd": pa.array(
            [datetime(2026, 3, 1, 11, tzinfo=UTC)], pa.timestamp("us", "UTC")
        ),
        "Tags": pa.array([[("service", "search")]], pa.map_(pa.string(), pa.string())),
    }
    pq.write_table(pa.table(table), folder / "day.parquet")
    own = (
        "id",
        "kind",
        "amount",
        "currency",
        "quantity",
        "service",
        "team",
        "starts_at",
        "ends_at",
    )
    written(
        folder / "people.csv",
        own,
        ("p1", "loaded", "120000", "EUR", "", "", "Blue", "2026-03-01", "2026-04-01"),
        ("", "escalation", "300", "EUR", "3", "shop", "", "2026-03-01", "2026-04-01"),
        ("", "refund", "-49.9", "eur", "1", "shop", "", "2026-03-05T10:00:00+01:00", "2026-03-05T10:00:00+01:00"),
    )  # fmt: skip
    finance.load(path=folder)


def cost(key: str, kind: str, amount: float, currency: str, **columns: Any) -> dict[str, Any]:
    """A row; service and team are null unless they are said."""
    return {
        **{"cost_key": f"finance:cost:{key}", "kind": kind, "amount": amount, "currency": currency},
        **{"service_name": None, "team_name": None, "count": None, **columns},
    }


MONTH = {"starts_at": "2026-03-01 00:00:00", "ends_at": "2026-04-01 00:00:00"}
CASE = Case(
    source="finance",
    files=land,
    rows={
        "costs": [
            cost("cloud/2026-03.csv:2", "cloud", 8.25, "USD", service_name="shop", team_name="Blue",
                 starts_at="2026-03-01 00:00:00", ends_at="2026-03-02 00:00:00"),
            cost("cloud/2026-03.csv:3", "cloud", -1, "USD"),
            cost("day.parquet:1", "cloud", 0.005, "EUR", service_name="search", starts_at="2026-03-01 10:00:00"),
            cost("p1", "loaded", 120000, "EUR", team_name="Blue", **MONTH),
            cost("people.csv:3", "escalation", 300, "EUR", service_name="shop", count=3, **MONTH),
            cost("people.csv:4", "refund", -49.9, "EUR", service_name="shop", count=1,
                 starts_at="2026-03-05 09:00:00", ends_at="2026-03-05 09:00:00"),
        ]
    },
    provenance=[
        Provenance(
            "own",
            covers=[("costs", "file")],
            url="https://focus.finops.org/focus-specification/",
            note="FOCUS's columns in the specification's forms, and our own",
        )
    ],
)  # fmt: skip
