"""The Slack source: its Web API and its events → raw_slack, the same tables for both, and no words of anybody."""

from pipelines.slack.api import configured, load_api, reach
from pipelines.webhooks.folder import folder_or

__all__ = ["configured", "load", "reach"]

load = folder_or("slack", load_api)
