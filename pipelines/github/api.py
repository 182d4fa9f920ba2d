"""The API backfill of every configured repository, and of organisations' use of Copilot: `load_api`."""

import logging
import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import dlt
import requests
from dlt.pipeline.exceptions import PipelineStepFailed
from dlt.sources.helpers.rest_client.client import RESTClient
from dlt.sources.helpers.rest_client.paginators import HeaderLinkPaginator

from pipelines.github import client as github
from pipelines.github.backfill import Backfill
from pipelines.github.copilot import Copilot
from pipelines.github.watch import Watch
from pipelines.landing import LoadError, LoadSummary, Progress, busy
from pipelines.rest import client as rest
from pipelines.rest.ledger import ledgers
from pipelines.rest.rounds import said

log = logging.getLogger(__name__)


def load_api(
    *,
    since: datetime | None = None,
    full_refresh: bool = False,
    progress: Progress | None = None,
    sleep: rest.Sleep | None = None,
) -> LoadSummary:
    """Land what is new in every repository and organisation of `[sources.github]`, each in loads of its own.

    `since` (UTC) reaches back to a time: at first for no more than that, later to read that much again.
    `full_refresh` reads everything again. `progress` is called with `<repository> <entity>` and its rows so far.

    What may not be read is told in the notes and stays unknown. Raises `LoadError` where the configuration or the
    token does not do, and, once the other repositories have landed, where one could not be read at all.
    """
    settings = github.Settings.configured()
    session = github.session_of(settings, sleep)
    client = github.rest_client(settings, session)
    rows: Counter[str] = Counter()
    notes: list[str] = []
    failed: list[str] = []
    known = ledgers("github")
    readers: list[Backfill | Copilot] = [
        Backfill(settings, session, Watch(name, progress or tell), since, full_refresh, known)
        for name in repositories(client)
    ]
    readers += [
        Copilot(settings, session, Watch(name, progress or tell), full_refresh, known, sleep)
        for name in organisations()
    ]
    for reader in readers:
        watch = reader.watch
        try:
            reader.run()
        except (PipelineStepFailed, requests.RequestException) as error:
            if held := busy(error):
                raise held from error
            cause = root(error)
            if isinstance(cause, LoadError):
                raise cause from error
            failed.append(f"{watch.repository}: {type(cause).__name__}: {cause}")
        rows.update(watch.rows)
        notes += [
            f"{watch.repository}: {entity} unknown: {reason}"
            for entity, reason in watch.problems.items()
        ]
    if failed:
        raise LoadError(
            "\n".join(["could not be read to their end; what landed stays, load again:", *failed])
        )
    return LoadSummary("github", dict(rows), tuple(notes))


def tell(entity: str, rows: int) -> None:
    """Say how far the load is."""
    log.info("github: %s %s so far", f"{rows:,}", entity)


def root(error: BaseException) -> BaseException:
    """What dlt's exceptions are about."""
    while error.__cause__ is not None and not isinstance(error, LoadError):
        error = error.__cause__
    return error


def configured() -> bool:
    """True where `[sources.github]` names repositories, an organisation, or some whose use of Copilot is read."""
    return bool(
        dlt.config.get("sources.github.repositories", list)
        or dlt.config.get("sources.github.organisation", str)
        or dlt.config.get("sources.github.copilot_organisations", list)
    )


def reach() -> None:
    """Ask what is left of the quota; raises `LoadError` where the API or the token does not do."""
    settings = github.Settings.configured()
    session = github.session_of(settings, patient=False)
    try:
        response = session.get(f"{settings.base_url}/rate_limit")
    except requests.RequestException as error:
        raise LoadError(said(error)) from error
    if response.status_code >= 400:
        raise LoadError(f"{response.status_code} {rest.message_of(response)}")


def organisations() -> list[str]:
    """The organisations whose use of Copilot is read."""
    named = dlt.config.get("sources.github.copilot_organisations", list) or []
    for name in named:
        if not re.fullmatch(r"[\w-]+", str(name)):
            raise LoadError(
                f"{name!r} in copilot_organisations of [sources.github] of .dlt/config.toml is no organisation's name"
            )
    return list(dict.fromkeys(str(name) for name in named))


def repositories(client: RESTClient) -> list[str]:
    """`owner/name` of every repository to read: those named, and those of the organisation."""
    named = dlt.config.get("sources.github.repositories", list) or []
    organisation = dlt.config.get("sources.github.organisation", str)
    where = "[sources.github] of .dlt/config.toml"
    for name in named:
        if not re.fullmatch(r"[\w.-]+/[\w.-]+", str(name)):
            raise LoadError(f"{name!r} in repositories of {where} is not of the form 'owner/name'")
    if organisation:
        named = [*named, *of_organisation(client, str(organisation))]
    if not named and not organisations():
        raise LoadError(
            f"nothing to load: write repositories = ['owner/name'] or organisation = '…' into {where}"
        )
    return list(dict.fromkeys(str(name) for name in named))


def of_organisation(client: RESTClient, organisation: str) -> Iterator[str]:
    """The repositories of an organisation that the token sees."""
    watch = Watch(organisation, tell)
    action: Any = {"response": [watch.action("repositories"), github.raise_for_status]}
    pages = client.paginate(
        f"orgs/{organisation}/repos",
        params={"per_page": github.PER_PAGE, "type": "all"},
        paginator=HeaderLinkPaginator(),
        data_selector="$",
        hooks=action,
    )
    for page in pages:
        yield from (str(item["full_name"]) for item in page)
    if watch.problems:
        raise LoadError(
            f"the repositories of the organisation {organisation!r} cannot be listed:"
            f" {', '.join(watch.problems.values())}; check its name and that the token may read it"
        )
