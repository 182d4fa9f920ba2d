"""What GitHub says of Copilot's use in an organisation → raw_github: numbers of days, never of a person.

    copilot/metrics/reports/organization-28-day/latest ──▶ its files ──▶ copilot_days, an object a day
    copilot/billing                                    ──▶ copilot_seats, how many seats there are

The files lie on another host, behind links that are signed: they are read without the token, from GitHub's own hosts
alone. A day that is reported again, with other numbers, lands again. What may not be read gets no row in the ledger.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import requests
from dlt.sources.helpers.rest_client.paginators import SinglePagePaginator

from pipelines import landing
from pipelines.github import client as github
from pipelines.github.watch import Watch
from pipelines.landing import Record
from pipelines.rest import client as rest
from pipelines.rest import ledger as memory
from pipelines.rest.client import text_of
from pipelines.rest.ledger import Known, Ledger

Item = dict[str, Any]

TABLES = ("copilot_days", "copilot_seats")
# What tells when something was read.
READ = ("_report_end_day", "_read_at")
# As others quote GitHub's allowlist for Copilot; not confirmed.
REPORT_HOSTS = re.compile(
    r"copilot-reports\.github\.com|copilot-reports\.[\w-]+\.ghe\.com|copilot-reports-[\w-]+\.b01\.azurefd\.net"
)


@dataclass
class Copilot:
    """One load of one organisation."""

    settings: github.Settings
    session: requests.Session
    watch: Watch
    full_refresh: bool = False
    ledgers: Mapping[str, Ledger] = field(default_factory=dict)
    sleep: rest.Sleep | None = None
    until: datetime = field(default_factory=landing.now)

    @property
    def organisation(self) -> str:
        """Its name, as the ledger has it."""
        return self.watch.repository.lower()

    def run(self) -> None:
        """Land the days and the seats that are new, then what was seen in the ledger."""
        landing.prepare("github", [*TABLES, memory.TABLE])
        scope = f"github:organisation:{self.organisation}"
        ledger = self.ledgers.get(scope) or Ledger(scope)
        covered = []
        seats = self.seats()
        if "copilot_seats" not in self.watch.problems:
            covered.append(ledger.covers("copilot_seats", day_of(f"{self.until:%F}"), self.until))
        report, days = self.days()
        if "copilot_days" not in self.watch.problems:
            start, end = (day_of(report[f"report_{name}_day"]) for name in ("start", "end"))
            covered.append(ledger.covers("copilot_days", start, end + timedelta(days=1)))
        for table, items in (("copilot_seats", seats), ("copilot_days", days)):
            records = [self.record(table, item) for item in items]
            known = Known("github", table, nothing=self.full_refresh)
            old = known.among([record.record_key for record in records])
            if new := [record for record in records if record.record_key not in old]:
                self.watch.count(table, len(new))
                landing.land("github", [landing.entity(new, table)])
        if covered:
            landing.land("github", [landing.entity(covered, memory.TABLE)])

    def seats(self) -> list[Item]:
        """How many seats there are, on the day of GitHub's clock."""
        found = self.ask("copilot_seats", "copilot/billing")
        return [
            {**item, "_day": f"{self.until:%F}", "_read_at": self.until.isoformat()}
            for item in found
        ]

    def days(self) -> tuple[Item, list[Item]]:
        """The newest report, and the days in its files."""
        found = self.ask("copilot_days", "copilot/metrics/reports/organization-28-day/latest")
        if not found:
            self.watch.problems.setdefault("copilot_days", "there is no report")
            return {}, []
        files = [self.file(str(link)) for link in found[0]["download_links"]]
        return found[0], [
            {**day, "_report_end_day": found[0]["report_end_day"]}
            for file in files
            for part in file
            for day in part.get("day_totals", [])
        ]

    def ask(self, entity: str, path: str) -> list[Item]:
        """One object of the organisation; none where it is refused."""
        hooks: Any = {"response": [self.watch.action(entity), self.clock, github.raise_for_status]}
        pages = github.rest_client(self.settings, self.session).paginate(
            f"orgs/{self.watch.repository}/{path}",
            paginator=SinglePagePaginator(),
            data_selector="$",
            hooks=hooks,
        )
        return [item for page in pages for item in page]

    def clock(self, response: requests.Response, *_: Any, **__: Any) -> None:
        """Take GitHub's time."""
        if "Date" in response.headers:
            self.until = parsedate_to_datetime(response.headers["Date"]).astimezone(UTC)

    def file(self, link: str) -> list[Item]:
        """The objects of a report's file, which is JSON or a line an object; none where it cannot be read.

        The link is a secret for as long as it lives: no error may tell it.
        """
        scheme, host, _ = rest.origin(link)
        is_theirs = scheme == "https" and REPORT_HOSTS.fullmatch(host)
        if rest.foreign(self.settings.base_url, link) and not is_theirs:
            return self.unread(f"its file is on another host ({host})")
        session = rest.session_of(
            "github", "GitHub", link, lambda _: rest.NoAuth(), wait=self.sleep
        )
        try:
            response = session.get(link, allow_redirects=False)
        except requests.RequestException as error:
            return self.unread(f"its file cannot be read ({type(error).__name__})")
        if response.status_code != 200:
            return self.unread(f"its file cannot be read ({response.status_code})")
        try:
            return parsed(response.content.decode())
        except ValueError:
            return self.unread("its file is no JSON")

    def unread(self, reason: str) -> list[Item]:
        """Note that the report stays unknown."""
        self.watch.problems.setdefault("copilot_days", reason)
        return []

    def record(self, table: str, item: Item) -> Record:
        """The raw row of a day or of the seats; what it says makes its version, not when that was read."""
        told = {name: value for name, value in item.items() if name not in READ}
        key = landing.key_of(table, self.organisation, text_of(told))
        payload = text_of({**item, "_organisation": self.organisation})
        return Record(key, "api", table, landing.now(), payload)


def parsed(text: str) -> list[Item]:
    """The objects of a file: one, a list, or a line each."""
    try:
        found = json.loads(text)
    except ValueError:
        found = [json.loads(line) for line in text.splitlines() if line.strip()]
    return found if isinstance(found, list) else [found]


def day_of(text: str) -> datetime:
    """The beginning of a day, UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
