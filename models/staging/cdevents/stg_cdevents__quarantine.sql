{{ told_quarantine("cdevents", ["events"]) }}
