{{ told_quarantine("gharchive", [("events", "repository_name")]) }}
