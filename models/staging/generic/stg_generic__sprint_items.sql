with versions as (
    select *
    from {{ ref("base_generic__records") }}
    where record_type = 'sprint_item'
        and not is_set_aside
),

sprint_items as (
    select
        'generic' as source,
        'generic:sprint:' || {{ latest("sprint") }} as sprint_key,
        'generic:work_item:' || {{ latest("work_item") }} as work_item_key,
        {{ ts_utc(latest("added_at")) }} as added_at,
        {{ ts_utc(latest("removed_at")) }} as removed_at,
        max_by(record_key, version_key) as record_key,
        max(_dlt_load_id) as _dlt_load_id
    from versions
    group by id
    having not coalesce({{ latest("is_deleted") }} = 'true', false)
)

select * from sprint_items
