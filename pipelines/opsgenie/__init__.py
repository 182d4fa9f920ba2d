"""The Opsgenie source: its webhooks and its API → raw_opsgenie."""

from pipelines.opsgenie.api import configured, load_api, reach
from pipelines.webhooks.folder import folder_or

__all__ = ["configured", "load", "reach"]

load = folder_or("opsgenie", load_api)
