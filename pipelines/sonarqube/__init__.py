"""The SonarQube source: its webhooks land in raw_sonarqube."""
