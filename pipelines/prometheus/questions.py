"""What is to be asked of Prometheus for each objective of each SLO, in PromQL."""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from pipelines.documents import text_at
from pipelines.prometheus.openslo import DURATION, Definition

SECONDS = {"m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
# What makes numbers over a window of a counter by itself.
WINDOWED = re.compile(r"\b(rate|irate|increase|delta)\s*\(")
WINDOW = re.compile(r"\{\{\s*\.window\s*\}\}")


class Question(NamedTuple):
    """One series: which SLO and objective (from 1) it counts for, as which part, by which query, how often (seconds).

    `told` lands with each of its samples, so that it can be understood without the SLO as it is by then.
    """

    slo: str
    objective: int
    part: str
    query: str
    step: int
    told: dict[str, Any]


def questions(
    definitions: Sequence[Definition], step: int
) -> tuple[list[Question], tuple[str, ...]]:
    """The questions of all SLOs, and what keeps the others from being asked."""
    named = {(one.kind, one.name): one.document for one in definitions}
    asked: list[Question] = []
    problems = []
    for one in definitions:
        if one.kind != "SLO":
            continue
        spec = one.document["spec"]
        for number, objective in enumerate(spec["objectives"], start=1):
            try:
                asked += of_objective(one.name, number, objective, spec, named, step)
            except ValueError as error:
                problems.append(f"{one.name}: not measured: {error}")
    return asked, tuple(dict.fromkeys(problems))


def of_objective(
    slo: str,
    number: int,
    objective: dict[str, Any],
    spec: dict[str, Any],
    named: dict[tuple[str, str], dict[str, Any]],
    step: int,
) -> list[Question]:
    """The questions of one objective; raises `ValueError` where they cannot be asked."""
    method = spec.get("budgetingMethod") or "Occurrences"
    if method != "Occurrences":
        step = seconds(objective.get("timeSliceWindow"))
    indicator = indicator_of(objective, spec, named)
    ratio, threshold = indicator.get("ratioMetric"), indicator.get("thresholdMetric")
    told = {
        "method": method,
        "op": objective.get("op"),
        "limit": objective.get("value"),
        "slice_target": objective.get("timeSliceTarget"),
    }
    if isinstance(threshold, dict):
        parts = {"value": threshold}
        if told["op"] not in ("lt", "lte", "gt", "gte") or told["limit"] is None:
            raise ValueError("a thresholdMetric needs op and value in its objective")
    elif isinstance(ratio, dict) and "raw" in ratio:
        parts = {"failure" if ratio.get("rawType") == "failure" else "success": ratio["raw"]}
    elif isinstance(ratio, dict) and "total" in ratio and ("good" in ratio or "bad" in ratio):
        part = "good" if "good" in ratio else "bad"
        parts = {part: ratio[part], "total": ratio["total"]}
    else:
        raise ValueError(
            "its indicator has neither good and total, bad and total, raw, nor a threshold"
        )
    if method == "Timeslices" and told["slice_target"] is None and "value" not in parts:
        raise ValueError("Timeslices need timeSliceTarget")
    is_counter = isinstance(ratio, dict) and ratio.get("counter") is True
    return [
        Question(
            *(slo, number, part, promql(query_of(metric, named), part, is_counter, step), step),
            told,
        )
        for part, metric in parts.items()
    ]


def indicator_of(
    objective: dict[str, Any], spec: dict[str, Any], named: dict[tuple[str, str], dict[str, Any]]
) -> dict[str, Any]:
    """The spec of an indicator: the objective's own, as in a composite SLO, else the SLO's; inline or by name."""
    for holder in (objective, spec):
        inline, reference = holder.get("indicator"), text_at(holder, "indicatorRef")
        if isinstance(inline, dict):
            return dict(inline.get("spec") or {})
        if reference:
            if ("SLI", reference) not in named:
                raise ValueError(f"no file defines the SLI {reference}")
            return dict(named["SLI", reference].get("spec") or {})
    raise ValueError("it has neither indicator nor indicatorRef")


def query_of(metric: Any, named: dict[tuple[str, str], dict[str, Any]]) -> str:
    """The query of a metric; raises where its source is no Prometheus."""
    source = metric.get("metricSource") if isinstance(metric, dict) else None
    reference = text_at(source, "metricSourceRef")
    kind = text_at(source, "type") or text_at(named.get(("DataSource", reference)), "spec", "type")
    if kind and kind.lower() != "prometheus":
        raise ValueError(f"its metrics are {kind[:40]}'s, and only Prometheus is asked")
    query = text_at(source, "spec", "query")
    if not query:
        raise ValueError("a metric has no spec.query")
    return query


def promql(query: str, part: str, is_counter: bool, step: int) -> str:
    """The query for one step: counts are summed over what is left of labels, and a bare counter gives its increase.

    Lines of their own, since a query may end in a comment.
    """
    filled = WINDOW.sub(f"{step}s", query)
    if part not in ("good", "bad", "total"):
        return filled
    if is_counter and filled == query and not WINDOWED.search(query):
        filled = f"increase((\n{query}\n)[{step}s:])"
    return f"sum(\n{filled}\n)"


def seconds(duration: Any) -> int:
    """Seconds of a slice: OpenSLO's shorthand, or minutes as a number."""
    if isinstance(duration, int) and duration > 0:
        return duration * 60
    found = DURATION.fullmatch(str(duration))
    if not found or found[2] not in SECONDS or not int(found[1]):
        raise ValueError("time slices need timeSliceWindow, such as 1m")
    return int(found[1]) * SECONDS[found[2]]
