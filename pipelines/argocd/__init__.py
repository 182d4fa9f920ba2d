"""The Argo CD source: its webhooks land in raw_argocd."""
