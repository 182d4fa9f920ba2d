"""The Linear source: its GraphQL API and recorded webhooks → raw_linear, the same tables for both."""

from pipelines.linear.api import configured, load_api, reach
from pipelines.webhooks.folder import folder_or

__all__ = ["configured", "load", "reach"]

load = folder_or("linear", load_api)
