"""SonarQube: the webhook's sample of the documentation with other names and times, and answers of our own."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from tests.sources import Case, Delivery, Provenance
from tests.vendor_server import Api, Page, Request, Route, Vendor, status

WEBHOOK = "https://docs.sonarsource.com/sonarqube-server/project-administration/webhooks"
DOCUMENTED = "https://docs.sonarsource.com/sonarqube-server/extension-guide/web-api"
DAY = "2026-03-02"


def analysis(time: str, gate: str, coverage: str | None, **more: Any) -> Delivery:
    """A webhook."""
    conditions = [
        {"metric": "new_coverage", "operator": "LESS_THAN", "status": "NO_VALUE", "errorThreshold": "80"},
        {"metric": "coverage", "operator": "LESS_THAN", "status": gate, "errorThreshold": "80"}
        | ({"value": coverage} if coverage else {}),
    ]  # fmt: skip
    body = {
        "serverUrl": "https://sonar.example.com",
        "taskId": f"task-{time}",
        "status": "SUCCESS",
        "analysedAt": f"{DAY}T{time}+0100",
        "revision": "c739069ec7105e01303e8b3065a81141aad9f129",
        "project": {"key": "shop", "name": "Shop", "url": "https://sonar.example.com/dashboard?id=shop"},
        "properties": {},
        "branch": {"name": "main", "type": "BRANCH", "isMain": True},
        "qualityGate": {"conditions": conditions, "name": "Sonar way", "status": gate},
        **more,
    }  # fmt: skip
    return Delivery(body, received_at=f"{DAY}T{time}+01:00")


WEBHOOKS = [
    analysis("10:00:00", "OK", "81.5"),
    analysis("11:00:00", "ERROR", "79.0"),
    # not the project's: a pull request, and an analysis that failed
    analysis("12:00:00", "OK", "99.0", branch={"name": "7", "type": "PULL_REQUEST", "isMain": False}),
    analysis("13:00:00", "NONE", None, status="FAILED"),
]  # fmt: skip


def point(time: str, value: str | None) -> dict[str, str]:
    """A point of a history; what was not measured has no value."""
    return {"date": f"{DAY}T{time}+0100", **({"value": value} if value is not None else {})}


HISTORY = {
    "alert_status": [point("10:00:00", "OK"), point("14:00:00", "ERROR")],
    # the first is the webhook's as well
    "coverage": [point("10:00:00", "81.5"), point("14:00:00", "80.25"), point("15:00:00", None)],
    "ncloc": [point("14:00:00", "1200")],
}


def issue(key: str, status: str, updated: str, **more: Any) -> dict[str, Any]:
    """An issue as the API lists it."""
    return {
        "key": key,
        "rule": "java:S2077",
        "severity": "CRITICAL",
        "component": "shop:src/Shop.java",
        "project": "shop",
        "status": status,
        "message": "Make sure that this is safe.",
        "creationDate": f"{DAY}T09:00:00+0100",
        "updateDate": f"{DAY}T{updated}+0100",
        "type": "VULNERABILITY",
        **more,
    }


ISSUES = [
    issue("V1", "OPEN", "09:00:00"),
    issue("V2", "CLOSED", "10:00:00", resolution="FIXED", closeDate=f"{DAY}T10:00:00+0100"),
    issue("V3", "RESOLVED", "11:00:00", resolution="WONTFIX", severity="MINOR"),
]


def paged(request: Request, items: Sequence[Any], size: int, url: str) -> Page:
    """A page, and how many items there are of all."""
    number = int(request.get("p", 1))
    tells = {"paging": {"pageIndex": number, "pageSize": size, "total": len(items)}}
    return items[(number - 1) * size : number * size], tells, {}


def history(request: Request, items: Sequence[Any], size: int, url: str) -> Page:
    """A page of the points of one metric, which are those since `from`."""
    since = datetime.fromisoformat(request.get("from", "1970-01-01T00:00:00+0000"))
    found = [one for one in items if datetime.fromisoformat(one["date"]) >= since]
    points, tells, headers = paged(request, found, size, url)
    return [{"metric": request.get("metrics"), "history": points}], tells, headers


def routes() -> dict[str, Route | list[Route]]:
    """Two projects: one of them was never analysed."""
    return {
        "/api/components/search_projects": Route(
            [{"key": "bare", "name": "Bare"}, {"key": "shop", "name": "Shop"}], "components", paged
        ),
        "/api/measures/search_history": Route(
            lambda asked: (
                HISTORY.get(asked.get("metrics"), []) if asked.get("component") == "shop" else []
            ),
            "measures",
            history,
        ),
        "/api/issues/search": Route(
            lambda asked: ISSUES if asked.get("componentKeys") == "shop" else [], "issues", paged
        ),
    }


def refused(vendor: Vendor) -> None:
    """One of the two projects may not be read."""
    vendor.fault(
        r"/api/issues/search\?.*componentKeys=bare.*", status(403, "not for you"), times=100
    )


def measured(name: str, time: str, value: float, unit: str) -> dict[str, Any]:
    """The row of a measurement."""
    return {
        "name": name,
        "service_name": "shop",
        "measured_at": f"{DAY} {time}",
        "value": value,
        "unit": unit,
    }


ROWS = {
    "measurements": [
        # told by both doors
        measured("quality_gate_passed", "09:00:00", 1.0, "flag"),
        measured("test_coverage", "09:00:00", 81.5, "percent"),
        # by the webhook alone
        measured("quality_gate_passed", "10:00:00", 0.0, "flag"),
        measured("test_coverage", "10:00:00", 79.0, "percent"),
        # by the API alone
        measured("quality_gate_passed", "13:00:00", 0.0, "flag"),
        measured("test_coverage", "13:00:00", 80.25, "percent"),
        measured("lines_of_code", "13:00:00", 1200.0, "count"),
    ],
    "vulnerabilities": [
        {
            "vulnerability_key": "sonarqube:issue:V1",
            "service_name": "shop",
            "severity_name": "CRITICAL",
            "state": "open",
            "opened_at": f"{DAY} 08:00:00",
            "fixed_at": None,
            "dismissed_at": None,
        },
        {
            "vulnerability_key": "sonarqube:issue:V2",
            "state": "fixed",
            "fixed_at": f"{DAY} 09:00:00",
            "dismissed_at": None,
        },
        {
            "vulnerability_key": "sonarqube:issue:V3",
            "severity_name": "MINOR",
            "state": "dismissed",
            "fixed_at": None,
            "dismissed_at": f"{DAY} 10:00:00",
        },
    ],
    "quarantine": [],
}
CASE = Case(
    source="sonarqube",
    webhooks=WEBHOOKS,
    api=Api(
        routes,
        settings={"token": "token-of-the-test"},
        rows={"measures": 4, "vulnerabilities": 3},
        signed=("Authorization", "Bearer token-of-the-test"),
        refused=refused,
        unknown=["bare: vulnerabilities unknown: 403"],
    ),
    rows=ROWS,
    provenance=[
        Provenance(
            "documented", [("measurements", "webhook")], url=WEBHOOK, note="the sample, with other names and times"
        ),
        Provenance("own", [("measurements", "api"), ("vulnerabilities", "api")], url=DOCUMENTED),
    ],
)  # fmt: skip
