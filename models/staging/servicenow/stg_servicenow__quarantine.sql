{{ told_quarantine("servicenow", ["incidents", "change_requests", "approvals", "audits"]) }}
