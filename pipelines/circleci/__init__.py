"""The CircleCI source: its API and recorded webhooks → raw_circleci, the same tables for both."""

from pipelines.circleci.api import configured, load_api, reach
from pipelines.webhooks.folder import folder_or

__all__ = ["configured", "load", "reach"]

load = folder_or("circleci", load_api)
