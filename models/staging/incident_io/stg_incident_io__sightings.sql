{{ sightings("incident_io", [
    {
        "base": "incidents", "key": "incident_key", "began": "created_at",
        "ended": "case when category in ('learning', 'closed', 'merged', 'declined', 'canceled') then updated_at end",
        "where": json_text("mode") ~ " not in ('test', 'tutorial', 'stream')",
    },
]) }}
