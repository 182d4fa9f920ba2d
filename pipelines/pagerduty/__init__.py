"""The PagerDuty source: its webhooks and its REST API → raw_pagerduty."""

from pipelines.pagerduty.api import configured, load_api, reach
from pipelines.webhooks.folder import folder_or

__all__ = ["configured", "load", "reach"]

load = folder_or("pagerduty", load_api)
