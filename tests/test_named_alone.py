"""What is known by its name alone counts: a repository that no forge tells of, a deployment without a service."""

import json
import shutil
from pathlib import Path

import pytest

from pipelines import generic, seeds
from tests.conftest import Place
from tests.workshop import Workshop

pytestmark = pytest.mark.slow

DAY = "2026-03-02T"
RULES = (
    "rule_key,kind,repository_key,name_pattern,branch_pattern,environment_pattern,environment,service_key,"
    "line_pattern,precedence,valid_from,valid_until\nruns,run,,release,,,production,,,0,,\n"
)


def records() -> list[dict[str, object]]:
    """Facts that name repositories which nobody describes, and one that names nothing."""
    rolled_out = {
        **{"type": "deployment", "environment": "production", "outcome": "success"},
        **{"started_at": f"{DAY}10:01:00Z", "finished_at": f"{DAY}10:05:00Z"},
    }
    at = {"opened_at": f"{DAY}08:00:00Z"}
    return [
        {**rolled_out, "id": "r1", "service": "checkout", "repository": "github.com/acme/deployed"},
        {**rolled_out, "id": "r2"},
        {
            **{"type": "build", "id": "b1", "kind": "run", "name": "release", "outcome": "success"},
            **{"repository": "git.acme.test/acme/built", "finished_at": f"{DAY}11:00:00Z"},
        },
        # into which branch is not said
        {
            **{"type": "change", "id": "c1", "repository": "git.acme.test/acme/changed", **at},
            "merged_at": f"{DAY}09:00:00Z",
        },
        {
            **{"type": "incident", "id": "i1", "state": "open", **at},
            "repository": "git.acme.test/acme/failed",
        },
        {
            **{"type": "vulnerability", "id": "v1", "severity": "high", "state": "open", **at},
            "repository": "git.acme.test/acme/open",
        },
        {
            **{"type": "measurement", "id": "m1", "name": "coverage", "value": 0.5},
            **{"measured_at": f"{DAY}10:00:00Z", "repository": "git.acme.test/acme/measured"},
        },
        {
            **{"type": "work_item", "id": "w1", "project": "p", "state": "open"},
            **{"created_at": f"{DAY}08:00:00Z", "repository": "git.acme.test/acme/planned"},
        },
    ]


def test_each_counts_for_what_it_names(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workshop = Workshop(place, monkeypatch)
    workshop.fresh()
    own = tmp_path / "seeds"
    shutil.copytree(seeds.SHIPPED, own)
    (own / "deployment_rules.csv").write_text(RULES)
    monkeypatch.setenv("ENGOPS_SEEDS", str(own))
    seeds.link()
    path = tmp_path / "facts.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in records()))
    generic.load(path=path)
    workshop.build()
    assert place.rows("select service_key from marts.fct_deployments order by 1") == [
        ("generic:service:unknown",),
        ("git.acme.test/acme/built",),
        ("github.com/acme/deployed",),
    ]
    assert place.rows("select change_key, service_key from marts.fct_changes") == [
        ("generic:change:c1", "git.acme.test/acme/changed")
    ]
    assert place.rows("select incident_key, service_key from marts.fct_incidents") == [
        ("generic:incident:i1", "git.acme.test/acme/failed")
    ]
    # nothing that is published leads nowhere
    workshop.dbt("test", "--select", "test_name:relationships")
