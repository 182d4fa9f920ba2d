{{ sightings("servicenow", [
    {
        "base": "incidents", "key": "incident_key", "began": "opened_at", "ended": "resolved_at", "reopens": true,
    },
]) }}
