"""The Harness source: its API and recorded notifications → raw_harness, the same tables for both."""

from pipelines.harness.api import configured, load_api, reach
from pipelines.webhooks.folder import folder_or

__all__ = ["configured", "load", "reach"]

load = folder_or("harness", load_api)
