"""The Azure DevOps source: its API and recorded service hooks → raw_azure_devops, the same tables for both."""

from pipelines.azure_devops.api import configured, load_api, reach
from pipelines.webhooks.folder import folder_or

__all__ = ["configured", "load", "reach"]

load = folder_or("azure_devops", load_api)
