"""The PagerDuty source: its webhooks land in raw_pagerduty."""
