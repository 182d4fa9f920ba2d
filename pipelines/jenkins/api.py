"""Jenkins' remote API: every job below the root, its builds newest first, and the stages of pipelines.

A controller has folders, and multibranch projects are folders of branches: all are walked, so that each buildable job
is a scope of its own. What the API calls `tree` names the fields that it answers with and, in braces, the range.
"""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import dlt
import requests
from dlt.sources.helpers.rest_client.paginators import RangePaginator

from pipelines import rest
from pipelines.landing import LoadSummary, Progress

SOURCE = "jenkins"
PIPELINE = "org.jenkinsci.plugins.workflow.job.WorkflowRun"
# Fields of a build; parameters that are secret are never told by Jenkins.
ACTIONS = (
    "_class,remoteUrls,lastBuiltRevision[SHA1,branch[SHA1,name]],queuingDurationMillis,"
    "parameters[name,value],causes[_class,userId,upstreamProject,upstreamBuild]"
)
BUILD = f"_class,number,url,queueId,result,building,timestamp,duration,actions[{ACTIONS}]"
# Three levels of folders a request; what lies deeper is asked for again.
JOBS = (
    "jobs[_class,name,buildable,jobs[_class,name,buildable,jobs[_class,name,buildable,jobs[name]]]]"
)
LEVELS = 3
PAGE = 100
# A branch's name is encoded once in its job's name, and again in an address.
SLASH, SPACE = re.compile("%(25)?2F"), re.compile("%(25)?20")
# A build is listed when it starts, and its end is read by a later load.
LOOK_BACK = timedelta(days=3)

API = rest.Api(SOURCE, "Jenkins", auth=rest.basic(SOURCE, "user", "token"))


class TreeRange(RangePaginator):
    """Pages by the range in `tree`: `allBuilds[…]{0,100}`."""

    def update_request(self, request: requests.Request) -> None:
        """Ask for the range of the page."""
        first = self.current_value
        request.params["tree"] = f"allBuilds[{BUILD}]{{{first},{first + self.value_step}}}"


def configured() -> bool:
    """True where an address and a token are set; docs/sources/jenkins.md says how."""
    return bool(
        dlt.config.get(f"sources.{SOURCE}.base_url", str)
        and dlt.secrets.get(f"sources.{SOURCE}.token", str)
    )


def reach() -> None:
    """Ask one thing; raises `LoadError` where the API or the token does not do."""
    rest.reach(API, "api/json", {"tree": "mode"})


def jobs(path: str = "") -> Iterator[rest.Scope]:
    """Every buildable job below a folder, by the address of each."""
    listing = rest.Listing("jobs", f"{path}api/json", "jobs", params={"tree": JOBS})
    yield from below(rest.ask(API, listing), path, LEVELS)


def below(items: list[Any], path: str, levels: int) -> Iterator[rest.Scope]:
    """The buildable jobs among what a folder holds, and those of its folders."""
    for item in items:
        here = f"{path}job/{quote(item['name'], safe='')}/"
        if "jobs" not in item:
            name = SPACE.sub(" ", SLASH.sub("/", "/".join(here.split("/")[1::2])))
            yield rest.Scope(f"{SOURCE}:project:{name}", name, {"path": here})
        elif levels > 1:
            yield from below(item["jobs"], here, levels - 1)
        elif item["jobs"]:
            yield from jobs(here)


def listings(scope: rest.Scope) -> list[rest.Listing]:
    """The builds of a job; of a pipeline's build its stages, with their steps, since what ran no step was left out."""
    path = scope.item["path"]
    stages = rest.Listing(
        "stages",
        f"{path}{{number}}/wfapi/describe",
        params={"fullStages": "true"},
        keep=("url", "number", "queueId"),
        when=lambda build: build.get("_class") == PIPELINE,
    )
    return [
        rest.Listing(
            "builds",
            f"{path}api/json",
            "allBuilds",
            paginator=TreeRange("tree", 0, PAGE, stop_after_empty_page=True),
            clock="timestamp",
            order="descending",
            look_back=LOOK_BACK,
            is_open=lambda build: bool(build.get("building")),
            children=[stages],
        )
    ]


def load_api(
    *,
    since: datetime | None = None,
    full_refresh: bool = False,
    progress: Progress | None = None,
) -> LoadSummary:
    """Land what is new in every job; raises `LoadError` where nothing can be read."""
    return rest.load(
        API, list(jobs()), listings, since=since, full_refresh=full_refresh, progress=progress
    )
