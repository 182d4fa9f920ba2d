"""What `engops doctor` says of each source, and what `engops init` proposes of what has landed."""

from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest

from pipelines import cli, doctor, landing, proposals, seeds
from pipelines.landing import LoadError
from tests.conftest import Place

# Staging and intermediate as the proposals read them: a name, its columns, and rows.
TABLES = {
    "staging.stg_github__repositories": """
        select 'github' as source, 'github.com/acme/shop' as repository_key, '' as declared_tag_regex
        union all select 'github', 'github.com/acme/till', ''""",
    "staging.stg_jenkins__builds": """
        select 'jenkins' as source, 'github.com/acme/shop' as repository_key, 'run' as kind,
            'deploy prod' as name, 'blue' as environment_name
        union all select 'jenkins', 'github.com/acme/shop', 'run', 'deploy prod', null
        union all select 'jenkins', 'github.com/acme/book', 'run', 'deploy', null
        union all select 'jenkins', null, 'run', 'release', null""",
    "staging.stg_jira__work_items": """
        select 'jira' as source, 'jira:pay' as project_key, null as repository_key, 'Gadget' as type_name,
            ['sev2', 'ui'] as labels
        union all select 'jira', 'jira:pay', null, 'Bug', []
        union all select 'github', 'github.com/acme/shop', 'github.com/acme/shop', null, []""",
    "staging.stg_pagerduty__incidents": """
        select 'pagerduty' as source, 'SEV1' as severity_name, null as priority_name
        union all select 'pagerduty', null, 'Whatever' union all select 'pagerduty', null, null""",
    "staging.stg_backstage__catalogue": "select 'backstage' as source, 'Team Ice' as owner_name",
    # book is known by the name of its builds alone
    "intermediate.int_repositories": """
        select 'github.com/acme/shop' as repository_key, ['github'] as sources, false as is_deleted
        union all select 'github.com/acme/till', ['github'], false
        union all select 'github.com/acme/book', ['jenkins'], false
        union all select 'github.com/acme/gone', ['github'], true""",
    "intermediate.int_catalogue_services": """
        select 'GitHub.com/acme/till' as repository_key, 'book' as service_key
        union all select null, 'paged'""",
    "intermediate.int_service_names": """
        select 'pagerduty' as source, 'Pay (prod)' as service_name, true as is_shown, false as is_mapped
        union all select 'pagerduty', 'unknown', true, false union all select 'pagerduty', 'cart', true, true""",
    "intermediate.int_work_item_statuses": """
        select 'jira' as source, 'jira:pay' as project_key, 'Waiting for QA' as status_name, null as state
        union all select 'jira', 'jira:pay', 'Doing', null union all select 'jira', 'jira:web', 'Doing', null
        union all select 'jira', 'jira:pay', 'Done', 'done'
        union all select 'jira', 'jira:pay', 'New', null union all select 'jira', 'jira:web', 'New', 'ready'""",
}


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of seeds with headers only."""
    folder = tmp_path / "company"
    monkeypatch.setenv("ENGOPS_SEEDS", str(folder))
    seeds.add_missing_files()
    return folder


@pytest.fixture
def built(place: Place) -> Place:
    """A warehouse of these tables, and of raw payloads of Jira that were read until noon."""
    told = """'{"covered_until": "2026-03-01T12:00:00Z"}'::json as payload"""
    rows = f"select now() as received_at, 'coverage' as event, {told}"
    with duckdb.connect(str(place.data / "warehouse.duckdb"), config=landing.STORAGE) as connection:
        for schema in ("staging", "intermediate", "raw_jira"):
            connection.execute(f"create schema {schema}")
        for name, query in TABLES.items():
            connection.execute(f"create table {name} as {query}")
        connection.execute(f"create table raw_jira.load_ledger as {rows}")
    return place


def proposed(place: Place) -> dict[str, list[dict[str, str]]]:
    """The proposed rows of each seed."""
    found: dict[str, list[dict[str, str]]] = {}
    with duckdb.connect(str(place.data / "warehouse.duckdb"), read_only=True) as connection:
        for one in proposals.propose(connection):
            assert one.source and one.what and one.why, one
            found.setdefault(one.seed, []).append(one.row)
    return found


def test_what_no_seed_mentions_is_proposed_and_once_written_no_more(
    built: Place, company: Path
) -> None:
    found = proposed(built)
    shop = {"repository_key": "github.com/acme/shop"}
    assert found == {
        "services": [
            {"service_key": "acme-book", "service_name": "acme-book"},
            {"service_key": "shop", "service_name": "shop"},
            {"service_key": "pay-prod", "service_name": "Pay (prod)"},
        ],
        # the catalogue gives till to a service that it calls book
        "service_repositories": [
            {"service_key": "acme-book", "repository_key": "github.com/acme/book"},
            {"service_key": "shop", **shop},
        ],
        "service_names": [
            {"source": "pagerduty", "name_pattern": r"Pay\ \(prod\)", "service_key": "pay-prod"}
        ],
        "teams": [
            {"team_key": "team-ice", "team_name": "Team Ice"},
            {"team_key": "pay", "team_name": "pay"},
        ],
        "project_teams": [{"project_key": "jira:pay", "team_key": "pay"}],
        "deployment_rules": [
            {
                "rule_key": "book_runs",
                "kind": "run",
                "name_pattern": "deploy",
                "environment": "production",
                "repository_key": "github.com/acme/book",
                "precedence": "100",
            },
            # its builds tell their environment
            {
                "rule_key": "shop_runs",
                "kind": "run",
                "name_pattern": "deploy prod",
                "environment": "",
                **shop,
                "precedence": "100",
            },
        ],
        "environments": [
            {"environment_pattern": "blue", "environment": "blue", "is_production": "false"}
        ],
        "incident_rules": [
            {"rule_key": "sev2", "label_pattern": "sev2", "counts_for_restore": "true"}
        ],
        "severities": [
            {
                "source": "pagerduty",
                "name_pattern": "Whatever",
                "severity": "whatever",
                "counts_for_restore": "true",
            }
        ],
        "work_item_statuses": [
            {"source": "jira", "status_pattern": "Doing", "state": "active"},
            {
                "source": "jira",
                "project_pattern": "jira:pay",
                "status_pattern": "New",
                "state": "active",
            },
            {
                "source": "jira",
                "project_pattern": "jira:pay",
                "status_pattern": r"Waiting\ for\ QA",
                "state": "waiting",
            },
        ],
        "work_item_types": [{"type_pattern": "Gadget", "work_type": "other"}],
    }
    with duckdb.connect(str(built.data / "warehouse.duckdb"), read_only=True) as connection:
        seeds.append(proposals.propose(connection))
    assert proposed(built) == {}


def lines(source: SimpleNamespace, *, offline: bool = False, name: str = "jira") -> list[str]:
    """What doctor says where this is the only source."""
    return list(doctor.report({name: source}, offline=offline))


def test_each_source_is_told_with_what_it_lacks(built: Place, company: Path) -> None:
    asked: list[int] = []
    source = SimpleNamespace(configured=lambda: True, reach=lambda: asked.append(1))
    told = lines(source)
    (landed,) = [line for line in told if line.startswith("source    jira")]
    assert "configured; 1 payloads, newest 20" in landed
    assert "read until 2026-03-01 12:00 UTC" in landed
    assert "reached   jira: yes" in told
    (unmapped,) = [line for line in told if line.startswith("unmapped  jira")]
    assert "1 for project_teams (pay)" in unmapped
    assert "3 for work_item_statuses (Doing, New, Waiting for QA)" in unmapped
    assert "then      jira: engops init shows rows for what is not mapped" in told
    assert asked == [1]
    lines(source, offline=True)
    assert asked == [1]


def test_what_cannot_be_reached_is_the_next_step(place: Place, company: Path) -> None:
    def reach() -> None:
        raise LoadError("Jira does not know\nthe token")

    told = lines(SimpleNamespace(configured=lambda: True, reach=reach))
    assert "reached   jira: no: Jira does not know the token" in told
    assert "then      jira: mend what keeps it from being reached: docs/sources/jira.md" in told
    assert "then      jira: engops load jira" in lines(
        SimpleNamespace(configured=lambda: True, reach=lambda: None)
    )


def test_what_only_our_own_payloads_have_tested_is_unproven(company: Path) -> None:
    source = SimpleNamespace(configured=lambda: True)
    with doctor.PROOFS.open() as file:
        rows = [line.strip().split(",") for line in file][1:]
    proven = {name for name, _, _, kind in rows if kind != "own"}
    unproven = {name for name, *_ in rows} - proven
    assert proven and unproven
    # clones are made by git itself, and stand in no list
    for name in {*proven, *unproven, "git"}:
        told = [line for line in lines(source, name=name) if line.startswith("unproven")]
        assert bool(told) == (name in unproven), name


def test_no_source_that_the_command_knows_lacks_a_way_to_be_reached() -> None:
    without = {
        name
        for name, module in cli.sources().items()
        if name not in doctor.WITHOUT_TABLES and not hasattr(module, "reach")
    }
    # nobody asks a tool that only sends, and files are named when they are loaded
    assert without == {"argocd", "grafana", "generic", "gharchive"}
