{{ told_quarantine("surveys", ["answers", "files"]) }}
