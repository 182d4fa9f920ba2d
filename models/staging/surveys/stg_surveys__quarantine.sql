{{ told_quarantine("surveys", ["answers"]) }}
