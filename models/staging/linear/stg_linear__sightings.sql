{{ sightings(
    "linear",
    [
        {
            "base": "issues",
            "key": "issue_key",
            "repository": "concat('linear:project:', team_code)",
            "began": "created_at",
            "ended": "case when state_type in ('completed', 'canceled', 'duplicate') then ended_at end",
            "reopens": true,
        },
    ],
) }}
