"""The ServiceNow source: its webhooks land in raw_servicenow."""
