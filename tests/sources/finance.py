"""Finance: cloud costs in FOCUS's columns, as CSV and as Parquet, and people, escalations and refunds in our own.

A whole export in Azure's form is one that focus-data-toolkit made by FOCUS 1.3; the others have the forms of FOCUS 1.2,
and our values.
"""

import csv
import shutil
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines import finance
from tests.packages import Package
from tests.sources import Case, Provenance

TOOLKIT = Package(
    *("pypi", "focus-data-toolkit", "0.14.1"),
    "5b7260ab163b153aee933de3dc18f7a53e22d06f2cc52eaa1496c7843af2d73a",
)
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
    fixtures = TOOLKIT.path() / "focus_data_toolkit-0.14.1" / "tests" / "fixtures" / "golden"
    name = "azure_1_3_cost_and_usage_rows25_seed7_credits.csv"
    shutil.copy(fixtures / "compatibility_golden" / name, folder / "azure.csv")
    tagged = '{"service": "shop", "Owner": "Blue", "env": "prod"}'
    used = ("10.5", "8.25", "USD", "Usage", *DAY, "Amazon EC2", "Compute", tagged)
    credit = ("-1", "", "USD", "Credit", *DAY, "Amazon EC2", "Compute", "")
    written(month, FOCUS, used, credit, used)
    read(folder)
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
    read(folder)


def read(folder: Path) -> None:
    """Land what is new in a folder; the tag of a team is Azure's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCES__FINANCE__TEAM_TAG", "Owner")
        finance.load(path=folder)


def cost(key: str, kind: str, amount: float, currency: str, **columns: Any) -> dict[str, Any]:
    """A row; service and team are null unless they are said."""
    return {
        **{"cost_key": f"finance:cost:{key}", "kind": kind, "amount": amount, "currency": currency},
        **{"service_name": None, "team_name": None, "count": None, **columns},
    }


# Of each row of Azure's: what use cost (a commitment that was only bought: nothing), when in May, whose it is.
AZURE = [
    *((0.251712, "0h", "platform"), (0.125856, "0h", "platform"), (0.6292992, "0h", "platform")),
    *((0, "3h", "data"), (23.044348416, "3h", "payments"), (19.6185211584, "3h", "payments")),
    *((21.3691304256, "3h", "data"), (0, "4h", "data"), (28.6180522752, "4h", "payments")),
    *(
        (22.0801673664, "4h", "data"),
        (13.3337803584, "4h", "data"),
        (30.692706408, "all", "payments"),
    ),
    *((0.192, "12h", "data"), (0.504, "13h", "platform"), (11.61610584, "all", "platform")),
    *((0.4536, "15h", "platform"), (3.0692706408, "all", "payments"), (60.56819172, "all", "data")),
    *((0.192, "18h", "data"), (0.192, "19h", "payments"), (756.96289, "21st", "platform")),
    *((0.49008, "21h", "payments"), (0.3267264, "21h", "payments"), (0.3267072, "21h", "payments")),
    (20.31746952, "all", "data"),
]


def spent(line: int, amount: float, when: str, owner: str) -> dict[str, Any]:
    """A row of Azure's."""
    if when == "all":
        start, end = "05-01 00", "06-01 00"
    elif when == "21st":
        start, end = "05-21 00", "05-22 00"
    else:
        hour = int(when.removesuffix("h"))
        start, end = f"05-01 {hour:02}", f"05-01 {hour + 1:02}"
    return cost(f"azure.csv:{line}", "cloud", amount, "USD", team_name=f"team-{owner}",
                starts_at=f"2026-{start}:00:00", ends_at=f"2026-{end}:00:00")  # fmt: skip


MONTH = {"starts_at": "2026-03-01 00:00:00", "ends_at": "2026-04-01 00:00:00"}
CASE = Case(
    source="finance",
    files=land,
    rows={
        "costs": [
            *(spent(line, *row) for line, row in enumerate(AZURE, start=2)),
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
            "emulator",
            covers=[("costs", "file")],
            package=TOOLKIT,
            note="an export as Azure writes it; FOCUS alone, not our own columns",
        ),
        Provenance(
            "own",
            covers=[("costs", "file")],
            url="https://focus.finops.org/focus-specification/",
            note="FOCUS's columns in the specification's forms, and our own",
        )
    ],
)  # fmt: skip
