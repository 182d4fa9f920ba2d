{{ told_quarantine("linear", ["issues", "histories", "cycles", "projects", "states"]) }}
