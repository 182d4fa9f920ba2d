"""The Datadog source: its API and recorded webhooks → raw_datadog."""

from pipelines.datadog.api import configured, load_api, reach
from pipelines.webhooks.folder import folder_or

__all__ = ["configured", "load", "reach"]

load = folder_or("datadog", load_api)
