"""A source's webhook secrets, from dlt's own: `webhook_secret`, or a list `webhook_secrets` while they rotate."""

import dlt
from dlt.common.configuration.exceptions import ConfigurationException


class SecretError(Exception):
    """Secrets that cannot be read; the text names keys, never values."""


def secrets_of(source: str) -> list[str]:
    """Every current secret of a source; a delivery may be made with any of them. Blank ones are none."""
    single, several = (f"sources.{source}.{name}" for name in ("webhook_secret", "webhook_secrets"))
    try:
        found = [dlt.secrets.get(single, str), *(dlt.secrets.get(several, list) or [])]
    except ConfigurationException:
        raise SecretError(
            f"{single} is to be a text and {several} a list of texts, in .dlt/secrets.toml or the environment"
        ) from None
    except Exception as error:  # dlt's own message names the file and the line, and no value
        raise SecretError(str(error)) from None
    if not all(secret is None or isinstance(secret, str) for secret in found):
        raise SecretError(f"{several} is to be a list of texts")
    return list(dict.fromkeys(secret for secret in found if secret and secret.strip()))


def is_set(source: str) -> bool:
    """Whether a source has a secret that can be read."""
    try:
        return bool(secrets_of(source))
    except SecretError:
        return False


def key_of(source: str) -> str:
    """Where a source's secret is set, for messages."""
    return f"webhook_secret in [sources.{source}] of .dlt/secrets.toml, or SOURCES__{source.upper()}__WEBHOOK_SECRET"
