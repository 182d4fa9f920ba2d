with headline as (
    select * from {{ ref('rpt_headline') }}
),

large_movements as (
    select
        *,
        case segment_type when 'organisation' then 1 when 'team' then 2 else 3 end as type_order
    from headline
    where judgement in ('better', 'worse')
        and sample_size >= 5
        and (is_signal or abs(change_ratio) >= 0.2)
        and (segment_type = 'organisation' or (segment_type in ('team', 'service') and is_headline))
),

told_once as (
    -- a team of one service moves as that service does
    select *
    from (
        select
            *,
            row_number() over (
                partition by metric_key, value, previous_text, sample_size
                order by type_order asc, segment_order asc
            ) as telling
        from large_movements
    ) as tellings
    where telling = 1
),

changes as (
    select
        *,
        row_number() over (
            order by is_signal desc, type_order asc, abs(change_ratio) desc, segment_order asc, metric_order asc
        ) as change_order
    from told_once
),

what_changed as (
    select
        -- ids
        headline_key,
        metric_key,
        segment_type,
        -- text
        metric_name,
        segment_name,
        segment_href,
        judgement,
        movement,
        value_text,
        previous_text,
        change_text,
        signal_text,
        -- numbers
        sample_size,
        change_order,
        -- booleans
        is_signal
    from changes
    where change_order <= 6
)

select * from what_changed
