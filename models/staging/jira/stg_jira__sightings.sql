{{ sightings(
    "jira",
    [
        {
            "base": "issues",
            "key": "issue_key",
            "repository": "concat('jira:project:', lower(coalesce(" ~ json_text("project_code") ~ ", regexp_extract(" ~ json_text("key") ~ ", '^(.+)-[0-9]+$', 1))))",
            "began": ts_utc(json_text("created_at")),
            "ended": "case when lower(" ~ json_text("status_category") ~ ") = 'done' then "
                ~ ts_utc("coalesce(" ~ json_text("category_changed_at") ~ ", " ~ json_text("resolved_at") ~ ")") ~ " end",
            "reopens": true,
        },
    ],
) }}
