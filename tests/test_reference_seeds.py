"""The reference seeds, computed again from their definitions."""

import csv
from itertools import groupby
from typing import Any

import pytest
from scipy.stats import binom, poisson

from tests.conftest import PROJECT

REFERENCE = PROJECT / "seeds" / "reference"


def rows(name: str) -> list[dict[str, str]]:
    with (REFERENCE / f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_interval_limits_cover_each_n_once():
    assert [int(row["n"]) for row in rows("interval_limits")] == list(range(1001))


def test_median_ranks_are_the_narrowest_that_hold():
    """Both ends together miss the median in at most 5 % of samples; one rank further in they would not."""
    for row in rows("interval_limits"):
        n = int(row["n"])
        if n < 6:
            assert row["median_lower_rank"] == row["median_upper_rank"] == ""
            assert 2 * 0.5**n > 0.05
            continue
        low, high = int(row["median_lower_rank"]), int(row["median_upper_rank"])
        assert high == n + 1 - low
        assert 2 * binom.cdf(low - 1, n, 0.5) <= 0.05
        assert low + 1 > (n + 1) / 2 or 2 * binom.cdf(low, n, 0.5) > 0.05


def test_poisson_limits_leave_two_and_a_half_percent_on_each_side():
    for row in rows("interval_limits"):
        n, low, high = int(row["n"]), float(row["poisson_lower"]), float(row["poisson_upper"])
        if n:
            assert poisson.sf(n - 1, low) == pytest.approx(0.025, rel=1e-6)
        else:
            assert low == 0
        assert poisson.cdf(n, high) == pytest.approx(0.025, rel=1e-6)


# Elite / high / medium / low as published: each as (lower, upper) in the words of the reports.
HOUR, DAY, WEEK, MONTH = 3600, 86400, 7 * 86400, 30 * 86400
CHANGE_FAILURE = {
    2018: [(0, 15), (0, 15), (0, 15), (46, 60)],
    2019: [(0, 15), (0, 15), (0, 15), (46, 60)],
    2021: [(0, 15), (16, 30), (16, 30), (16, 30)],
    2022: [None, (0, 15), (16, 30), (46, 60)],
    2023: [(None, 5), (10, 10), (15, 15), (64, None)],
    2024: [(None, 5), (20, 20), (10, 10), (40, None)],
}
LEAD_TIME = {
    2018: [(None, HOUR), (DAY, WEEK), (WEEK, MONTH), (MONTH, 6 * MONTH)],
    2019: [(None, DAY), (DAY, WEEK), (WEEK, MONTH), (MONTH, 6 * MONTH)],
    2021: [(None, HOUR), (DAY, WEEK), (MONTH, 6 * MONTH), (6 * MONTH, None)],
    2022: [None, (DAY, WEEK), (WEEK, MONTH), (MONTH, 6 * MONTH)],
    2023: [(None, DAY), (DAY, WEEK), (WEEK, MONTH), (WEEK, MONTH)],
    2024: [(None, DAY), (DAY, WEEK), (WEEK, MONTH), (MONTH, 6 * MONTH)],
}
RESTORE = {
    2018: [(None, HOUR), (HOUR, DAY), (HOUR, DAY), (WEEK, MONTH)],
    2019: [(None, HOUR), (HOUR, DAY), (HOUR, DAY), (WEEK, MONTH)],
    2021: [(None, HOUR), (HOUR, DAY), (DAY, WEEK), (6 * MONTH, None)],
    2022: [None, (None, DAY), (DAY, WEEK), (WEEK, MONTH)],
    2023: [(None, HOUR), (HOUR, DAY), (DAY, WEEK), (MONTH, 6 * MONTH)],
    2024: [(None, HOUR), (HOUR, DAY), (HOUR, DAY), (WEEK, MONTH)],
}
# deployments a day; `d` a day, `w` a week, `m` a month, `h` an hour, `6` six months
OFTEN = {
    2018: [("d", None), ("d", "h"), ("m", "w"), ("m", "w")],
    2019: [("d", None), ("w", "d"), ("m", "w"), ("6", "m")],
    2021: [("d", None), ("m", "w"), ("6", "m"), (None, "6")],
    2022: [None, ("d", None), ("m", "w"), ("6", "m")],
    2023: [("d", None), ("w", "d"), ("m", "w"), ("m", "w")],
    2024: [("d", None), ("w", "d"), ("m", "w"), ("6", "m")],
}
A_DAY = {"h": 24, "d": 1, "w": 1 / 7, "m": 1 / 31, "6": 1 / 184, None: None}


def published(metric: str, year: int) -> list[Any]:
    """The clusters of a year, elite first, in the metric's unit."""
    if metric == "change_failure_rate":
        return [
            c and tuple(None if e is None else e / 100 for e in c) for c in CHANGE_FAILURE[year]
        ]
    if metric == "deployment_frequency":
        return [c and (A_DAY[c[0]], A_DAY[c[1]]) for c in OFTEN[year]]
    return (LEAD_TIME if metric == "lead_time_for_changes" else RESTORE)[year]


def test_levels_are_the_published_clusters():
    levels = rows("dora_levels")
    assert {int(row["report_year"]) for row in levels} == {2018, 2019, 2021, 2022, 2023, 2024}

    def place(row: dict[str, str]) -> tuple[str, str]:
        return row["report_year"], row["metric_key"]

    for (year, metric), group in groupby(sorted(levels, key=place), key=place):
        told: list[Any] = [None, None, None, None]
        for row in group:
            edges = (row["lower_bound"], row["upper_bound"])
            told[int(row["level_rank"]) - 1] = tuple(float(e) if e else None for e in edges)
        true = published(metric, int(year))
        assert told == [c and tuple(e if e is None else pytest.approx(e) for e in c) for c in true]


def test_restoring_changed_its_name_in_2023():
    for row in rows("dora_levels"):
        if row["metric_key"] == "time_to_restore":
            assert int(row["report_year"]) < 2023
        if row["metric_key"] == "failed_deployment_recovery_time":
            assert int(row["report_year"]) >= 2023


def test_what_was_not_checked_against_its_report_says_so():
    for row in rows("dora_levels"):
        year = int(row["report_year"])
        confirmed = year < 2022 or (year == 2023 and row["level"] == "elite")
        assert row["is_confirmed"] == str(confirmed).lower()
        assert str(year) in row["source"]
