{{ sightings("opsgenie", [
    {
        "base": "alerts", "key": "incident_key", "began": "opened_at",
        "ended": "case when state = 'resolved' then coalesce(closed_at, told_at) end",
    },
]) }}
