with versions as (
    select *
    from {{ ref("base_generic__records") }}
    where record_type = 'work_item_transition'
        and not is_set_aside
),

work_item_transitions as (
    select
        'generic' as source,
        'generic:work_item:' || {{ latest("work_item") }} as work_item_key,
        concat('generic:work_item_transition:', id) as transition_key,
        {{ ts_utc(latest("occurred_at")) }} as occurred_at,
        {{ latest("kind") }} as kind,
        {{ latest("label") }} as label,
        {{ latest("from_status") }} as from_status,
        {{ latest("to_status") }} as to_status,
        {{ latest("to_category") }} as to_category,
        {{ actor_key(latest("actor")) }} as actor_key,
        max_by(record_key, version_key) as record_key,
        max(_dlt_load_id) as _dlt_load_id
    from versions
    group by id
    having not coalesce({{ latest("is_deleted") }} = 'true', false)
)

select * from work_item_transitions
