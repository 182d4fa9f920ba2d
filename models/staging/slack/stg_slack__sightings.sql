{{ sightings("slack", [
    {
        "base": "messages", "key": "message_key", "began": "posted_at", "repository": "channel_key",
        "where": "fact_kind is not null",
    },
]) }}
