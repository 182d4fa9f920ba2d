{{ told_quarantine("backstage", [("entities", "repository_key")]) }}
