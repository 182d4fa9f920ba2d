"""ServiceNow's Table API of one instance → raw_servicenow, each table by the time of its last change.

    incident, change_request, sysapproval_approver        by `sys_updated_on`
    sys_audit, of the state of incidents alone            by `sys_created_on`

Every field comes with its `value`, whose times are UTC, and its `display_value`; only the fields that staging reads are
asked for.
"""

from datetime import UTC, datetime, timedelta

import dlt

from pipelines import rest
from pipelines.landing import LoadSummary, Progress

API = rest.Api(
    source="servicenow",
    title="ServiceNow",
    headers={"Accept": "application/json"},
    auth=rest.basic("servicenow", user="user", key="password"),
)
PAGES = rest.OffsetPaginator(
    limit=1000, offset_param="sysparm_offset", limit_param="sysparm_limit", total_path=None
)
TASK = "sys_id number state business_service cmdb_ci correlation_id sys_created_on sys_updated_on"
INCIDENT = (
    f"{TASK} severity priority urgency category short_description description close_notes close_code caused_by"
    " parent_incident opened_by reopen_count opened_at work_start resolved_at closed_at"
)
CHANGE = f"{TASK} type approval requested_by start_date end_date work_start work_end close_code"
APPROVAL = "sys_id state sysapproval source_table approver sys_created_on sys_updated_on"
AUDIT = "sys_id documentkey oldvalue newvalue user sys_created_on"


def configured() -> bool:
    """True where `[sources.servicenow]` names an instance."""
    return bool(dlt.config.get("sources.servicenow.base_url", str))


def reach() -> None:
    """Ask one thing; raises `LoadError` where the API or the token does not do."""
    rest.reach(API, "api/now/table/incident", {"sysparm_limit": 1, "sysparm_fields": "sys_id"})


def load_api(
    *,
    since: datetime | None = None,
    full_refresh: bool = False,
    progress: Progress | None = None,
) -> LoadSummary:
    """Land what is new in the whole instance; see `pipelines.rest.load`."""
    return rest.load(
        API,
        [rest.Scope("servicenow")],
        lambda scope: listings(),
        since=since,
        full_refresh=full_refresh,
        progress=progress,
    )


def listings() -> list[rest.Listing]:
    """The tables that are read."""
    return [
        table("incidents", "incident", INCIDENT),
        table("change_requests", "change_request", CHANGE),
        table("approvals", "sysapproval_approver", APPROVAL, "source_table=change_request"),
        table("audits", "sys_audit", AUDIT, "tablename=incident^fieldname=state", "sys_created_on"),
    ]


def table(
    name: str, path: str, fields: str, where: str = "", clock: str = "sys_updated_on"
) -> rest.Listing:
    """One table, in the order of its clock."""

    def query(*conditions: str) -> dict[str, str]:
        return {"sysparm_query": "^".join(filter(None, [where, *conditions, f"ORDERBY{clock}"]))}

    def stretch(since: datetime, until: datetime) -> dict[str, str]:
        return query(f"{clock}>={since.astimezone(UTC):%Y-%m-%d %H:%M:%S}")

    return rest.Listing(
        table=name,
        path=f"api/now/table/{path}",
        selector="result",
        params={
            **query(),
            "sysparm_display_value": "all",
            "sysparm_fields": fields.replace(" ", ","),
        },
        paginator=PAGES,
        version=("sys_id.value", f"{clock}.value"),
        key="sys_id.value",
        clock=f"{clock}.value",
        since=stretch,
        # the zone in which a query's times are read may be the user's own
        look_back=timedelta(days=1),
    )
