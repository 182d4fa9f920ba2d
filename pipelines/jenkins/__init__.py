"""The Jenkins source: its remote API and recorded notifications → raw_jenkins, the same tables for both."""

from pipelines.jenkins.api import configured, load_api, reach
from pipelines.webhooks.folder import folder_or

__all__ = ["configured", "load", "reach"]

load = folder_or("jenkins", load_api)
