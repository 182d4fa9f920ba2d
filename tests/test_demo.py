"""The demo organisation: equal arguments give equal bytes, repositories are real, every metric has a truth."""

import hashlib
import json
import re
import shutil
import subprocess
from collections import defaultdict
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from pipelines import demo, node
from pipelines.webhooks.contract import Delivery, webhooks
from pipelines.webhooks.reading import OTHER
from tests.github_payloads import NPM_PACKAGE

METRICS = {
    "deployment_frequency", "lead_time_for_changes", "change_failure_rate", "failed_deployment_recovery_time",
    "deployment_rework_rate", "time_to_restore", "deployment_success_rate", "commit_lead_time", "merge_to_deploy_time",
    "coding_time", "pickup_time", "review_time", "deploy_time",
}  # fmt: skip


@pytest.fixture(scope="module")
def organisation(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo") / "out"
    demo.generate(folder, slim=True)
    return folder


def rows(path: Path):
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def digest(folder: Path) -> str:
    sums = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            sums.update(str(path.relative_to(folder)).encode())
            sums.update(path.read_bytes())
    return sums.hexdigest()


def test_equal_arguments_give_equal_bytes(tmp_path):
    how = {"weeks": 4, "services": 7, "scale": 0.5, "slim": True}
    demo.generate(tmp_path / "a", **how)
    demo.generate(tmp_path / "b", **how)
    demo.generate(tmp_path / "c", **how, seed=2)
    assert digest(tmp_path / "a") == digest(tmp_path / "b")
    assert digest(tmp_path / "a") != digest(tmp_path / "c")
    demo.generate(tmp_path / "c", **how)
    assert digest(tmp_path / "a") == digest(tmp_path / "c"), (
        "an earlier demo is replaced as a whole"
    )


def test_a_folder_of_somebody_else_is_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(ValueError, match="not empty"):
        demo.generate(tmp_path)
    assert (tmp_path / "thesis.txt").exists()


@pytest.mark.parametrize("services", [1, 3, 8, 15])
def test_any_number_of_services(tmp_path, services):
    demo.generate(tmp_path / "out", weeks=3, services=services, slim=True)
    lines = (tmp_path / "out" / "seeds" / "services.csv").read_text().splitlines()
    assert len(lines) == services + 1


def test_repositories_are_sound_and_hold_what_payloads_name(organisation):
    deployments = rows(organisation / "truth" / "deployments.jsonl")
    for repository in sorted((organisation / "repositories").iterdir()):
        git = ["git", "-C", str(repository)]
        subprocess.run([*git, "fsck", "--strict", "--no-dangling"], check=True, capture_output=True)
        origin = subprocess.run(
            [*git, "config", "remote.origin.url"], check=True, capture_output=True, text=True
        )
        keys = {row["repository_key"] for row in deployments}
        (own,) = (key for key in keys if key.rpartition("/")[2] == repository.stem)
        assert origin.stdout.strip() == f"https://{own}.git"
        known = set(
            subprocess.run(
                [*git, "rev-list", "--all"], check=True, capture_output=True, text=True
            ).stdout.split()
        )
        for row in deployments:
            if row["repository_key"].endswith(f"/{repository.stem}"):
                assert row["commit_sha"] in known


def test_every_metric_has_a_truth_for_two_teams(organisation):
    teams = defaultdict(set)
    for row in rows(organisation / "truth" / "observations.jsonl"):
        assert row["observed_at"] is None or row["started_at"] is None or row["value"] >= 0, row
        teams[row["metric_key"]].add(row["team_key"])
    assert {metric for metric, found in teams.items() if len(found) >= 2} == METRICS


def test_deliveries_are_github_s_own(organisation):
    seen = defaultdict(set)
    deliveries = defaultdict(set)
    copies = total = 0
    for path in (organisation / "github").iterdir():
        for line in path.open(encoding="utf-8"):
            total += 1
            delivery = json.loads(line)
            event, guid = (
                delivery["headers"]["X-GitHub-Event"],
                delivery["headers"]["X-GitHub-Delivery"],
            )
            copies += guid in deliveries
            deliveries[guid].add(delivery["body"])
            body = json.loads(delivery["body"])
            assert body["repository"]["full_name"] in (f"acme/{path.stem}", "acme/recs")
            seen[event].add(body.get("action", ""))
    assert all(len(bodies) == 1 for bodies in deliveries.values()), (
        "a delivery that is repeated is the same"
    )
    assert 0.01 < copies / total < 0.03
    assert seen["pull_request"] == {
        "opened", "ready_for_review", "labeled", "unlabeled", "synchronize", "closed", "reopened",
    }  # fmt: skip
    assert seen["issues"] == {"opened", "labeled", "unlabeled", "closed", "reopened", "deleted"}
    assert seen["workflow_run"] == {"requested", "in_progress", "completed"}
    assert set(seen) >= {
        "pull_request_review", "pull_request_review_comment", "issue_comment", "push", "workflow_job", "deployment",
        "deployment_status", "release", "create", "delete", "repository",
    }  # fmt: skip


def test_tools_are_mixed(organisation):
    """Every source beside GitHub is told in its own format, and no delivery of it is unknown to its webhooks."""
    sources = {
        "gitlab", "jenkins", "jira", "linear", "pagerduty", "incident_io", "servicenow",
    }  # fmt: skip
    assert sources <= {folder.name for folder in organisation.iterdir()}
    for source in sources:
        webhook = webhooks()[source]
        tables = set()
        for path in (organisation / source).iterdir():
            for line in path.open(encoding="utf-8"):
                delivery = json.loads(line)
                headers = {name.lower(): value for name, value in delivery["headers"].items()}
                body = delivery["body"].encode()
                sent = Delivery(headers, body, datetime.fromisoformat(delivery["received_at"]))
                tables.add(webhook.table(webhook.event(sent, json.loads(body))))
        assert tables and None not in tables and OTHER not in tables, (source, tables)


def test_every_person_carries_a_canary(organisation):
    for path in (organisation / "github").iterdir():
        for line in path.open(encoding="utf-8"):
            body = json.loads(json.loads(line)["body"])
            login = body["sender"]["login"]
            assert "canary-person" in login or login.endswith(("[bot]", "-robot")), login


def paths(value: Any, path: str = "") -> set[str]:
    """Every path of keys in a payload."""
    if isinstance(value, dict):
        return {f"{path}.{key}" for key in value}.union(
            *(paths(part, f"{path}.{key}") for key, part in value.items())
        )
    if isinstance(value, list):
        return set().union(*(paths(part, f"{path}[]") for part in value[:3]))
    return set()


@pytest.mark.slow
def test_payloads_have_every_key_that_recorded_ones_have(tmp_path):
    """What all of GitHub's recorded payloads of an event and action have in common, ours have too."""
    npm = shutil.which("npm", path=node.environment()["PATH"])
    assert npm, "this test needs npm, to fetch recorded payloads that are not ours to keep"
    (tmp_path / "package.json").write_text('{"private": true}')
    command = [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", NPM_PACKAGE]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=300)
    folder = tmp_path / "node_modules" / "@octokit" / "webhooks-examples" / "api.github.com"
    common: dict[tuple[str, str | None], set[str]] = {}
    for entry in json.loads((folder / "index.json").read_text()):
        for body in entry["examples"]:
            found = paths(body)
            kind = (entry["name"], body.get("action"))
            common[kind] = common.get(kind, found) & found
    ours: dict[tuple[str, str | None], set[str]] = defaultdict(set)
    demo.generate(tmp_path / "demo", weeks=10)
    for path in (tmp_path / "demo" / "github").iterdir():
        for line in path.open(encoding="utf-8"):
            delivery = json.loads(line)
            body = json.loads(delivery["body"])
            ours[delivery["headers"]["X-GitHub-Event"], body.get("action")] |= paths(body)
    # what the few recorded ones have by chance: somebody assigned, a licence, an app, a first job
    chance = re.compile(
        r".*(assignee|requested_|labels\[\]|license|installation|milestone|steps\[\]|issue\.draft).*"
    )
    for kind, found in ours.items():
        lacking = {path for path in common.get(kind, set()) - found if not chance.match(path)}
        assert not lacking, (kind, sorted(lacking))
