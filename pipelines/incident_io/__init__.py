"""The incident.io source: its webhooks and its API → raw_incident_io."""

from pipelines.incident_io.api import configured, load_api, reach
from pipelines.webhooks.folder import folder_or

__all__ = ["configured", "load", "reach"]

load = folder_or("incident_io", load_api)
