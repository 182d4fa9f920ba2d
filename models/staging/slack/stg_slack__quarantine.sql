{{ told_quarantine("slack", ["channels", "messages"]) }}
