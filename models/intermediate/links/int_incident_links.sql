-- Which reports are one incident: where one names another, or was merged into it, and whatever hangs together by such links.
with reports as (
    select
        *,
        -- the first of a component gives it its name: an incident before a ticket before an alert, what was merged last
        row_number() over (
            order by
                state = 'merged',
                case kind when 'incident' then 1 when 'ticket' then 2 else 3 end,
                opened_at nulls last,
                report_key
        ) as ord
    from {{ ref('int_incident_reports') }}
),

-- how others may name it: by address, key, the tool's own id where it is like no word or plain number, or a number with its prefix
forms as (
    select report_key, lower(rtrim(url, '/')) as name from reports
    union
    select report_key, lower(report_key) as name from reports
    union
    select report_key, lower(split_part(report_key, ':', -1)) as name
    from reports
    where {{ re_match("split_part(report_key, ':', -1)", "'.*[^0-9].*'") }} and length(split_part(report_key, ':', -1)) >= 6
    union
    select report_key, lower(number) as name
    from reports
    where {{ re_match('number', "'.*[^0-9#].*'") }}
    union
    select report_key, concat({{ re_replace('repository_key', '^[^/]+/', '') }}, '#', number) as name
    from reports
    where repository_key is not null and number is not null
    union
    select report_key, lower(concat(split_part(project_key, ':', -1), '-', number)) as name
    from reports
    where project_key is not null and repository_key is null and {{ re_match('number', "'[0-9]+'") }}
),

-- a name that fits two reports tells neither
names as (
    select name, min(report_key) as report_key
    from forms
    where name <> ''
    group by name
    having count(*) = 1
),

mentions as (
    select report_key, lower(rtrim(trim(_mention.mention), '/')) as mention
    from reports, {{ explode('reports.named_references', 'mention') }}
),

named as (
    select mentions.report_key, names.report_key as other_key
    from mentions
    inner join names on mentions.mention = names.name
    union
    -- an address of another form ends in the id or number
    select mentions.report_key, names.report_key as other_key
    from mentions
    inner join names on split_part(split_part(mentions.mention, '?', 1), '/', -1) = names.name
    where mentions.mention like 'http%'
),

links as (
    select reports.report_key, others.report_key as other_key
    from named
    inner join reports on named.report_key = reports.report_key
    inner join reports as others on named.other_key = others.report_key
    -- a tool tells an incident once: its second one is another, and one of another month is only mentioned
    where (reports.source <> others.source or reports.kind <> others.kind)
        and coalesce(others.opened_at <= reports.resolved_at + interval 7 days, true)
        and coalesce(reports.opened_at <= others.resolved_at + interval 7 days, true)
    union
    select reports.report_key, others.report_key as other_key
    from reports
    inner join reports as others
        on lower(rtrim(reports.url, '/')) = lower(rtrim(others.url, '/')) and reports.source <> others.source
    union
    select report_key, merged_into_key as other_key
    from reports
    where merged_into_key in (select known.report_key from reports as known)
),

seeds as (
    select '' as stream_key, '' as repository_key, report_key as commit_sha, ord from reports
),

edges as (
    select '' as repository_key, report_key as commit_sha, other_key as parent_sha from links
    union
    select '' as repository_key, other_key as commit_sha, report_key as parent_sha from links
),

reached as (
    {{ first_reaching('seeds', 'edges') }}
)

select
    reached.commit_sha as report_key,
    mains.report_key as incident_key
from reached
inner join reports as mains on reached.ord = mains.ord
