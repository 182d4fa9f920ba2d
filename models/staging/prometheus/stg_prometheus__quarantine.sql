{{ told_quarantine("prometheus", ["slos", "measurements", "alerts"]) }}
