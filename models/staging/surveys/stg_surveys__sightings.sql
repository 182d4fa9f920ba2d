{{ sightings("surveys", [
    {
        "base": "answers", "entity": "responses", "key": "response_key", "began": "submitted_at", "ended": "submitted_at",
        "where": "position <= 1 and channel in ('webhook', 'api')",
    },
]) }}
