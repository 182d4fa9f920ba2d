"""The columns of every entity of staging, in order: what each `stg_<source>__<entity>` gives, whatever the source.

A name says its type (`…_at` is a UTC timestamp, `is_…` a boolean), unless `:` and another one follow. `?` says that it
may be null, `*` that the columns so marked are together the key.
"""

from typing import NamedTuple

ENTITIES = {
    "repositories": """repository_key* default_branch? default_head_sha? is_shallow is_deleted declared_tag_regex?""",
    "changes": """change_key* repository_key change_number:BIGINT? merge_commit_sha? head_sha? actor_key?
        target_branch? source_branch? labels:VARCHAR[] closed_references:VARCHAR[] url? lines_added:BIGINT?
        lines_deleted:BIGINT? files_changed:BIGINT? commit_count:BIGINT? is_bot is_revert is_deleted opened_at?
        ready_at? merged_at? closed_at?""",
    "change_commits": """change_key* repository_key commit_sha* author_key? message_hash? authored_at? committed_at?""",
    "commits": """repository_key* commit_sha* author_key? committer_key? message_hash? patch_id?
        reverted_shas:VARCHAR[] parent_count:BIGINT? change_number:BIGINT? is_author_bot has_paths authored_at?
        committed_at?""",
    "commit_parents": """repository_key* commit_sha* parent_sha* parent_index:BIGINT""",
    "commit_paths": """repository_key* commit_sha* path* lines_added:BIGINT? lines_deleted:BIGINT?""",
    "reviews": """review_key* change_key repository_key actor_key? kind is_bot submitted_at?""",
    "builds": """build_key* run_key repository_key? commit_sha? actor_key? kind name? trigger? branch?
        environment_name? outcome? url? attempt:BIGINT? is_allowed_failure created_at? started_at? finished_at?""",
    "deployments": """candidate_key* repository_key? commit_sha? build_run_key? actor_key? service_name? kind name?
        branch? tag_name? environment_name? outcome? url? is_prerelease is_deleted created_at?
        started_at? finished_at?""",
    "work_items": """work_item_key* repository_key? project_key? number:BIGINT? actor_key? type_name?
        labels:VARCHAR[] state? resolution? status_name? status_category? priority_name? estimate:DOUBLE?
        parent_key? cause_references:VARCHAR[] service_names:VARCHAR[] severity_name? url? reopened_count:BIGINT
        is_deleted created_at? closed_at?""",
    "work_item_transitions": """work_item_key transition_key* occurred_at kind label? from_status? to_status?
        to_category? actor_key?""",
    "sprints": """sprint_key* project_key? name state starts_at? ends_at? completed_at? is_deleted url?""",
    "sprint_items": """sprint_key* work_item_key* added_at* removed_at?""",
    "incidents": """incident_key* kind number? project_key? repository_key? service_names:VARCHAR[]
        service_aliases:VARCHAR[] labels:VARCHAR[] severity_name? priority_name? state merged_into_key?
        named_references:VARCHAR[] cause_references:VARCHAR[] reopened_count:BIGINT is_deleted url? opened_at
        acknowledged_at? mitigated_at? resolved_at? postmortem_at? actor_key?""",
    "incident_events": """event_key* incident_key kind occurred_at actor_key?""",
    "incident_actions": """action_key* incident_key state created_at due_at? completed_at? url?""",
    "approvals": """approval_key* subject_kind subject_key service_name? environment_name? state requested_at
        decided_at? actor_key? requester_key? url?""",
    "slos": """slo_key* service_name name objective:DOUBLE window_kind window_days:DOUBLE? calendar_unit?
        budgeting_method starts_at? is_deleted url?""",
    "slo_measurements": """measurement_key* slo_key started_at ended_at good_count:DOUBLE? total_count:DOUBLE?
        ratio:DOUBLE?""",
    "survey_responses": """answer_key* survey_key response_key question_key respondent_key? team_name? service_name?
        score:DOUBLE? scale_min:DOUBLE? scale_max:DOUBLE? choice? submitted_at invited_count:BIGINT?""",
    "costs": """cost_key* kind service_name? team_name? amount:DOUBLE currency count:BIGINT? starts_at ends_at""",
    "measurements": """measurement_key* name service_name? repository_key? team_name? measured_at value:DOUBLE unit?
        numerator:DOUBLE? denominator:DOUBLE?""",
    "vulnerabilities": """vulnerability_key* repository_key? service_name? severity_name state opened_at fixed_at?
        dismissed_at? url?""",
    "catalogue": """entity_key* kind name service_name? repository_key? path_prefix? system_name? owner_name?
        lifecycle? tier? is_deleted url?""",
}
LINEAGE = "record_key? _dlt_load_id"


class Column(NamedTuple):
    """A column of the contract, its type as DuckDB says it."""

    name: str
    type: str
    is_nullable: bool
    is_key: bool


def columns(entity: str) -> list[Column]:
    """The contract of one entity."""
    return [column(word) for word in f"source {ENTITIES[entity]} {LINEAGE}".split()]


def column(word: str) -> Column:
    """A column as the contract writes it."""
    name, _, kind = word.rstrip("?*").partition(":")
    if not kind:
        kind = "TIMESTAMP" if name.endswith("_at") else "VARCHAR"
        kind = "BOOLEAN" if name.startswith(("is_", "has_")) else kind
    return Column(name, kind, word.endswith("?"), word.endswith("*"))
