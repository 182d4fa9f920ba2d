{#- What staging owes the event model: the columns of each entity, in their order, with their types. A `stg_<source>__<entity>` has
    exactly these, then `record_key` and `_dlt_load_id` (tests/test_contracts.py); docs: the `col_` blocks of models/docs.md and models/staging/docs.md.

        text, flag, time (UTC, without zone), count (whole number), number, texts (a list)

    `number` of an incident is text, as its tool writes it; that of a work item is a count. What other texts name stands in
    `named_references`: the plain word is reserved in SQL. -#}
{% macro staging_contract(entity) -%}
    {%- set contract -%}
    repositories: source text, repository_key text, default_branch text, default_head_sha text, is_shallow flag, is_deleted flag,
        declared_tag_regex text;
    changes: source text, change_key text, repository_key text, change_number count, merge_commit_sha text, head_sha text, actor_key text,
        target_branch text, source_branch text, labels texts, closed_references texts, url text, lines_added count, lines_deleted count,
        files_changed count, commit_count count, is_bot flag, is_revert flag, is_deleted flag, opened_at time, ready_at time, merged_at time,
        closed_at time;
    change_commits: source text, change_key text, repository_key text, commit_sha text, author_key text, message_hash text, authored_at time,
        committed_at time;
    commits: source text, repository_key text, commit_sha text, author_key text, committer_key text, message_hash text, patch_id text,
        reverted_shas texts, parent_count count, change_number count, is_author_bot flag, has_paths flag, authored_at time, committed_at time;
    commit_parents: source text, repository_key text, commit_sha text, parent_sha text, parent_index count;
    commit_paths: source text, repository_key text, commit_sha text, path text, lines_added count, lines_deleted count;
    reviews: source text, review_key text, change_key text, repository_key text, actor_key text, kind text, is_bot flag, submitted_at time;
    builds: source text, build_key text, run_key text, repository_key text, commit_sha text, actor_key text, kind text, name text, trigger text,
        branch text, environment_name text, outcome text, url text, attempt count, is_allowed_failure flag, created_at time, started_at time,
        finished_at time;
    deployments: source text, candidate_key text, repository_key text, commit_sha text, build_run_key text, actor_key text, service_name text,
        kind text, name text, branch text, tag_name text, environment_name text, outcome text, url text, is_prerelease flag, is_deleted flag,
        created_at time, started_at time, finished_at time;
    work_items: source text, work_item_key text, repository_key text, project_key text, number count, actor_key text, type_name text, labels texts,
        state text, resolution text, status_name text, status_category text, priority_name text, estimate number, parent_key text,
        cause_references texts, service_names texts, severity_name text, url text, reopened_count count, is_deleted flag, created_at time,
        closed_at time;
    work_item_transitions: source text, work_item_key text, transition_key text, occurred_at time, kind text, label text, from_status text,
        to_status text, to_category text, actor_key text;
    sprints: source text, sprint_key text, project_key text, name text, state text, starts_at time, ends_at time, completed_at time, is_deleted flag,
        url text;
    sprint_items: source text, sprint_key text, work_item_key text, added_at time, removed_at time;
    incidents: source text, incident_key text, kind text, number text, project_key text, repository_key text, service_names texts,
        service_aliases texts, labels texts, severity_name text, priority_name text, state text, merged_into_key text, named_references texts,
        cause_references texts, reopened_count count, is_deleted flag, url text, opened_at time, acknowledged_at time, mitigated_at time, resolved_at time,
        postmortem_at time, actor_key text;
    incident_events: source text, event_key text, incident_key text, kind text, occurred_at time, actor_key text;
    incident_actions: source text, action_key text, incident_key text, state text, created_at time, due_at time, completed_at time, url text;
    approvals: source text, approval_key text, subject_kind text, subject_key text, service_name text, environment_name text, state text,
        requested_at time, decided_at time, actor_key text, requester_key text, url text;
    slos: source text, slo_key text, service_name text, name text, objective number, window_kind text, window_days number, calendar_unit text,
        budgeting_method text, starts_at time, is_deleted flag, url text;
    slo_measurements: source text, measurement_key text, slo_key text, started_at time, ended_at time, good_count number, total_count number,
        ratio number;
    survey_responses: source text, answer_key text, survey_key text, response_key text, question_key text, respondent_key text, team_name text,
        service_name text, score number, scale_min number, scale_max number, choice text, submitted_at time, invited_count count;
    costs: source text, cost_key text, kind text, service_name text, team_name text, amount number, currency text, count count, starts_at time,
        ends_at time;
    measurements: source text, measurement_key text, name text, service_name text, repository_key text, team_name text, measured_at time,
        value number, unit text, numerator number, denominator number;
    vulnerabilities: source text, vulnerability_key text, repository_key text, service_name text, severity_name text, state text, opened_at time,
        fixed_at time, dismissed_at time, url text;
    catalogue: source text, entity_key text, kind text, name text, service_name text, repository_key text, path_prefix text, system_name text,
        owner_name text, lifecycle text, tier text, is_deleted flag, url text;
    load_ledger: source text, scope text, entity text, channel text, covered_from time, covered_until time;
    quarantine: source text, stage text, record_key text, repository_key text, entity text, channel text, event text, json_path text, reason text,
        is_set_aside flag, is_open flag, received_at time;
    sightings: source text, entity text, object_key text, repository_key text, is_told flag, is_end_told flag, began_at time, ended_at time,
        first_webhook_at time, last_webhook_at time, first_api_at time, last_api_at time;
    {%- endset -%}
    {%- for line in contract.split(';') if line.split(':')[0].strip() == entity -%}
        {{ (line.split(':')[1] ~ ('' if 'record_key' in line else ', record_key text')).split() | join(' ') }}
    {%- endfor -%}
{%- endmacro %}

{#- The SQL type of a word of the contract. -#}
{% macro contract_type(word) -%}
    {%- if word == 'texts' -%}{{ texts_type() }}
    {%- else -%}{{ {'text': 'varchar', 'flag': 'boolean', 'time': 'timestamp', 'count': 'bigint', 'number': 'double'}[word] }}
    {%- endif -%}
{%- endmacro %}

{#- The rows of one entity from all sources that tell it: a source joins by one line in the list. Empty and typed where none does yet.
    Which load brought a row is staging's own matter. -#}
{% macro union_of(entity, sources) -%}
    {%- set columns = staging_contract(entity).split(', ') -%}
    {%- if columns == [''] -%}{{ exceptions.raise_compiler_error('macros/contract.sql knows no entity ' ~ entity) }}{%- endif -%}
    {%- for source in sources %}
    select {% for column in columns %}{{ column.split(' ')[0] }}{{ ', ' if not loop.last }}{% endfor %}
    from {{ ref('stg_' ~ source ~ '__' ~ entity) }}
    {{- '\n    union all' if not loop.last }}
    {%- else %}
    select
        {%- for column in columns %}
        cast(null as {{ contract_type(column.split(' ')[1]) }}) as {{ column.split(' ')[0] }}{{ ',' if not loop.last }}
        {%- endfor %}
    where 1 = 0
    {%- endfor %}
{%- endmacro %}
