"""metric_values against an independent computation: the same random observations, no shared code.

Python's own calendar (zoneinfo), numpy's percentiles and scipy's distributions stand against the SQL of
`models/marts/values`. Nothing here reads a model's SQL; the registry is an input of both.
"""

import os
import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import numpy
import pytest
from scipy import stats

from pipelines import warehouse
from tests.conftest import Place

pytestmark = pytest.mark.slow

UTC = ZoneInfo("UTC")
SERVICES = {"api": "shop", "web": "shop", "jobs": "core", "lib": None}
# What `dim_service_teams` says where a seed leaves the begin or end of ownership empty.
ALWAYS = (datetime(1, 1, 1), datetime(9999, 12, 31))
# jobs moves from blue to red; lib has no team
TEAMS = [
    ("api", "red", None, None),
    ("web", "blue", None, None),
    ("jobs", "blue", None, datetime(2026, 2, 1)),
    ("jobs", "red", datetime(2026, 2, 1), None),
]
GRAINS = ("week", "month", "quarter")
RATES = {"change_failure_rate", "deployment_rework_rate", "deployment_success_rate"}
COUNT = "deployment_frequency"


@dataclass
class Observation:
    """One row of a metric model."""

    metric: str
    key: str
    event: str
    started: datetime | None
    observed: datetime | None
    service: str | None
    team: str | None
    value: float | None
    numerator: float | None
    denominator: float | None
    joined: bool

    def row(self) -> list[Any]:
        return [
            self.metric, self.key, self.event, self.started, self.observed, self.service, self.team,
            self.value, self.numerator, self.denominator, self.joined, [],
        ]  # fmt: skip


@dataclass
class World:
    """Observations and the dimensions around them."""

    zone: str
    as_of: datetime
    observations: list[Observation] = field(default_factory=list)
    coverage: list[tuple[str, datetime, datetime]] = field(default_factory=list)
    targets: list[tuple[Any, ...]] = field(default_factory=list)


def owner(service: str | None, at: datetime) -> str | None:
    """The team that owns a service at a time."""
    for key, team, begin, end in TEAMS:
        if key == service and (begin is None or begin <= at) and (end is None or at < end):
            return team
    return None


def random_world(seed: int, zone: str, metrics: list[str]) -> World:
    """Five months of observations with shared events, open ones, unjoined ones, quiet weeks and skewed clocks."""
    dice = random.Random(seed)
    begin, as_of = datetime(2025, 11, 12, 3), datetime(2026, 4, 15, 10, 30)
    world = World(zone, as_of)
    span = (as_of - begin).total_seconds()
    for metric in metrics:
        for number in range(dice.choice([0, 40, 220]) if metric != COUNT else 160):
            # a quiet fortnight, so that zeros and gaps exist; some a little after as_of
            moment = begin + timedelta(seconds=round(dice.uniform(0, span * 1.01)))
            if datetime(2026, 1, 12) <= moment < datetime(2026, 1, 27):
                continue
            services = dice.sample([*SERVICES, None], dice.choice([1, 1, 1, 2, 3]))
            for service in services:
                world.observations.append(
                    observation(dice, metric, number, moment, service, owner(service, moment))
                )
    world.coverage = [
        ("api", datetime(2025, 11, 1), datetime(2026, 3, 20)),
        ("api", datetime(2026, 3, 25), as_of),
        ("web", datetime(2025, 12, 24), as_of),
        ("jobs", datetime(2025, 11, 1), datetime(2026, 3, 1)),
        ("lib", datetime(2025, 10, 20), as_of),
    ]
    world.targets = [
        (COUNT, "team", "red", "should", 4.0, None, None),
        ("coding_time", "organisation", "all", "should", 3600.0, datetime(2026, 1, 1), None),
        ("coding_time", "organisation", "all", "want", 60.0, None, None),
    ]
    return world


def observation(
    dice: random.Random,
    metric: str,
    number: int,
    at: datetime,
    service: str | None,
    team: str | None,
) -> Observation:
    """One observation as a metric model would give it."""
    key, event = f"{metric}-{number}-{service}", f"{metric}-{number}"
    joined = dice.random() > 0.1
    if metric in RATES:
        hit = float(dice.random() < 0.3)
        return Observation(metric, key, event, None, at, service, team, hit, hit, 1.0, joined)
    if metric == COUNT:
        return Observation(metric, key, event, at, at, service, team, 1.0, None, None, True)
    at += timedelta(minutes=dice.randrange(600))
    if dice.random() < 0.1:
        # open, or of a service that never stops
        return Observation(metric, key, event, at, None, service, team, None, None, None, joined)
    seconds = round(dice.lognormvariate(10, 1.5)) - (3000 if metric == "commit_lead_time" else 0)
    started = at - timedelta(seconds=seconds)
    if not joined:
        return Observation(metric, key, event, None, at, service, team, None, None, None, False)
    return Observation(metric, key, event, started, at, service, team, seconds, None, None, True)


def load(place: Place, world: World) -> None:
    """Put a world where the core marts and the metric models would be, and compute its values."""
    by_metric: dict[str, list[list[Any]]] = defaultdict(list)
    for one in world.observations:
        by_metric[one.metric].append(one.row())
    with duckdb.connect(str(place.data / "warehouse.duckdb")) as db:
        for metric, rows in by_metric.items():
            db.executemany(
                f"insert into marts.metric_{metric} values ({', '.join('?' * 12)})", rows
            )
        db.execute("delete from marts.dim_as_of")
        db.execute(
            "insert into marts.dim_as_of by name select ?::timestamp as as_of, ? as reporting_time_zone,"
            " 2023 as level_year, 'time_to_restore' as headline_metric",
            [world.as_of, world.zone],
        )
        for service, area in SERVICES.items():
            db.execute(
                "insert into marts.dim_services by name select ? as service_key, ? as product_area",
                [service, area],
            )
        for service, team, begin, end in TEAMS:
            db.execute(
                "insert into marts.dim_service_teams by name select ? as service_key, ? as team_key,"
                " ?::timestamp as valid_from, ?::timestamp as valid_until",
                [service, team, begin or ALWAYS[0], end or ALWAYS[1]],
            )
        for service, start, end in world.coverage:
            db.execute(
                "insert into marts.dim_coverage by name select ? as service_key, 'deployments' as event_kind,"
                " ?::timestamp as covered_from, ?::timestamp as covered_until",
                [service, start, end],
            )
        if world.targets:
            db.executemany("insert into seeds.targets values (?, ?, ?, ?, ?, ?, ?)", world.targets)
    outcome = warehouse.dbt("run", "--select", "path:models/marts/values", "--log-level", "none")
    assert outcome.success, outcome.exception


def registry(place: Place) -> dict[str, tuple[str, str, int, int]]:
    """Measure, direction, maturity and minimum sample of each metric."""
    rows = place.rows(
        "select metric_key, measure, direction, maturity_days, minimum_sample from marts.dim_metrics"
    )
    return {key: (measure, direction, days, least) for key, measure, direction, days, least in rows}


# ---- the independent computation -------------------------------------------------------------------------------------


def local_midnight(year: int, month: int, day: int, zone: str) -> datetime:
    """Local midnight of a date as UTC without a zone."""
    there = datetime(year, month, day, tzinfo=ZoneInfo(zone))
    return there.astimezone(UTC).replace(tzinfo=None)


# A period: its first day, begin and end in UTC, days.
Period = tuple[date, datetime, datetime, int]


def periods(grain: str, first: datetime, as_of: datetime, zone: str) -> list[Period]:
    """Each period that holds a moment from `first` to `as_of`."""

    def step(day: date) -> date:
        if grain == "week":
            return day + timedelta(days=7)
        months = 1 if grain == "month" else 3
        month = day.month - 1 + months
        return day.replace(year=day.year + month // 12, month=month % 12 + 1)

    day = first.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).date()
    if grain == "week":
        day -= timedelta(days=day.weekday())
    else:
        day = day.replace(day=1)
        if grain == "quarter":
            day = day.replace(month=(day.month - 1) // 3 * 3 + 1)
    found = []
    while (begin := local_midnight(day.year, day.month, day.day, zone)) <= as_of:
        following = step(day)
        end = local_midnight(following.year, following.month, following.day, zone)
        found.append((day, begin, end, (following - day).days))
        day = following
    return found


def first_known(world: World) -> datetime:
    """When a world begins: its first observation or stated coverage."""
    return min(
        [o.observed for o in world.observations if o.observed and o.observed <= world.as_of]
        + [begin for _, begin, _ in world.coverage]
    )


def segments(one: Observation) -> list[tuple[str, str]]:
    """The segments that an observation belongs to."""
    found = [("organisation", "all")]
    if one.service is not None:
        found.append(("service", one.service))
        if SERVICES[one.service] is not None:
            found.append(("product_area", SERVICES[one.service]))
    if one.team is not None:
        found.append(("team", one.team))
    return found


@dataclass
class Event:
    """One event in one segment, all its services put together."""

    started: datetime | None
    observed: datetime | None
    value: float | None
    joined: bool


def together(rows: list[Observation], measure: str, direction: str, as_of: datetime) -> Event:
    """What a segment knows at as_of of one event."""

    def late(one: Observation) -> bool:
        return one.observed is not None and one.observed > as_of

    known = [
        (None if late(r) else r.observed, None if late(r) else r.value, r) for r in rows
    ]  # fmt: skip
    known.sort(key=lambda k: (k[1] is None, not k[2].joined, k[0] is None, k[0] or as_of, k[2].key))
    observed, value, first = known[0]
    if measure == "rate":
        seen = [v for _, v, _ in known if v is not None]
        value = (min if direction == "higher_is_better" else max)(seen) if seen else None
    return Event(first.started, observed, value, first.joined)


def order_interval(values: list[float]) -> tuple[float | None, float | None]:
    """Order statistics around the median that hold it in 95 % of samples at least."""
    ordered, n = sorted(values), len(values)
    rank = 0
    while rank + 1 <= n / 2 and 1 - 2 * stats.binom.cdf(rank, n, 0.5) >= 0.95:
        rank += 1
    return (ordered[rank - 1], ordered[n - rank]) if rank else (None, None)


def wilson(hits: float, n: int) -> tuple[float, float]:
    """Wilson's interval, by scipy."""
    found = stats.binomtest(int(hits), n).proportion_ci(0.95, method="wilson")
    return found.low, found.high


def garwood(count: float) -> tuple[float, float]:
    """The exact interval of a Poisson mean."""
    low = stats.gamma.ppf(0.025, count) if count else 0.0
    return low, stats.gamma.ppf(0.975, count + 1)


def covered(world: World, kind: str, key: str, begin: datetime, end: datetime) -> bool:
    """Whether no deployment means zero in a segment's period."""
    members = set()
    for service, area in SERVICES.items():
        inside = (
            kind == "organisation"
            or (kind == "service" and key == service)
            or (kind == "product_area" and key == area)
            or (
                kind == "team"
                and any(
                    s == service
                    and t == key
                    and (b is None or b < end)
                    and (e is None or e > begin)
                    for s, t, b, e in TEAMS
                )
            )
        )
        if inside:
            members.add(service)
    verdicts = []
    for service in members:
        stretches = [(b, e) for s, b, e in world.coverage if s == service and b < end]
        if stretches:
            verdicts.append(any(b <= begin and e >= min(end, world.as_of) for b, e in stretches))
    return bool(verdicts) and all(verdicts)


def expected(
    world: World, metrics: dict[str, tuple[str, str, int, int]]
) -> dict[tuple[Any, ...], dict[str, Any]]:
    """Every row of metric_values."""
    first = first_known(world)
    grouped: dict[tuple[str, str, str], dict[str, list[Observation]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for one in world.observations:
        if (one.started and one.started <= world.as_of) or (
            one.observed and one.observed <= world.as_of
        ):
            for kind, key in segments(one):
                grouped[one.metric, kind, key][one.event].append(one)
    for kind, key in {s for o in world.observations for s in segments(o)}:
        grouped[COUNT, kind, key]  # a segment may have zeros alone
    for area in ("shop", "core"):
        grouped[COUNT, "product_area", area]
    for team in ("red", "blue"):
        grouped[COUNT, "team", team]
    for service in SERVICES:
        grouped[COUNT, "service", service]
    rows: dict[tuple[Any, ...], dict[str, Any]] = {}
    for (metric, kind, key), by_event in grouped.items():
        measure, direction, days, least = metrics[metric]
        events = [together(rows_, measure, direction, world.as_of) for rows_ in by_event.values()]
        for grain in GRAINS:
            line = one_series(
                world, grain, periods(grain, first, world.as_of, world.zone), events, metric, measure,
                direction, days, least, kind, key,
            )  # fmt: skip
            for day, row in line.items():
                rows[metric, grain, day, kind, key] = row
    return rows


def one_series(
    world: World, grain: str, calendar: list[Period], events: list[Event], metric: str,
    measure: str, direction: str, maturity: int, least: int, kind: str, key: str,
) -> dict[date, dict[str, Any]]:  # fmt: skip
    """The values of one metric and segment."""
    made: dict[date, dict[str, Any]] = {}
    for day, begin, end, days in calendar:
        placed = [
            e for e in events
            if (at := e.observed or (None if e.joined else e.started)) and begin <= at < end
        ]  # fmt: skip
        values = [e.value for e in placed if e.value is not None]
        open_count = None
        if measure == "duration":
            open_count = sum(
                1
                for e in events
                if e.joined and e.started
                and min(e.started, e.observed or e.started) < end
                and not (e.observed and e.observed < end)
            )  # fmt: skip
        zero = metric == COUNT and covered(world, kind, key, begin, end)
        if not placed and not open_count and not zero:
            continue
        row: dict[str, Any] = {
            "value": None, "p90": None, "lower": None, "upper": None,
            "sample_size": len(values), "open_count": open_count,
            "coverage": sum(e.joined for e in placed) / len(placed) if placed else None,
            "is_provisional": end + timedelta(days=maturity) > world.as_of,
            "complete": end <= world.as_of, "days": days,
        }  # fmt: skip
        if measure == "count" and (values or zero):
            row["value"] = float(len(values))
            row["lower"], row["upper"] = garwood(len(values))
        elif measure == "rate" and values:
            row["value"] = sum(values) / len(values)
            row["lower"], row["upper"] = wilson(sum(values), len(values))
        elif measure == "duration" and values:
            row["value"], row["p90"] = map(float, numpy.percentile(values, [50, 90]))
            row["lower"], row["upper"] = order_interval(values)
        row["target_value"] = target(world, metric, kind, key, begin, days)
        made[day] = row
    compare(made, calendar, measure, direction, least)
    return made


def target(
    world: World, metric: str, kind: str, key: str, begin: datetime, days: int
) -> float | None:
    """The `should` of a segment in a period."""
    for m, k, s, level, value, since, _ in world.targets:
        if (m, k, s, level) == (metric, kind, key, "should") and (since is None or since <= begin):
            return value * days / 7 if metric == COUNT else value
    return None


def compare(
    made: dict[date, dict[str, Any]], calendar: list[Period],
    measure: str, direction: str, least: int,
) -> None:  # fmt: skip
    """Previous value, direction, baseline and signal of each row."""
    before = {day: earlier for (earlier, *_), (day, *_) in pairwise(calendar)}
    valued = [day for day in sorted(made) if made[day]["value"] is not None]
    for day, row in made.items():
        value = row["value"]
        previous = made.get(before.get(day), {}).get("value")
        row["previous_value"] = previous
        row["change_ratio"] = row["direction"] = None
        if value is not None and previous is not None and (row["complete"] or measure != "count"):
            row["change_ratio"] = (value - previous) / previous if previous else None
            better = value > previous if direction == "higher_is_better" else value < previous
            row["direction"] = "flat" if value == previous else "better" if better else "worse"
        row["baseline_value"] = row["is_signal"] = None
        if value is None:
            continue
        place = valued.index(day)
        earlier = valued[:place]
        settled = [made[b]["value"] for b in earlier if not made[b]["is_provisional"]]
        if len(settled) < 8:
            continue
        mean = sum(settled) / len(settled)
        row["baseline_value"] = mean
        if row["is_provisional"] or (measure != "count" and row["sample_size"] < least):
            continue
        ranges = [
            abs(made[b]["value"] - made[a]["value"])
            for a, b in pairwise(earlier)
            if not made[b]["is_provisional"]
        ]
        reach = 2.66 * sum(ranges) / len(ranges)
        run = [made[b]["value"] for b in valued[max(0, place - 7) : place + 1]]
        older = [made[b]["value"] for b in valued[: max(0, place - 7)]]
        is_run = False
        if len(run) == 8 and len(older) >= 8:
            centre = sum(older) / len(older)
            is_run = min(run) > centre or max(run) < centre
        row["is_signal"] = abs(value - mean) > reach or is_run


COMPARED = (
    "value", "p90", "sample_size", "lower", "upper", "open_count", "previous_value", "change_ratio", "direction",
    "is_signal", "baseline_value", "target_value", "coverage", "is_provisional",
)  # fmt: skip


def same(told: Any, true: Any) -> bool:
    """Equal, or so near that only the order of additions or the nine digits of the seed can differ."""
    if isinstance(told, float) and isinstance(true, float | int):
        return told == pytest.approx(true, rel=1e-8, abs=1e-9)
    return told == true


def differences(
    told: dict[tuple[Any, ...], tuple[Any, ...]], true: dict[tuple[Any, ...], dict[str, Any]]
) -> list[str]:
    """What is told and not true, or true and not told."""
    found = [f"missing: {key} {true[key]}" for key in sorted(true.keys() - told.keys())]
    found += [f"invented: {key} {told[key]}" for key in sorted(told.keys() - true.keys())]
    for key in sorted(told.keys() & true.keys()):
        for name, value in zip(COMPARED, told[key], strict=True):
            if not same(value, true[key][name]):
                found.append(f"{key} {name}: told {value}, true {true[key][name]}")
    return found


def told(place: Place) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    """The rows of metric_values."""
    rows = place.rows(
        "select metric_key, grain, period_start, segment_type, segment_key, "
        + ", ".join(COMPARED)
        + " from marts.metric_values"
    )
    return {row[:5]: row[5:] for row in rows}


@pytest.mark.parametrize(
    ("seed", "zone"),
    [(1, "UTC"), (2, "Europe/Berlin"), (3, "America/New_York"), (4, "Asia/Kolkata")],
)
def test_values_equal_an_independent_computation(empty_warehouse, copied, seed, zone):
    place = copied(empty_warehouse)
    metrics = registry(place)
    world = random_world(seed, zone, sorted(metrics))
    load(place, world)
    true, seen = expected(world, metrics), told(place)
    assert len(seen) > 1000
    assert differences(seen, true)[:5] == []
    days = "period_start, starts_at, ends_at, day_count"
    for grain in GRAINS:
        calendar = place.rows(
            f"select {days} from marts.dim_periods where grain = '{grain}' order by period_start"
        )
        assert calendar == periods(grain, first_known(world), world.as_of, zone)
    kinds = {true[key]["is_signal"] for key in true}
    assert kinds == {True, False, None}, (
        "the world must hold signals, noise and what cannot be told"
    )


def test_nothing_gives_no_values(empty_warehouse):
    assert empty_warehouse.rows("select count(*) from marts.metric_values") == [(0,)]
    assert empty_warehouse.rows("select count(*) from marts.dim_periods") == [(0,)]


def test_large_samples_use_approximations_that_hold(empty_warehouse, copied):
    """Above the seed's 1,000 rows: limits within 0.01 % of the exact ones, ranks at most two wider."""
    place = copied(empty_warehouse)
    world = World("UTC", datetime(2026, 2, 10))
    at, n = datetime(2026, 1, 15), 1501
    for number in range(n):
        for metric, value in ((COUNT, 1.0), ("review_time", float(number))):
            started = at - timedelta(seconds=number)
            world.observations.append(
                Observation(metric, f"{number}", f"{number}", started, at, "api", "red", value, None, None, True)
            )  # fmt: skip
    load(place, world)
    limits = {
        metric: (lower, upper)
        for metric, lower, upper in place.rows(
            "select metric_key, lower, upper from marts.metric_values"
            " where grain = 'month' and segment_type = 'team' and value is not null"
        )
    }
    assert limits[COUNT] == pytest.approx(garwood(n), rel=1e-4)
    low, high = order_interval([float(number) for number in range(n)])
    lower, upper = limits["review_time"]
    assert low - 2 <= lower <= low
    assert high <= upper <= high + 2


def test_measured_from_a_day_of_the_past(empty_warehouse, copied):
    """A later as_of adds periods and leaves the mature ones as they were."""
    place = copied(empty_warehouse)
    metrics = registry(place)
    world = random_world(5, "Europe/Berlin", sorted(metrics))
    world.as_of = datetime(2026, 2, 18, 9)
    world.coverage = [(s, b, min(e, world.as_of)) for s, b, e in world.coverage if b < world.as_of]
    load(place, world)
    assert differences(told(place), expected(world, metrics))[:5] == []
    assert os.environ["ENGOPS_DATA"] == str(place.data)
