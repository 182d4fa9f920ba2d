"""The API backfill against a forge on loopback: everything once, again only what is new, and every way to fail."""

import base64
import json
import logging
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from pipelines import landing, warehouse
from pipelines.github import backfill, load_api, load_webhooks
from pipelines.github import client as github
from pipelines.github.copilot import REPORT_HOSTS, parsed
from pipelines.landing import LoadError, LoadSummary
from pipelines.rest.ledger import Part
from tests.conftest import Place
from tests.github_server import Forge, Handler, cut, serving, shop, status
from tests.vendor_server import login_page

pytestmark = pytest.mark.slow

ROWS = {
    "repositories": 1,
    "refs": 2,
    "issues": 3,
    "issue_events": 21,
    "pull_requests": 4,
    "reviews": 12,
    "pull_request_commits": 8,
    "review_comments": 7,
    "issue_comments": 7,
    "commits": 13,
    "workflow_runs": 6,
    "workflow_jobs": 15,
    "deployments": 4,
    "deployment_statuses": 12,
    "releases": 3,
    "tags": 3,
    "dependabot_alerts": 5,
}
ENTITIES = set(ROWS) - {"repositories", "refs"}
ROOT = "/repos/acme/shop"


@pytest.fixture
def forge(place: Place, monkeypatch: pytest.MonkeyPatch) -> Iterator[Forge]:
    """One repository, configured with a token."""
    monkeypatch.setenv("SOURCES__GITHUB__TOKEN", "token-of-the-test")
    monkeypatch.setenv("SOURCES__GITHUB__REPOSITORIES", '["acme/shop"]')
    monkeypatch.setenv("RUNTIME__REQUEST_BACKOFF_FACTOR", "0")
    monkeypatch.setenv("RUNTIME__REQUEST_MAX_ATTEMPTS", "3")
    with serving(shop()) as served:
        monkeypatch.setenv("SOURCES__GITHUB__BASE_URL", served.url)
        yield served


def load(**options: Any) -> LoadSummary:
    """Load, without waiting for real."""
    return load_api(sleep=lambda _: None, **options)


def keys(place: Place) -> dict[str, tuple[int, int]]:
    """Rows and distinct record keys of each raw table."""
    return {
        table: place.rows(f"select count(*), count(distinct record_key) from raw_github.{table}")[0]
        for table in ROWS
    }


def covered(place: Place) -> Counter[str]:
    """How many rows the ledger has of each entity."""
    rows = place.rows(
        "select payload ->> 'entity' from raw_github.load_ledger where event = 'coverage'"
    )
    return Counter(row[0] for row in rows)


def test_everything_lands_once_and_again_only_what_is_new(place: Place, forge: Forge) -> None:
    first = load()
    assert first.notes == ()
    found = keys(place)
    assert {table: distinct for table, (_, distinct) in found.items()} == ROWS
    assert covered(place) == Counter(ENTITIES)
    assert all(
        headers["Authorization"] == "Bearer token-of-the-test" for _, headers in forge.requests
    )
    # numbers above 2^53 stay what they are
    assert place.rows("select payload -> 'id' from raw_github.repositories") == [
        ("9007199254740994",)
    ]

    asked = len(forge.requests)
    second = load()
    assert not second.rows
    assert keys(place) == found
    assert covered(place) == Counter(dict.fromkeys(ENTITIES, 2))
    assert len(forge.requests) - asked == 13  # no request for anything that did not change

    now = (datetime.now(UTC) + timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    forge.lists[f"{ROOT}/issues"][2]["updated_at"] = now
    forge.objects[f"{ROOT}/pulls/3"]["updated_at"] = now
    head = forge.lists[f"{ROOT}/git/matching-refs/heads/main"][0]["object"]
    old, head["sha"] = head["sha"], "f" * 40
    forge.lists[f"{ROOT}/compare/{old}...{'f' * 40}"] = [
        forge.lists[f"{ROOT}/commits"][0] | {"sha": "f" * 40, "url": "new"}
    ]
    third = load()
    assert third.rows["pull_requests"] == 1
    assert third.rows["commits"] == 1
    assert keys(place)["pull_requests"] == (5, 5)
    assert third.rows["refs"] == 1
    assert "issues" not in third.rows


def test_a_full_refresh_reads_everything_again(place: Place, forge: Forge) -> None:
    load()
    assert load(full_refresh=True).rows["pull_requests"] == 4
    assert {table: distinct for table, (_, distinct) in keys(place).items()} == ROWS


def test_since_reads_no_more_than_that(place: Place, forge: Forge) -> None:
    summary = load(since=datetime(2026, 3, 1, 0, 50, tzinfo=UTC))
    assert summary.rows["pull_requests"] == 2
    assert summary.rows["issues"] == 1
    assert place.rows(
        """select distinct payload ->> 'covered_from' from raw_github.load_ledger
        where payload ->> 'entity' = 'pull_requests'"""
    ) == [("2026-03-01T00:50:00+00:00",)]


def test_what_fails_in_passing_is_asked_again(place: Place, forge: Forge) -> None:
    nothing_left = {"X_RateLimit_Remaining": "0", "X_RateLimit_Reset": "0"}
    for path, fault in {
        "/issues": cut,
        "/pulls/3": status(500),
        "/pulls/5/reviews": status(502),
        "/actions/runs/7002/jobs": status(429, Retry_After="1"),
        "/actions/runs": status(429),
        "/releases": status(403, "API rate limit exceeded", **nothing_left),
        "/git/tags/.*": status(403, "You have exceeded a secondary rate limit"),
        "/deployments": cut,
    }.items():
        forge.fault(ROOT + path, fault, times=2)
    assert load().notes == ()
    assert {table: distinct for table, (_, distinct) in keys(place).items()} == ROWS
    assert all(fault.times == 0 for fault in forge.faults)


def test_rate_limits_are_waited_for_as_long_as_github_says(
    forge: Forge, caplog: pytest.LogCaptureFixture
) -> None:
    pauses: list[float] = []
    reset = str(int(time.time()) + 600)
    forge.fault(f"{ROOT}/releases", status(429, Retry_After="17"))
    forge.fault(f"{ROOT}/releases", status(403, X_RateLimit_Remaining="0", X_RateLimit_Reset=reset))
    forge.fault(f"{ROOT}/releases", status(403, "You have exceeded a secondary rate limit."))
    with caplog.at_level(logging.WARNING):
        assert load_api(sleep=pauses.append).notes == ()
    assert pauses[0] == 17
    assert 590 <= pauses[1] <= 602
    assert pauses[2] == 60
    assert "rate limit" in caplog.text


def test_an_entity_that_is_refused_is_unknown_and_the_others_land(
    place: Place, forge: Forge
) -> None:
    forge.fault(f"{ROOT}/deployments", status(403, "Resource not accessible"), times=9)
    forge.fault(f"{ROOT}/pulls/3/reviews", status(404, "Not Found"), times=9)
    forge.fault(f"{ROOT}/issues/comments", status(410, "Gone"), times=9)
    disabled = "Dependabot alerts are disabled for this repository."
    forge.fault(f"{ROOT}/dependabot/alerts", status(403, disabled), times=9)
    summary = load()
    assert set(summary.notes) == {
        "acme/shop: deployments unknown: 403 Resource not accessible",
        "acme/shop: deployment_statuses unknown: 403 Resource not accessible",
        "acme/shop: reviews unknown: 404 Not Found",
        "acme/shop: issue_comments unknown: 410 Gone",
        f"acme/shop: dependabot_alerts unknown: 403 {disabled}",
    }
    unknown = {
        *("deployments", "deployment_statuses", "reviews", "issue_comments"),
        "dependabot_alerts",
    }
    assert set(covered(place)) == ENTITIES - unknown
    assert summary.rows["reviews"] == 9
    assert summary.rows["releases"] == 3


def test_a_repository_that_is_refused_is_unknown_and_the_others_land(
    place: Place, forge: Forge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCES__GITHUB__REPOSITORIES", '["acme/secret", "acme/shop"]')
    summary = load()
    assert summary.notes == ("acme/secret: repository unknown: 404 Not Found",)
    assert summary.rows["pull_requests"] == 4
    assert {row[0] for row in place.rows("select payload ->> 'scope' from raw_github.load_ledger")} == {
        "github.com/acme/shop"
    }  # fmt: skip


def test_one_repository_that_breaks_does_not_keep_the_others(
    place: Place, forge: Forge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCES__GITHUB__REPOSITORIES", '["acme/broken", "acme/shop"]')
    forge.objects["/repos/acme/broken"] = forge.objects[ROOT] | {
        "full_name": "acme/broken", "html_url": "https://github.com/acme/broken",
    }  # fmt: skip
    forge.fault("/repos/acme/broken/.*", status(500), times=1000)
    with pytest.raises(LoadError, match="acme/broken: HTTPError: 500"):
        load()
    assert {table: distinct for table, (_, distinct) in keys(place).items()} == ROWS
    forge.faults.clear()


def test_no_link_and_no_redirect_takes_the_token_to_another_host(
    place: Place, forge: Forge
) -> None:
    with serving(Forge()) as elsewhere:
        link = {"Link": f'<{elsewhere.url}{ROOT}/releases?page=2>; rel="next"'}

        def led_away(handler: Handler) -> None:
            handler.answer(forge.lists[f"{ROOT}/releases"][:1], headers=link)

        forge.fault(f"{ROOT}/releases", led_away)
        forge.fault(f"{ROOT}/deployments", status(302, Location=f"{elsewhere.url}/deployments"))
        forge.fault(f"{ROOT}/pulls/5", status(307, Location="https://example.invalid/pulls/5"))
        summary = load()
        assert elsewhere.requests == []
    assert set(summary.notes) == {
        "acme/shop: releases unknown: a Link to another host was not followed",
        "acme/shop: deployments unknown: a redirect to another host was not followed",
        "acme/shop: deployment_statuses unknown: a redirect to another host was not followed",
        "acme/shop: pull_requests unknown: a redirect to another host was not followed",
    }
    assert summary.rows["releases"] == 1


def test_a_redirect_on_the_same_host_is_followed_to_the_new_name(
    place: Place, forge: Forge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCES__GITHUB__REPOSITORIES", '["acme/old"]')
    forge.fault("/repos/acme/old", status(301, Location=f"{forge.url}{ROOT}"))
    assert load().rows["pull_requests"] == 4
    assert forge.requests[1][1]["Authorization"] == "Bearer token-of-the-test"


def test_the_adapter_itself_reaches_one_host_alone(forge: Forge) -> None:
    session = github.session_of(github.Settings(base_url=forge.url, token="t"))
    for url in ("http://127.0.0.1:9/x", "https://127.0.0.1/x", "http://example.invalid/x"):
        with pytest.raises(LoadError, match="leads to another host"):
            session.get(url)


def test_not_modified_and_an_empty_repository_are_no_error(place: Place, forge: Forge) -> None:
    forge.fault(f"{ROOT}/releases", status(304))
    forge.fault(f"{ROOT}/git/matching-refs/.*", status(409, "Git Repository is empty."), times=4)
    summary = load()
    assert summary.notes == ()
    assert "commits" not in summary.rows
    assert covered(place)["commits"] == 1


def test_a_head_that_is_gone_after_a_forced_push_reads_the_branch_again(
    place: Place, forge: Forge
) -> None:
    load()
    head = forge.lists[f"{ROOT}/git/matching-refs/heads/main"][0]["object"]
    head["sha"] = "e" * 40
    forge.lists[f"{ROOT}/compare/{'e' * 40}...{50:040x}"] = []
    summary = load()
    assert summary.notes == ()
    assert summary.rows["commits"] == 10
    assert covered(place)["commits"] == 2


def test_a_long_walk_goes_on_where_a_killed_load_was(
    place: Place, forge: Forge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backfill, "PAGES_A_PART", 1)
    forge.fault(f"{ROOT}/issues/6/events", status(500), times=3)
    with pytest.raises(LoadError, match="acme/shop"):
        load()
    landed = place.rows("select count(distinct record_key) from raw_github.pull_requests")[0][0]
    assert 0 < landed < 4
    assert "pull_requests" not in covered(place)
    asked = len(forge.requests)
    assert load().notes == ()
    assert f"{ROOT}/pulls/1" not in forge.paths()[asked:]
    assert {table: distinct for table, (_, distinct) in keys(place).items()} == ROWS
    assert set(covered(place)) == ENTITIES
    asked = len(forge.requests)
    assert not load().rows  # nothing is left to go on with
    assert len(forge.requests) - asked == 13


def test_an_item_that_changes_during_the_walk_hides_no_other(place: Place, forge: Forge) -> None:
    listed = forge.page
    calls = 0

    def moving(path: str, query: dict[str, str]) -> Any:
        nonlocal calls
        found = listed(path, query)
        if path == f"{ROOT}/issues" and (calls := calls + 1) == 1:
            forge.lists[path][0]["updated_at"] = "2026-04-01T00:00:00Z"
        return found

    forge.page = moving  # type: ignore[method-assign]
    load()
    numbers = place.rows(
        """select distinct cast(payload -> 'number' as int) as n from raw_github.issues
        union select distinct cast(payload -> 'number' as int) from raw_github.pull_requests order by n"""
    )
    assert [number for (number,) in numbers] == [1, 2, 3, 4, 5, 6, 7]


def test_alerts_are_read_down_to_what_the_last_load_saw(place: Place, forge: Forge) -> None:
    path = f"{ROOT}/dependabot/alerts"
    load()
    assert forge.paths().count(path) == 3
    alert = forge.lists[path][0]
    alert.update(state="fixed", fixed_at="2126-01-01T00:00:00Z", updated_at="2126-01-01T00:00:00Z")
    assert load().rows == {"dependabot_alerts": 1}
    assert forge.paths().count(path) == 4
    del forge.lists[path]  # the permission is taken away: what was seen stays seen, and no more
    assert load().notes == ("acme/shop: dependabot_alerts unknown: 404 Not Found",)
    assert covered(place)["dependabot_alerts"] == 2


def test_where_issues_are_switched_off_pull_requests_are_listed(place: Place, forge: Forge) -> None:
    forge.objects[ROOT]["has_issues"] = False
    del forge.lists[f"{ROOT}/issues"]
    forge.lists[f"{ROOT}/pulls"] = [forge.objects[f"{ROOT}/pulls/{n}"] for n in (1, 3, 5, 7)]
    summary = load()
    assert summary.notes == ()
    assert summary.rows["pull_requests"] == 4
    assert "issues" not in summary.rows


def test_an_organisation_names_its_repositories(
    forge: Forge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SOURCES__GITHUB__REPOSITORIES")
    monkeypatch.setenv("SOURCES__GITHUB__ORGANISATION", "acme")
    forge.lists["/orgs/acme/repos"] = [{"full_name": "acme/shop"}]
    assert load().rows["pull_requests"] == 4
    monkeypatch.setenv("SOURCES__GITHUB__ORGANISATION", "nobody")
    with pytest.raises(LoadError, match="organisation 'nobody' cannot be listed: 404"):
        load()


REPORT = "/orgs/Acme/copilot/metrics/reports/organization-28-day/latest"


@pytest.fixture
def organisation(forge: Forge, monkeypatch: pytest.MonkeyPatch) -> Forge:
    """An organisation of which Copilot's use is read, and no repository; its report has two files."""
    monkeypatch.setenv("SOURCES__GITHUB__REPOSITORIES", "[]")
    monkeypatch.setenv("SOURCES__GITHUB__COPILOT_ORGANISATIONS", '["Acme"]')
    forge.objects["/orgs/Acme/copilot/billing"] = {"seat_breakdown": {"total": 12}}
    forge.objects[REPORT] = {
        "download_links": [f"{forge.url}/files/{n}?sig=secret-of-the-link" for n in (1, 2)],
        "report_start_day": "2026-03-01",
        "report_end_day": "2026-03-28",
    }
    for n in (1, 2):
        day = {"day": f"2026-03-0{n}", "daily_active_users": n}
        forge.objects[f"/files/{n}"] = [{"day_totals": [day]}]
    return forge


def test_days_of_copilot_land_once_and_no_token_goes_to_their_files(
    place: Place, organisation: Forge
) -> None:
    assert load() == LoadSummary("github", {"copilot_seats": 1, "copilot_days": 2})
    told = {path.partition("?")[0]: "Authorization" in sent for path, sent in organisation.requests}
    assert {path: signed for path, signed in told.items() if path.startswith("/files/")} == {
        "/files/1": False,
        "/files/2": False,
    }
    assert all(signed for path, signed in told.items() if not path.startswith("/files/"))
    assert place.rows(
        """select payload ->> 'entity', payload ->> 'covered_from', payload ->> 'covered_until'
        from raw_github.load_ledger where payload ->> 'scope' = 'github:organisation:acme'
        and payload ->> 'entity' = 'copilot_days'"""
    ) == [("copilot_days", "2026-03-01T00:00:00+00:00", "2026-03-29T00:00:00+00:00")]
    assert not load().rows
    organisation.objects["/files/2"][0]["day_totals"][0]["daily_active_users"] = 5
    assert load().rows == {"copilot_days": 1}
    assert load(full_refresh=True).rows == {"copilot_seats": 1, "copilot_days": 2}


def test_a_report_that_cannot_be_read_is_unknown_and_its_link_is_not_told(
    place: Place, organisation: Forge, caplog: pytest.LogCaptureFixture
) -> None:
    def unknown(reason: str) -> None:
        with caplog.at_level(logging.DEBUG, "pipelines"):
            assert load().notes == (f"Acme: copilot_days unknown: {reason}",)
        assert "secret-of-the-link" not in caplog.text
        assert "copilot_days" not in covered(place)

    organisation.fault("/files/2", status(403, "expired"))
    unknown("its file cannot be read (403)")
    organisation.fault("/files/2", cut, times=9)
    unknown("its file cannot be read (ChunkedEncodingError)")
    organisation.faults.clear()
    organisation.fault("/files/2", status(302, Location="https://example.invalid/"))
    unknown("its file cannot be read (302)")
    organisation.fault("/files/2", login_page)
    unknown("its file is no JSON")
    report = organisation.objects[REPORT]
    for host in ("example.invalid", "copilot-reports.github.com.example.invalid"):
        report["download_links"] = [f"https://{host}/1?sig=secret-of-the-link"]
        unknown(f"its file is on another host ({host})")
    organisation.fault("/orgs/.*/reports/.*", status(403, "no permission"))
    unknown("403 no permission")
    assert covered(place)["copilot_seats"] == 7


def test_seats_without_permission_are_unknown_and_the_days_land(
    place: Place, organisation: Forge
) -> None:
    del organisation.objects["/orgs/Acme/copilot/billing"]
    summary = load()
    assert summary.notes == ("Acme: copilot_seats unknown: 404 Not Found",)
    assert summary.rows == {"copilot_days": 2}
    assert covered(place) == {"copilot_days": 1}


@pytest.mark.parametrize(
    ("link", "is_theirs"),
    [
        ("copilot-reports.github.com", True),
        ("copilot-reports.acme.ghe.com", True),
        ("copilot-reports-production-a1.b01.azurefd.net", True),
        ("copilot-reports.github.com.example.com", False),
        ("copilot-reports-a.b.b01.azurefd.net", False),
        ("github.com", False),
    ],
)
def test_reports_lie_on_hosts_of_github(link: str, is_theirs: bool) -> None:
    assert bool(REPORT_HOSTS.fullmatch(link)) is is_theirs


def test_a_bad_token_and_bad_settings_say_what_to_do(
    forge: Forge, monkeypatch: pytest.MonkeyPatch
) -> None:
    forge.fault(".*", status(401, "Bad credentials"))
    with pytest.raises(LoadError, match=r"does not know the token .*secrets\.toml"):
        load()
    monkeypatch.setenv("SOURCES__GITHUB__REPOSITORIES", '["shop"]')
    with pytest.raises(LoadError, match=r"'shop' .* is not of the form 'owner/name'"):
        load()
    monkeypatch.setenv("SOURCES__GITHUB__REPOSITORIES", "[]")
    with pytest.raises(LoadError, match="nothing to load"):
        load()
    monkeypatch.setenv("SOURCES__GITHUB__BASE_URL", "http://forge.example.com")
    with pytest.raises(LoadError, match="not encrypted"):
        load()
    monkeypatch.setenv("SOURCES__GITHUB__BASE_URL", "forge")
    with pytest.raises(LoadError, match="is no address"):
        load()


def test_an_app_signs_in_and_renews_its_token(
    place: Place, forge: Forge, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = rsa.generate_private_key(65537, 2048).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    monkeypatch.delenv("SOURCES__GITHUB__TOKEN")
    monkeypatch.setenv("SOURCES__GITHUB__APP_ID", "12345")
    monkeypatch.setenv("SOURCES__GITHUB__PRIVATE_KEY", key.decode())
    forge.lists["/app/installations"] = [{"id": 9}]
    soon = (datetime.now(UTC) + timedelta(seconds=200)).strftime("%Y-%m-%dT%H:%M:%SZ")
    later = (datetime.now(UTC) + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    forge.objects["/app/installations/9/access_tokens"] = {"token": "second", "expires_at": later}
    forge.fault(
        "/app/installations/9/access_tokens",
        lambda handler: handler.answer({"token": "first", "expires_at": soon}, 201),
    )
    load()
    used = Counter(
        headers["Authorization"] for path, headers in forge.requests if path.startswith("/repos")
    )
    assert used == {"Bearer first": 1, "Bearer second": used.total() - 1}
    signed = next(headers for path, headers in forge.requests if path == "/app/installations")
    claims = signed["Authorization"].split(".")[1]
    assert json.loads(base64.urlsafe_b64decode(claims + "=="))["iss"] == "12345"


@pytest.mark.slow
def test_api_and_webhook_of_the_same_objects_are_one_row_in_staging(
    place: Place, forge: Forge, tmp_path: Any
) -> None:
    load()
    repository = forge.objects[ROOT]
    deliveries = [
        ("pull_request", {"action": "closed", "pull_request": forge.objects[f"{ROOT}/pulls/1"]}),
        ("pull_request", {"action": "closed", "pull_request": forge.objects[f"{ROOT}/pulls/3"]}),
        ("issues", {"action": "closed", "issue": forge.lists[f"{ROOT}/issues"][1]}),
        ("release", {"action": "released", "release": forge.lists[f"{ROOT}/releases"][0]}),
        ("deployment", {"action": "created", "deployment": forge.lists[f"{ROOT}/deployments"][0]}),
        (
            "dependabot_alert",
            {"action": "fixed", "alert": forge.lists[f"{ROOT}/dependabot/alerts"][1]},
        ),
    ]
    for number, (event, body) in enumerate(deliveries):
        text = json.dumps(body | {"repository": repository, "sender": {"login": "ada"}})
        (tmp_path / f"{event}.{number}.json").write_text(text)
    load_webhooks(tmp_path)
    load(full_refresh=True)  # every raw row twice
    for _ in range(2):  # built at once, then upon that
        built = warehouse.build(select="staging.github bots")
        assert built.ok, [str(failure) for failure in built.failures] or built.error
        counts = {
            entity: place.rows(f"select count(*) from staging.stg_github__{entity}")[0][0]
            for entity in ("repositories", "changes", "change_commits", "commits", "work_items")
        }
        assert counts == {
            "repositories": 1, "changes": 4, "change_commits": 8, "commits": 21, "work_items": 3,
        }  # fmt: skip
        assert place.rows(
            """select state, count(*), count(fixed_at), count(dismissed_at) from staging.stg_github__vulnerabilities
            group by 1 order by 1"""
        ) == [("dismissed", 2, 0, 2), ("fixed", 1, 1, 0), ("open", 2, 0, 0)]
        assert place.rows(
            "select kind, count(*) from staging.stg_github__deployments group by 1 order by 1"
        ) == [("deployment", 4), ("release", 3), ("tag", 2)]
        assert place.rows(
            "select kind, count(*) from staging.stg_github__builds group by 1 order by 1"
        ) == [("job", 15), ("run", 6)]
        assert place.rows(
            "select kind, count(*) from staging.stg_github__reviews group by 1 order by 1"
        ) == [("approved", 12), ("commented", 11)]
        # a tag's own time, and its commit through the tag object
        assert place.rows(
            """select name, commit_sha, finished_at from staging.stg_github__deployments
            where kind = 'tag' order by 1"""
        ) == [
            ("v1", f"{5:040x}", datetime(2026, 3, 1, 0, 5)),
            ("v2", f"{7:040x}", datetime(2026, 3, 1, 1, 10)),
        ]
        load()


def test_a_file_is_an_object_a_list_or_lines() -> None:
    day = '{"day_totals": [{"day": "2026-03-01"}]}'
    for text, count in ((day, 1), (f"[{day}, {day}]", 2), (f"{day}\n{day}\n\n", 2)):
        assert len(parsed(text)) == count
    with pytest.raises(ValueError, match="Expecting"):
        parsed(f"{day}\n<html>")


def test_keys_tell_versions_apart() -> None:
    pull = {"id": 1, "updated_at": "2026-01-01T00:00:00Z", "title": "a"}
    key = backfill.record_key
    assert key("pull_requests", pull) == key("pull_requests", pull | {"title": "b"})
    assert key("pull_requests", pull) != key("pull_requests", pull | {"updated_at": "2026-01-02"})
    assert key("pull_requests", pull) != key("issues", pull)
    assert key("reviews", pull) != key("reviews", pull | {"title": "b"})
    assert landing.key_of("a", "bc") != landing.key_of("ab", "c")


def test_the_first_load_of_a_day_looks_further_back() -> None:
    def floor(walk: str, since: datetime | None, until: datetime) -> str | None:
        return backfill.floor(walk, Part(since, until))

    night = datetime(2026, 3, 9, 23, 55, tzinfo=UTC)
    assert floor("builds", night, night + timedelta(hours=1)) == "2026-02-02T23:55:00Z"
    assert floor("builds", night - timedelta(hours=1), night) == "2026-03-02T22:55:00Z"
    assert floor("deployments", night, night + timedelta(hours=1)) == "2026-02-07T23:55:00Z"
    assert floor("builds", None, night) is None
