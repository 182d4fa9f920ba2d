"""The rules that every metric and value must keep are tests of the build: each is seen to turn red."""

import duckdb
import pytest

from pipelines import warehouse

pytestmark = pytest.mark.slow

# The rule that must fail, and what breaks it.
BROKEN = {
    "every_metric_can_be_answered_for": [
        "update marts.dim_metrics set worse_20_percent = null where metric_key = 'review_time'",
        "update marts.dim_metrics set playbook = '' where metric_key = 'pickup_time'",
        "update marts.dim_metrics set accountable_owner = null where metric_key = 'coding_time'",
        "update marts.dim_metrics set counter_metric = 'happiness' where metric_key = 'deploy_time'",
    ],
    "registry_models_and_values_are_one_set": [
        "insert into marts.metric_observations by name select 'forgotten' as metric_key, 'o1' as observation_key",
        "delete from marts.dim_metrics where metric_key = 'time_to_restore'",
    ],
    "no_person_in_the_marts": ["alter table marts.fct_changes add column author_login varchar"],
    "periods_tile_time": [
        """insert into marts.dim_periods by name
           select 'week' as grain, week::date as period_start, week as starts_at, week + interval 6 day as ends_at,
               (week - interval 7 day)::date as previous_period_start, 7 as day_count, true as is_complete
           from unnest([timestamp '2026-06-01', timestamp '2026-06-08']) as weeks (week)"""
    ],
    "values_keep_their_bounds": [
        """insert into marts.metric_values by name
           select 'change_failure_rate' as metric_key, 'week' as grain, 'team' as segment_type, 'red' as segment_key,
               1.5 as value, 2 as sample_size"""
    ],
    "targets_name_what_exists": [
        "insert into seeds.targets by name select 'lead_tiem' as metric_key, 'team' as segment_type"
    ],
}


def failures(*, of: list[str]) -> dict[str, int]:
    """The rows that each rule finds."""
    outcome = warehouse.dbt("test", "--select", *of, "--log-level", "none")
    return {result.node.name: result.failures or 0 for result in outcome.result}


def test_each_rule_turns_red(empty_warehouse, copied):
    place = copied(empty_warehouse)
    assert set(failures(of=list(BROKEN)).values()) == {0}
    with duckdb.connect(str(place.data / "warehouse.duckdb")) as db:
        for statements in BROKEN.values():
            for statement in statements:
                db.execute(statement)
    found = failures(of=list(BROKEN))
    # nothing is broken without being said: at least a row for each of the statements
    assert {rule: found[rule] >= len(broken) for rule, broken in BROKEN.items()} == dict.fromkeys(
        BROKEN, True
    )
