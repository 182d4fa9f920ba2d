"""The SonarQube source: its Web API and recorded webhooks → raw_sonarqube."""

from pipelines.sonarqube.api import configured, load_api, reach
from pipelines.webhooks.folder import folder_or

__all__ = ["configured", "load", "reach"]

load = folder_or("sonarqube", load_api)
