"""The ServiceNow source: its business rule's webhooks and its Table API → raw_servicenow."""

from pipelines.servicenow.api import configured, load_api, reach
from pipelines.webhooks.folder import folder_or

__all__ = ["configured", "load", "reach"]

load = folder_or("servicenow", load_api)
