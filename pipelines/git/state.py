"""What earlier loads landed of a repository, read back from the warehouse: there is no second memory that could differ.

Only loads that dlt has marked as complete count: after a crash the next load begins where the last whole one ended.
"""

import json
from dataclasses import dataclass, field
from typing import Any

from pipelines import landing

LAST_REPOSITORY = """
    select payload from raw_git.repositories
    where _dlt_load_id in (select load_id from raw_git._dlt_loads where status = 0)
        and json_extract_string(payload, '$.repository') = ?
    order by received_at desc, record_key desc
    limit 1
"""
LAST_TAGS = """
    select json_extract_string(payload, '$.name') as name, max_by(payload, (received_at, record_key))
    from raw_git.tags
    where _dlt_load_id in (select load_id from raw_git._dlt_loads where status = 0)
        and json_extract_string(payload, '$.repository') = ?
    group by name
"""


@dataclass(frozen=True)
class Known:
    """The newest complete load of a repository: its payload, and the newest payload of each tag by name."""

    repository: dict[str, Any] = field(default_factory=dict)
    tags: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def heads(self) -> list[str]:
        """Commits whose whole history has landed."""
        return list(self.repository.get("heads", []))


def known(repository_key: str) -> Known:
    """What has landed of a repository; nothing where there is no warehouse yet."""
    repositories = landing.landed(LAST_REPOSITORY, [repository_key])
    tags = landing.landed(LAST_TAGS, [repository_key])
    repository = json.loads(repositories[0][0]) if repositories else {}
    return Known(repository, {name: json.loads(payload) for name, payload in tags})
