{{ told_quarantine("finance", ["costs", "files"]) }}
