"""Every metric of the demo's warehouse equals what the story made happen, row by row.

The truth was written before any payload was made, by a generator that walks no commit graph: where the two differ, one
of them is wrong. `event_key` is the vendor's: a row that is off leads to the change, roll-out or incident at once.
"""

import os

import duckdb
import pytest

from pipelines import demo, seeds, warehouse
from tests.conftest import Place, shared
from tests.test_demo import METRICS

pytestmark = pytest.mark.slow


@pytest.fixture(scope="session")
def whole_demo(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Place:
    """The demo as the command makes it, built without dbt's own tests."""

    def make(place: Place) -> None:
        generated = place.folder / "generated"
        demo.generate(generated, slim=True)
        demo.land(generated)
        os.environ["ENGOPS_SEEDS"] = str(generated / "seeds")
        seeds.link()
        built = warehouse.build(
            "--exclude-resource-type", "unit_test", "--exclude-resource-type", "test"
        )
        assert built.ok, [str(failure) for failure in built.failures] or built.error

    return shared("whole_demo", tmp_path_factory, worker_id, make)


@pytest.fixture
def both(whole_demo: Place):
    """A connection that sees the warehouse as `told` and the truth as views."""
    truth = whole_demo.folder / "generated" / "truth"
    with duckdb.connect() as connection:
        connection.execute(f"attach '{whole_demo.data / 'warehouse.duckdb'}' as told (read_only)")
        for path in truth.glob("*.jsonl"):
            connection.execute(
                f"create view {path.stem} as from read_json('{path}', sample_size = -1)"
            )
        yield connection


@pytest.mark.parametrize("metric", sorted(METRICS))
def test_metric_equals_the_truth(both, metric):
    columns = (
        "event_key, service_key, team_key, {started}, {observed}, round(value)::bigint as value"
    )
    true = f"select {columns} from observations where metric_key = '{metric}'".format(
        started="started_at::timestamp as started_at",
        observed="observed_at::timestamp as observed_at",
    )
    told = f"select {columns} from told.marts.metric_{metric}".format(
        started="started_at", observed="observed_at"
    )
    missing = both.execute(f"({true}) except all ({told}) order by all limit 5").fetchall()
    invented = both.execute(f"({told}) except all ({true}) order by all limit 5").fetchall()
    assert (missing, invented) == ([], []), f"{metric}: true but not told, told but not true"
    assert both.execute(f"select count(*) from told.marts.metric_{metric}").fetchone() > (50,)


def test_deployments_equal_the_truth(both):
    """Not only that a roll-out failed, but why; not only that it was rework, but of which kind."""
    told = both.execute("""
        select
            service_key, finished_at, started_at, restored_at, rollout_key, team_key, commit_sha, outcome, is_first,
            is_rollback, has_failed, list_sort(rework_reasons), list_sort(failure_evidence), change_count
        from told.marts.fct_deployments
        where is_production and outcome in ('success', 'failure')
        order by all
    """).fetchall()
    true = both.execute("""
        select
            service_key, finished_at::timestamp, started_at::timestamp, restored_at::timestamp, event_key, team_key,
            commit_sha, outcome, is_first, is_rollback, has_failed, rework_reasons::varchar[],
            failure_evidence::varchar[], changes
        from deployments
        order by all
    """).fetchall()
    assert told == true


def test_incidents_are_tied_to_the_roll_outs_that_caused_them(both):
    told = both.execute("""
        select
            incident_key, service_key, severity, counts_for_restore, opened_at, acknowledged_at, resolved_at,
            incidents.link_method, rollout_key
        from told.marts.fct_incidents as incidents
        left join told.marts.fct_deployments using (deployment_key, service_key)
        order by all
    """).fetchall()
    true = both.execute("""
        select
            event_key, service_key, severity, counts_for_restore, opened_at::timestamp, acknowledged_at::timestamp,
            resolved_at::timestamp, link_method, deployment
        from incidents
        order by all
    """).fetchall()
    assert told == true


def test_what_no_webhook_told_is_found(both):
    told = both.execute("""
        select repository_key, entity, object_key, is_missed, is_end_missed
        from told.marts.fct_missed_deliveries
        order by all
    """).fetchall()
    true = both.execute("""
        select repository_key, entity, object_key, is_missed, is_end_missed from missed order by all
    """).fetchall()
    assert told == true
    assert len({entity for _, entity, *_ in told}) > 4
    counted = both.execute("""
        select
            sum(missed_count) > 10, sum(missed_count) < 0.05 * sum(due_count),
            count(*) filter (where state <> 'checked')
        from told.marts.fct_reconciliation
    """).fetchone()
    # of commits the API was not asked
    assert counted[:2] == (True, True) and counted[2] > 0


def test_each_source_vouches_for_its_part(whole_demo: Place) -> None:
    """Of every service, deployments, changes and incidents are known whole from the first day: zeros are zeros."""
    told = whole_demo.rows("""
        select event_kind, count(*), count(*) filter (where covered_from <= timestamp '2026-05-04')
        from marts.dim_coverage
        inner join (select distinct service_key from marts.dim_service_teams) using (service_key)
        group by 1
    """)
    assert set(told) == {(kind, 12, 12) for kind in ("deployments", "changes", "incidents")}
    tools = (
        "select distinct source, entity from intermediate.int_load_ledger where channel = 'file'"
    )
    vouched = set(whole_demo.rows(tools))
    assert vouched >= {("gitlab", "deployments"), ("jenkins", "builds"), ("pagerduty", "incidents")}


def test_the_story_has_all_its_chapters(both):
    """What the story promises is in it; a change of the generator must not lose a case quietly."""
    evidence = {row[0] for row in both.execute("select distinct evidence from links").fetchall()}
    assert evidence == {"failed_rollout", "incident", "rollback", "revert", "hotfix"}
    why = {row[0] for row in both.execute("select distinct why from deployments").fetchall()}
    assert why == {"normal", "again", "retry", "rollback", "fix"}
    kinds = {row[0] for row in both.execute("select distinct kind from changes").fetchall()}
    assert kinds == {"feature", "bot", "direct", "hotfix", "fix", "revert", "backport"}
    for still in (
        "changes where deployed_at is null",
        "incidents where resolved_at is null",
        "incidents where not counts_for_restore",
        "deployments where has_failed and restored_at is null",
    ):
        assert both.execute(f"select count(*) from {still}").fetchone() > (0,), still
    quiet = both.execute("""
        select max(gap) from (
            select date_diff('day', lag(done) over (order by done), done) as gap
            from (select finished_at::timestamp as done from deployments where service_key = 'recommendations')
        )
    """).fetchone()
    assert quiet > (28,), "recommendations rests for a month"
    improved = both.execute("""
        select
            median(value) filter (where observed_at < '2026-06-01')
            / median(value) filter (where observed_at > '2026-10-01')
        from observations
        where metric_key = 'lead_time_for_changes' and team_key = 'checkout'
    """).fetchone()
    assert improved > (4,), "Checkout improves"


def test_what_was_spoiled_is_told_and_nothing_else(whole_demo: Place) -> None:
    """The copies with something wrong are in the quarantine with their reasons; of the story itself nothing is."""
    told = whole_demo.rows("""
        select
            stage, case when stage = 'staging' then json_path end, reason, is_set_aside,
            bool_and(record_key like '00000000-%')
        from marts.fct_quarantine
        group by 1, 2, 3, 4
    """)
    assert set(told) == {
        ("landing", None, "not JSON", True, True),
        ("staging", "$.deployment_status.state", "missing", True, True),
        ("staging", "$.pull_request.additions", "text where a whole number is expected", False, True),
        ("staging", "$.pull_request.created_at", "no time from 1971 to 2200", True, True),
        ("staging", "$.repository", "something else where an object is expected", True, True),
        ("staging", "$.repository.id", "missing", True, True),
    }  # fmt: skip
