"""Which change went live with which deployment, and which deployment failed: hand-made histories, worked out by hand.

Each scenario is a repository of its own; all are built once. Hours count from Monday 2 March 2026, 00:00 UTC.
"""

from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import Place, shared
from tests.world import World, at, repo, sha

pytestmark = pytest.mark.slow

Rows = list[tuple[Any, ...]]


def parallel_lines(w: World) -> None:
    """Main a-b-c-d-m; 1.x leaves at b with x-y and is merged back into m."""
    n = "parallel"
    w.chain(n, "abcd")
    w.commit(n, "x", "b", 4)
    w.commit(n, "y", "x", 5)
    w.commit(n, "m", "dy", 20)
    w.repository(n, "m", declared_tag_regex=r"v\d+\.\d+")
    for tag, commit, hours in [
        ("v1.0", "b", 10),
        ("v2.0", "d", 12),
        ("v1.1", "y", 14),
        ("v2.1", "m", 30),
    ]:
        w.tag(n, tag, commit, hours)
    w.tag(n, "v1.1-rc", "x", 5)


def tags_on_one_commit(w: World) -> None:
    n = "doubletag"
    w.chain(n, "ab")
    w.repository(n, "b", declared_tag_regex=r"v.*")
    w.tag(n, "v1", "a", 5)
    w.tag(n, "v2", "b", 9)
    w.tag(n, "v2-lts", "b", 8)


def squash(w: World) -> None:
    n = "squash"
    w.chain(n, "as", step=10)
    w.repository(n, "s")
    change = w.change(n, 1, "s", "q", 3, 10)
    w.reported(n, change, "p", 2)
    w.reported(n, change, "q", 4)
    w.deployment(n, "1", "a", 1)
    w.deployment(n, "2", "s", 12)


def squash_of_unknown_commits(w: World) -> None:
    n = "blindsquash"
    w.chain(n, "as", step=10)
    w.repository(n, "s")
    w.change(n, 1, "s", "q", 3, 10)
    w.deployment(n, "1", "a", 1)
    w.deployment(n, "2", "s", 12)


def rebase(w: World) -> None:
    """The commits p and q of the request become r and t on main, with their messages and author times."""
    n = "rebase"
    w.chain(n, "a")
    w.commit(n, "r", "a", 10, authored=2, message_hash="rebase/p")
    w.commit(n, "t", "r", 10, authored=4, message_hash="rebase/q")
    w.commit(n, "u", "t", 11)
    w.repository(n, "u")
    change = w.change(n, 1, "t", "q", 5, 10)
    w.reported(n, change, "p", 2)
    w.reported(n, change, "q", 4)
    w.deployment(n, "1", "a", 1)
    w.deployment(n, "2", "r", 11)
    w.deployment(n, "3", "u", 13)


def merge_commit(w: World) -> None:
    n = "merge"
    w.chain(n, "ab", step=5)
    w.commit(n, "p", "a", 3, authored=1)
    w.commit(n, "q", "p", 4, authored=900)
    w.commit(n, "m", "bq", 10)
    w.repository(n, "m")
    w.change(n, 1, "m", "q", 5, 10)
    w.deployment(n, "1", "a", 1)
    w.deployment(n, "2", "m", 12)


def stacked(w: World) -> None:
    """Request 2 is merged into the branch of request 1."""
    n = "stacked"
    w.chain(n, "as", step=10)
    w.repository(n, "s")
    w.change(n, 1, "s", "q", 3, 10)
    w.change(n, 2, "z", "y", 4, 6, target_branch="topic-1")


def environments(w: World) -> None:
    n = "staged"
    w.chain(n, "abc")
    w.repository(n, "c")
    w.deployment(n, "p1", "a", 3)
    w.deployment(n, "s1", "b", 4, environment="staging")
    w.deployment(n, "p2", "b", 6, outcome="failure")
    w.deployment(n, "p3", "c", 9)
    w.deployment(n, "p4", "c", 10)
    w.deployment(n, "p5", "c", None, outcome=None)


def roll_back(w: World) -> None:
    n = "rollback"
    w.chain(n, "abcd")
    w.repository(n, "d")
    w.deployment(n, "1", "a", 10)
    w.deployment(n, "2", "b", 20)
    w.deployment(n, "3", "c", 30)
    w.deployment(n, "4", "b", 31)
    w.deployment(n, "5", "b", 32)
    w.deployment(n, "6", "d", 40)


def late_roll_back(w: World) -> None:
    """Rolled back eight days after: outside the window in which it counts as a failure."""
    n = "lateback"
    w.chain(n, "ab")
    w.repository(n, "b")
    w.deployment(n, "1", "a", 10)
    w.deployment(n, "2", "b", 20)
    w.deployment(n, "3", "a", 20 + 8 * 24)


def lines(w: World) -> None:
    """v1.0 is tagged again on its line after v2.0: by rule a line of its own, and no way back."""
    n = "lines"
    w.chain(n, "abcd")
    w.repository(n, "d")
    w.add("seeds.deployment_rules", rule_key=n, kind="tag", repository_key=repo(n), name_pattern=r"v\d.*",
          environment="production", line_pattern=r"v(\d+)\..*")  # fmt: skip
    w.tag(n, "v1.0", "a", 10)
    w.tag(n, "v2.0", "c", 20)
    w.tag(n, "v1.1", "b", 30)
    w.tag(n, "v2.1", "d", 40)


def no_graph(w: World) -> None:
    """No history was landed: SHAs and times must do."""
    n = "blind"
    w.repository(n)
    for commit, hours in [("a", 10), ("b", 20)]:
        w.commit(n, commit, "", hours, parent_count=None)
    w.change(n, 1, "a", "x", 1, 10)
    w.change(n, 2, "b", "y", 1, 20)
    w.change(n, 3, "c", "z", 1, 30)
    w.change(n, 4, "d", "z", 1, 50)
    w.deployment(n, "1", "a", 15)
    w.deployment(n, "2", "c", 40)
    w.deployment(n, "3", "a", 45)


def years_before(w: World) -> None:
    n = "firstever"
    w.chain(n, "ab", hours=-30_000)
    w.repository(n, "b")
    w.deployment(n, "1", "b", 10)


def monorepo(w: World) -> None:
    n = "mono"
    w.commit(n, "a", "", 0, paths=["README.md"])
    w.commit(n, "b", "a", 10, paths=["cart/x.py"])
    w.commit(n, "c", "b", 11, paths=["cart/y.py", "search/z.py"])
    w.commit(n, "d", "c", 12, paths=["cartography/z.py"])
    w.repository(n, "d")
    for service in ("cart", "search"):
        w.add("seeds.services", service_key=service)
        w.add(
            "seeds.service_repositories",
            service_key=service,
            repository_key=repo(n),
            path_prefix=f"{service}/",
        )
        w.add("seeds.deployment_rules", rule_key=service, kind="deployment", repository_key=repo(n),
              environment_pattern=f"{service}-production", environment="production", service_key=service)  # fmt: skip
        w.deployment(n, f"{service}1", "a", 1, environment=f"{service}-production")
    w.deployment(n, "cart2", "d", 20, environment="cart-production")
    w.deployment(n, "search2", "d", 30, environment="search-production")


def regions(w: World) -> None:
    n = "regions"
    w.chain(n, "ab")
    w.repository(n, "b")
    w.deployment(n, "eu1", "a", 5, environment="production-eu")
    w.deployment(n, "us1", "a", 6, environment="production-us")
    w.deployment(n, "eu2", "b", 8, environment="production-eu")
    w.deployment(n, "us2", "b", 9, environment="production-us", outcome="failure")
    w.deployment(n, "eu3", "b", 18, environment="production-eu")
    w.deployment(n, "us3", "b", 19, environment="production-us")


def two_sources(w: World) -> None:
    """The same roll-outs as a job and as deployments: the rule says that the job is authoritative."""
    n = "twice"
    w.chain(n, "abc")
    w.repository(n, "c")
    w.add("seeds.deployment_rules", rule_key=n, kind="job", repository_key=repo(n), name_pattern="deploy",
          environment="production")  # fmt: skip
    w.deployment(n, "1", "a", 5.1)
    w.deployment(n, "2", "b", 6.1)
    w.build(n, "j1", "job", "deploy", "a", 5, "success")
    w.build(n, "j2", "job", "deploy", "b", 6, "success")
    w.build(n, "j3", "job", "deploy", "c", 7, "cancelled")
    w.build(n, "j4", "job", "deploy", "c", 8, "skipped")
    w.build(n, "j5", "job", "deploy", "c", 9, "failure", is_allowed_failure=True)
    w.build(n, "j6", "job", "deploy", "c", 10, "failure")
    w.build(n, "j7", "job", "smoke test", "c", 11, "success")


def foreign_rule(w: World) -> None:
    """A rule names one repository; a job of the same name runs in another."""
    for n in ("ours", "theirs"):
        w.chain(n, "a")
        w.repository(n, "a")
        w.build(n, "j1", "job", "ship", "a", 5, "success")
    w.add("seeds.deployment_rules", rule_key="ours", kind="job", repository_key=repo("ours"),
          name_pattern="ship", environment="production")  # fmt: skip


def branch_merges(w: World) -> None:
    """A merge into the branch `live` is the deployment; the push that the forge reports of it is the same."""
    n = "branch"
    w.chain(n, "ab")
    w.repository(n, "b")
    w.add("seeds.deployment_rules", rule_key=n, kind="branch", repository_key=repo(n), name_pattern="live",
          environment="production")  # fmt: skip
    w.change(n, 1, "a", "x", 1, 5, target_branch="live")
    w.deployment(n, "push1", "a", 5.01, environment=None, kind="branch", name="live", branch="live")
    w.change(n, 2, "b", "x", 1, 9, target_branch="live")


def failures(w: World) -> None:
    """1 fails while rolling out, 2 mends it; 3 breaks and is named; 4 is followed by an incident; 5 by one too late."""
    n = "failures"
    w.chain(n, "abcdefg")
    w.repository(n, "g")
    w.deployment(n, "0", "a", 10)
    w.deployment(n, "1", "b", 20, outcome="failure")
    w.deployment(n, "2", "b", 22)
    w.deployment(n, "3", "c", 40)
    w.deployment(n, "4", "d", 50)
    w.incident(n, "near", 52, 60)
    w.incident(n, "named", 55, 70, cause_references=[sha(n, "c")[:10]])
    w.deployment(n, "5", "e", 100)
    w.incident(n, "late", 125, 126)
    w.deployment(n, "6", "f", 200, outcome="cancelled")
    w.incident(n, "open", 123, None)


def other_service(w: World) -> None:
    """Never across services: an incident here, and the roll-out next door."""
    n = "innocent"
    w.chain(n, "ab")
    w.repository(n, "b")
    w.repository("bystander")
    w.deployment(n, "1", "a", 10)
    w.deployment(n, "2", "b", 20)
    w.incident("bystander", "own", 21, 22)


def revert(w: World) -> None:
    """c reverts b, which was live; e reverts d before it ever was."""
    n = "revert"
    w.chain(n, "ab")
    w.commit(n, "c", "b", 12, reverted_shas=[sha(n, "b")[:9]])
    w.commit(n, "d", "c", 13)
    w.commit(n, "e", "d", 14, reverted_shas=[sha(n, "d")])
    w.repository(n, "e")
    w.deployment(n, "1", "a", 5)
    w.deployment(n, "2", "b", 10)
    w.deployment(n, "3", "c", 12.5)
    w.deployment(n, "4", "e", 20)


def hotfix(w: World) -> None:
    n = "hotfix"
    w.chain(n, "abcd", step=10)
    w.repository(n, "d")
    w.deployment(n, "1", "a", 5)
    w.deployment(n, "2", "b", 12)
    w.deployment(n, "3", "c", 22)
    change = w.change(n, 1, "d", "y", 24, 30, labels=["urgent", "hotfix"])
    w.reported(n, change, "y", 25)
    w.deployment(n, "4", "d", 31)


def reviews(w: World) -> None:
    """What a bot says, what the author says, what is said of a draft and what is said after the merge is no review."""
    n = "reviews"
    w.chain(n, "as", step=20)
    w.repository(n, "s")
    change = w.change(n, 1, "s", "q", 2, 20, ready_at=at(5))
    w.review(change, "draft", "colleague", 3, "commented")
    w.review(change, "bot", "robot", 6, "commented", is_bot=True)
    w.review(change, "own", "author", 7, "commented")
    w.review(change, "first", "colleague", 8, "commented")
    w.review(change, "yes", "colleague", 9, "approved")
    w.review(change, "thanks", "stranger", 21, "commented")
    w.change(n, 2, "none", "none", 2, 20)


def tools_without_repositories(w: World) -> None:
    """One tool deploys an application, two report its incident: none of them names the repository."""
    n = "paged"
    w.add("seeds.services", service_key=n, service_name="Paged")
    w.add("seeds.service_repositories", service_key=n, repository_key=repo(n))
    w.add("seeds.service_names", name_pattern="paged-(app|pages)", service_key=n)
    w.chain(n, "ab")
    w.repository(n, "b")
    for key, commit, hours in [("1", "a", 5), ("2", "b", 10)]:
        w.add(
            "staging.stg_argocd__deployments",
            source="argocd",
            candidate_key=f"argocd:{key}",
            commit_sha=sha(n, commit),
            service_name="paged-app",
            kind="deployment",
            environment_name="production",
            outcome="success",
            is_prerelease=False,
            is_deleted=False,
            started_at=at(hours),
            finished_at=at(hours),
            record_key=f"argocd:{key}",
        )
    shared: dict[str, Any] = {
        "kind": "incident",
        "labels": [],
        "state": "resolved",
        "cause_references": [],
        "reopened_count": 0,
        "is_deleted": False,
    }
    w.add(
        "staging.stg_pagerduty__incidents",
        source="pagerduty",
        incident_key="pagerduty:incident:PAGED01",
        service_names=["paged-pages"],
        service_aliases=["PSERVICE"],
        severity_name="P2",
        named_references=["https://app.incident.io/acme/incidents/7/"],
        opened_at=at(11),
        acknowledged_at=at(11.5),
        resolved_at=at(14),
        record_key="paged:1",
        **shared,
    )
    w.add(
        "staging.stg_incident_io__incidents",
        source="incident_io",
        incident_key="incident_io:incident:01PAGED",
        service_names=[],
        service_aliases=[],
        severity_name="Minor",
        named_references=[],
        url="https://app.incident.io/acme/incidents/7",
        opened_at=at(11.25),
        mitigated_at=at(13),
        resolved_at=at(15),
        record_key="paged:2",
        **shared,
    )


SCENARIOS = [
    parallel_lines, tags_on_one_commit, squash, squash_of_unknown_commits, rebase, merge_commit, stacked, environments,
    roll_back, late_roll_back, lines, no_graph, years_before, monorepo, regions, two_sources, foreign_rule,
    branch_merges, failures, other_service, revert, hotfix, reviews, tools_without_repositories,
]  # fmt: skip


@pytest.fixture(scope="session")
def query(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Callable[[str], Rows]:
    """The marts of all scenarios, built once."""

    def make(place: Place) -> None:
        world = World()
        world.add(
            "seeds.incident_rules",
            rule_key="all",
            label_pattern="incident",
            severity="sev2",
            counts_for_restore=True,
        )
        world.add("seeds.change_rules", rule_key="all", kind="hotfix", label_pattern="hotfix")
        for scenario in SCENARIOS:
            scenario(world)
        world.build_marts()

    return shared("linking", tmp_path_factory, worker_id, make).rows


def deployments(query: Callable[[str], Rows], name: str, columns: str, where: str = "true") -> Rows:
    """Columns of a scenario's deployments, by finish time."""
    return query(
        f"select {columns} from marts.fct_deployments where service_key = '{repo(name)}' "
        f"and {where} order by finished_at nulls last"
    )


def carried(query: Callable[[str], Rows], name: str) -> dict[str, Any]:
    """Finish of the deployment that first carried each named commit, in hours; None where not measured."""
    rows = query(
        f"select commit_sha, case when is_measured then epoch(deployed_at - timestamp '{at(0)}') / 3600 end"
        f" from marts.fct_commits where repository_key = '{repo(name)}'"
    )
    names = {sha(name, letter): letter for letter in "abcdefgmnopqrstuvwxyz"}
    return {names[commit]: hours for commit, hours in rows}


def changes(query: Callable[[str], Rows], name: str, columns: str) -> Rows:
    """Columns of a scenario's changes, by merge time."""
    return query(
        f"select {columns} from marts.fct_changes where repository_key = '{repo(name)}' order by merged_at, change_key"
    )


def test_parallel_release_branches_count_a_commit_once(query: Callable[[str], Rows]) -> None:
    assert carried(query, "parallel") == {
        "a": None,
        "b": None,
        "c": 12,
        "d": 12,
        "x": 14,
        "y": 14,
        "m": 30,
    }


def test_a_tag_counts_only_where_its_whole_name_matches(query: Callable[[str], Rows]) -> None:
    assert len(deployments(query, "parallel", "1")) == 4


def test_tags_on_one_commit_are_one_release_with_the_earliest_time(
    query: Callable[[str], Rows],
) -> None:
    assert deployments(query, "doubletag", "finished_at, split_part(rollout_key, ':', -1)") == [
        (at(5), "v1"),
        (at(8), "v2-lts"),
    ]


def test_a_squash_merge_keeps_its_deployment_and_its_first_commit(
    query: Callable[[str], Rows],
) -> None:
    assert changes(
        query, "squash", "change_key, first_commit_at, deployed_at, link_method, is_measured"
    )[1:] == [("squash:1", at(2), at(12), "ancestry", True)]


def test_a_squash_commit_does_not_date_the_work(query: Callable[[str], Rows]) -> None:
    assert changes(query, "blindsquash", "first_commit_at, deployed_at")[1:] == [(None, at(12))]


def test_a_rebase_merge_claims_all_its_rewritten_commits(query: Callable[[str], Rows]) -> None:
    assert changes(query, "rebase", "has_request, first_commit_at, deployed_at") == [
        (False, at(0), at(1)),
        (True, at(2), at(13)),
        (False, at(11), at(13)),
    ]


def test_a_merge_claims_what_it_brought_in_and_author_clocks_cannot_lie(
    query: Callable[[str], Rows],
) -> None:
    assert changes(query, "merge", "has_request, first_commit_at, deployed_at") == [
        (False, at(0), at(1)),
        (False, at(5), at(12)),
        (True, at(1), at(12)),
    ]


def test_a_request_into_another_request_is_part_of_it(query: Callable[[str], Rows]) -> None:
    assert changes(query, "stacked", "change_key")[1:] == [("stacked:1",)]


def test_staging_and_failed_deployments_do_not_stop_the_clock(query: Callable[[str], Rows]) -> None:
    assert carried(query, "staged") == {"a": None, "b": 9, "c": 9}


def test_the_same_commit_again_is_another_deployment_and_no_roll_back(
    query: Callable[[str], Rows],
) -> None:
    rows = deployments(query, "staged", "outcome, is_rollback, change_count", "is_production")
    assert rows == [
        ("success", False, 1), ("failure", False, 0), ("success", False, 2), ("success", False, 0), (None, False, 0),
    ]  # fmt: skip


def test_a_roll_back_blames_what_it_replaced(query: Callable[[str], Rows]) -> None:
    assert deployments(
        query, "rollback", "is_rollback, has_failed, failure_evidence, restored_at, is_rework"
    ) == [
        (False, False, [], None, False),
        (False, False, [], None, False),
        (False, True, ["rollback"], at(31), False),
        (True, False, [], None, True),
        (False, False, [], None, False),
        (False, False, [], None, False),
    ]


def test_a_roll_back_after_the_window_is_no_failure(query: Callable[[str], Rows]) -> None:
    assert deployments(query, "lateback", "is_rollback, has_failed") == [
        (False, False),
        (False, False),
        (True, False),
    ]


def test_release_lines_are_no_roll_backs_of_each_other(query: Callable[[str], Rows]) -> None:
    assert deployments(query, "lines", "line_key, is_rollback") == [
        ("1", False),
        ("2", False),
        ("1", False),
        ("2", False),
    ]
    assert deployments(query, "parallel", "is_rollback") == [(False,)] * 4


def test_without_a_graph_the_sha_decides_and_time_last(query: Callable[[str], Rows]) -> None:
    assert changes(query, "blind", "change_key, deployed_at, link_method, is_measured") == [
        ("blind:1", at(15), "sha", False),
        ("blind:2", at(40), "time", True),
        ("blind:3", at(40), "sha", True),
        ("blind:4", None, None, True),
    ]
    assert carried(query, "blind") == {"a": None, "b": 40}
    assert deployments(query, "blind", "is_rollback") == [(False,), (False,), (True,)]


def test_the_first_deployment_ever_measures_nothing(query: Callable[[str], Rows]) -> None:
    assert carried(query, "firstever") == {"a": None, "b": None}
    assert changes(query, "firstever", "is_measured") == [(False,), (False,)]


def test_a_monorepo_s_commit_belongs_to_the_services_whose_paths_it_touches(
    query: Callable[[str], Rows],
) -> None:
    rows = query(
        f"select service_key, deployed_at from marts.fct_commits where repository_key = '{repo('mono')}' order by all"
    )
    assert rows == [("cart", at(20)), ("cart", at(20)), ("search", at(30))]
    unmapped = query(f"select count(*) from marts.fct_changes where service_key = '{repo('mono')}'")
    assert unmapped == [(2,)]


def test_the_regions_of_a_roll_out_are_one_deployment(query: Callable[[str], Rows]) -> None:
    assert deployments(query, "regions", "finished_at, outcome") == [
        (at(6), "success"),
        (at(9), "failure"),
        (at(19), "success"),
    ]


def test_two_sources_of_one_deployment_count_once(query: Callable[[str], Rows]) -> None:
    assert deployments(query, "twice", "kind, finished_at, outcome") == [
        ("job", at(5), "success"),
        ("job", at(6), "success"),
        ("job", at(10), "failure"),
    ]


def test_a_rule_of_one_repository_says_nothing_of_another(query: Callable[[str], Rows]) -> None:
    assert deployments(query, "ours", "finished_at") == [(at(5),)]
    assert deployments(query, "theirs", "1") == []


def test_a_merge_into_the_environments_branch_is_a_deployment(query: Callable[[str], Rows]) -> None:
    assert deployments(query, "branch", "finished_at, is_production") == [
        (at(5), True),
        (at(9), True),
    ]


def test_failures_are_blamed_on_the_right_deployment(query: Callable[[str], Rows]) -> None:
    assert deployments(query, "failures", "finished_at, failure_evidence, restored_at") == [
        (at(10), [], None),
        (at(20), ["failed_rollout"], at(22)),
        (at(22), [], None),
        (at(40), ["incident"], at(70)),
        (at(50), ["incident"], at(60)),
        (at(100), ["incident"], None),
    ]


def test_incidents_say_how_they_were_linked(query: Callable[[str], Rows]) -> None:
    rows = query(
        f"select incident_key, link_method from marts.fct_incidents"
        f" where service_key = '{repo('failures')}' order by opened_at"
    )
    assert rows == [
        ("failures:issue:near", "proximity"),
        ("failures:issue:named", "explicit"),
        ("failures:issue:open", "proximity"),
        ("failures:issue:late", None),
    ]


def test_an_incident_is_never_blamed_on_another_service(query: Callable[[str], Rows]) -> None:
    assert query(
        "select deployment_key from marts.fct_incidents where incident_key like 'bystander%'"
    ) == [(None,)]
    assert deployments(query, "innocent", "has_failed") == [(False,), (False,)]


def test_a_revert_blames_the_deployment_that_carried_what_it_takes_back(
    query: Callable[[str], Rows],
) -> None:
    assert deployments(query, "revert", "failure_evidence, restored_at, rework_reasons") == [
        ([], None, []),
        (["revert"], at(12.5), []),
        ([], None, ["revert"]),
        ([], None, []),
    ]


def test_a_hotfix_blames_exactly_one_deployment(query: Callable[[str], Rows]) -> None:
    assert deployments(query, "hotfix", "failure_evidence, restored_at, rework_reasons") == [
        ([], None, []),
        ([], None, []),
        (["hotfix"], at(31), []),
        ([], None, ["hotfix"]),
    ]


def test_only_others_reviews_between_ready_and_merge_count(query: Callable[[str], Rows]) -> None:
    rows = changes(query, "reviews", "change_key, first_review_at, approved_at")
    assert [row for row in rows if row[0].startswith("reviews:")] == [
        ("reviews:1", at(8), at(9)),
        ("reviews:2", None, None),
    ]


def test_what_is_deployed_by_name_comes_from_the_repository_of_its_service(
    query: Callable[[str], Rows],
) -> None:
    assert query(
        "select finished_at, rollout_key from marts.fct_deployments where service_key = 'paged' order by 1"
    ) == [(at(5), "argocd:1"), (at(10), "argocd:2")]
    assert carried(query, "paged") == {"a": None, "b": 10}


def test_an_incident_of_two_tools_counts_once_and_is_tied_to_the_deployment(
    query: Callable[[str], Rows],
) -> None:
    assert query(
        """select incident_key, severity, opened_at, acknowledged_at, restored_at, resolved_at, link_method, report_keys
        from marts.fct_incidents where service_key = 'paged'"""
    ) == [
        (
            "pagerduty:incident:PAGED01",
            "sev2",
            at(11),
            at(11.5),
            at(13),
            at(14),
            "proximity",
            ["incident_io:incident:01PAGED", "pagerduty:incident:PAGED01"],
        )
    ]
    assert query(
        "select told_service_name, is_mapped from marts.dim_service_names where source = 'pagerduty' order by 1"
    ) == [("PSERVICE", False), ("paged-pages", True)]
