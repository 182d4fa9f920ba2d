"""The Azure DevOps source: its webhooks land in raw_azure_devops."""
