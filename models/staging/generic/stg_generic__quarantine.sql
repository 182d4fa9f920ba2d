{{ told_quarantine("generic", [("records", "repository_key")]) }}
