"""The Jira source: its REST and Agile APIs and recorded webhooks → raw_jira, the same tables for both."""

from pipelines.jira.api import configured, load_api, reach
from pipelines.webhooks.folder import folder_or

__all__ = ["configured", "load", "reach"]

load = folder_or("jira", load_api)
