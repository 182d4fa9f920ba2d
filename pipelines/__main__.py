"""`python -m pipelines` is `engops`."""

from pipelines.cli import app

app()
