"""The truth of a story, as it happened: what every metric must say.

One row of `observations.jsonl` is one observation of a metric, for one service. Rows that are still open have no
`observed_at` and no `value`. `event_key` names the thing as the warehouse does, by the vendor's ids. `is_bot` marks the
requests of bots, so that either rule can be compared.

- `coding_time`, `pickup_time` and `review_time` are told for every merged request that had the stage, `deploy_time` for
  every request; `merge_to_deploy_time` for direct commits too, which are merged when they are committed.
- What rode on the first roll-out of a service is no observation of any time up to a deployment.
"""

from typing import TYPE_CHECKING, Any

from pipelines.demo.payloads import when

if TYPE_CHECKING:
    from pipelines.demo.model import Change, Deployment, Incident, Item
    from pipelines.demo.story import Story


def write(story: "Story") -> None:
    """Write all tables of one story."""
    for unit in story.units:
        for deployment in unit.done:
            for service in unit.services:
                _deployment(story, deployment, service.key)
    for item in story.items:
        if item.change is not None:
            _change(story, item, item.change)
        else:
            _commit(story, item)
    for incident in story.incidents:
        _incident(story, incident)


def _observe(
    story: "Story", metric: str, event: str, service: str, team: str, started: int | None, observed: int | None, *,
    numerator: int | None = None, is_bot: bool = False, url: str | None = None,
) -> None:  # fmt: skip
    """One observation; a duration where there is no numerator."""
    value: float | None = numerator
    if numerator is None and started is not None and observed is not None:
        value = float(observed - started)
    story.record(
        "observations",
        {
            "metric_key": metric, "event_key": event, "service_key": service, "team_key": team,
            "started_at": when(started),
            "observed_at": when(observed), "value": value, "numerator": numerator,
            "denominator": None if numerator is None else 1,
            "is_bot": is_bot, "url": url,
        },
    )  # fmt: skip


def _deployment(story: "Story", deployment: "Deployment", service: str) -> None:
    finished = deployment.finished
    if finished is None:
        return
    team = story.team(finished)
    failed = service in deployment.evidence
    restored = deployment.restored.get(service)
    rework = deployment.rework.get(service, set())
    event, url, started = deployment.id, deployment.url, deployment.started
    brought = deployment.brought.get(service, [])
    story.record(
        "deployments",
        {
            "event_key": event, "service_key": service, "team_key": team, "repository_key": story.plan.key,
            "commit_sha": deployment.commit.sha, "tag": deployment.tag, "created_at": when(deployment.created),
            "started_at": when(started), "finished_at": when(finished),
            "outcome": "success" if deployment.success else "failure",
            "why": deployment.why, "is_first": service in deployment.first, "is_rollback": deployment.why == "rollback",
            "rework_reasons": sorted(rework), "has_failed": failed,
            "failure_evidence": sorted(deployment.evidence.get(service, ())),
            "restored_at": when(restored), "url": url, "line": deployment.line.branch,
            "changes": sum(item.change is not None for item in brought),
            "commits": sum(item.commit is not None for item in brought),
        },
    )  # fmt: skip
    if deployment.success:
        _observe(
            story,
            "deployment_frequency",
            event,
            service,
            team,
            started,
            finished,
            numerator=1,
            url=url,
        )
        _observe(
            story,
            "deployment_rework_rate",
            event,
            service,
            team,
            started,
            finished,
            numerator=int(bool(rework)),
            url=url,
        )
    _observe(
        story,
        "deployment_success_rate",
        event,
        service,
        team,
        started,
        finished,
        numerator=int(deployment.success),
        url=url,
    )
    _observe(
        story,
        "change_failure_rate",
        event,
        service,
        team,
        started,
        finished,
        numerator=int(failed),
        url=url,
    )
    if failed:
        _observe(
            story,
            "failed_deployment_recovery_time",
            event,
            service,
            team,
            finished,
            restored,
            url=url,
        )
    for evidence in sorted(deployment.evidence.get(service, ())):
        story.record(
            "links",
            {
                "deployment": event,
                "service_key": service,
                "evidence": evidence,
                "finished_at": when(finished),
            },
        )


def _change(story: "Story", item: "Item", change: "Change") -> None:
    deployment = item.deployment
    measured = deployment is not None and item.service not in deployment.first
    deployed = deployment.finished if deployment else None
    is_bot = change.author.type == "Bot"
    event = (
        f"{story.forge.source}:{story.plan.id}:{change.number}"
        if change.number
        else f"commit:{story.plan.key}:{change.merge_sha}"
    )
    forge = story.forge
    url = (
        forge.change_url(change.number)
        if change.number
        else forge.commit_url(change.merge_sha or "")
    )
    service, team = item.service, item.team
    story.record(
        "changes",
        {
            "event_key": event, "service_key": service, "team_key": team, "repository_key": story.plan.key,
            "kind": change.kind,
            "number": change.number, "is_bot": is_bot, "has_request": change.number is not None,
            "target_branch": change.line.branch, "first_commit_at": when(change.first_commit),
            "opened_at": when(change.opened),
            "ready_at": when(change.ready), "first_review_at": when(change.first_review),
            "approved_at": when(change.approved),
            "merged_at": when(change.merged), "merge_commit_sha": change.merge_sha, "deployed_at": when(deployed),
            "deployment": deployment.id if deployment else None, "is_measured": measured, "url": url,
        },
    )  # fmt: skip

    def observe(metric: str, started: int | None, observed: int | None) -> None:
        _observe(story, metric, event, service, team, started, observed, is_bot=is_bot, url=url)

    if deployment is None or measured:
        observe("lead_time_for_changes", change.first_commit, deployed)
        observe("merge_to_deploy_time", change.merged, deployed)
        if change.number is not None:
            observe("deploy_time", change.merged, deployed)
    if change.number is not None:
        observe("coding_time", change.first_commit, change.opened)
        if change.first_review is not None:
            observe("pickup_time", change.ready, change.first_review)
            observe("review_time", change.first_review, change.merged)


def _commit(story: "Story", item: "Item") -> None:
    commit, deployment = item.commit, item.deployment
    if commit is None or commit.is_merge:
        return
    measured = deployment is not None and item.service not in deployment.first
    deployed = deployment.finished if deployment else None
    story.record(
        "commits",
        {
            "commit_sha": commit.sha, "repository_key": story.plan.key, "service_key": item.service,
            "authored_at": when(commit.authored), "committed_at": when(commit.committed), "deployed_at": when(deployed),
            "deployment": deployment.id if deployment else None, "is_measured": measured,
        },
    )  # fmt: skip
    if deployment is None or measured:
        url = story.forge.commit_url(commit.sha)
        _observe(
            story,
            "commit_lead_time",
            commit.sha,
            item.service,
            item.team,
            commit.committed,
            deployed,
            url=url,
        )


def _incident(story: "Story", incident: "Incident") -> None:
    event, url = story.desk.key(incident.item), story.desk.url(incident.item)
    counts = incident.severity != "sev3"
    deployment = incident.deployment
    row: dict[str, Any] = {
        "event_key": event, "service_key": incident.service, "team_key": incident.team, "severity": incident.severity,
        "counts_for_restore": counts, "opened_at": when(incident.opened),
        "acknowledged_at": when(incident.acknowledged), "resolved_at": when(incident.resolved),
        "deployment": deployment.id if deployment else None, "link_method": incident.method, "url": url,
    }  # fmt: skip
    story.record("incidents", row)
    if counts:
        _observe(
            story,
            "time_to_restore",
            event,
            incident.service,
            incident.team,
            incident.opened,
            incident.resolved,
            url=url,
        )
