"""OpenSLO files: what is wrong is told with its line and stops nothing else; no secret stays; what is gone is known."""

from pathlib import Path

import pytest

from pipelines.prometheus import definitions, openslo
from pipelines.prometheus.openslo import Found
from pipelines.prometheus.questions import Question, promql, questions
from tests.conftest import PROJECT, Place

SLO = """
apiVersion: openslo/v1
kind: SLO
metadata: {name: %s}
spec:
  service: shop
  objectives: [{target: %s}]
"""


# Each line is twenty times the one before it.
LAUGHS = "a: &a [x]\n" + "".join(
    f"{now}: &{now} [{f'*{before}, ' * 20}]\n" for before, now in zip("abcde", "bcdef", strict=True)
)


def read(folder: Path, **files: str) -> Found:
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text)
    return openslo.read(folder)


def names(found: Found) -> list[str]:
    return [definition.name for definition in found.definitions]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (SLO % ("a", "1.5"), "line 2: objective 1 has no target from 0 to 1, nor targetPercent"),
        ("apiVersion: openslo/v1\nkind: SLO\n", "line 1: SLO without metadata.name"),
        ("apiVersion: openslo/v1alpha\nkind: SLO\n", "line 1: openslo/v1alpha is not read; write openslo/v1"),
        ("apiVersion: openslo/v1\nkind: SLO\nmetadata: {name: 1}\n", "line 1: SLO whose metadata.name is no text"),
        ("kind: SLO\nmetadata: {name: a}\n", "line 1: SLO without apiVersion"),
        (SLO % ("a", "0.9") + "  service: x\n", "line 8: the key service stands twice"),
        ("a: b\n---\na: [1\nb: c\n", "line 4: no YAML"),
        ("a: b\n---\nx: !!python/object/apply:os.system [ls]\n", "line 3: a tag or key that is no plain YAML"),
        (LAUGHS, "line 1: too large once its aliases are unfolded"),
        ("a: &a [*a]\n", "line 1: too large once its aliases are unfolded"),
        ("x: \x00", "line 1: not UTF-8 text"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_and_the_others_go_on(tmp_path: Path, text: str, told: str) -> None:
    found = read(tmp_path, bad=text, good=SLO % ("b", "0.9"))
    assert names(found) == ["b"]
    assert found.broken == {"bad.yaml"}
    assert [problem.startswith(f"bad.yaml, {told}") for problem in found.problems] == [True], (
        found.problems
    )


def test_of_two_of_one_name_the_first_counts_and_what_is_no_openslo_is_left_alone(
    tmp_path: Path,
) -> None:
    found = read(tmp_path, a=SLO % ("a", "0.9"), b=SLO % ("a", "0.8"), c="kind: Deployment\n")
    assert [definition.file for definition in found.definitions] == ["a.yaml"]
    assert found.problems == ["b.yaml, line 2: SLO a stands in a.yaml as well, which counts"]
    assert not found.broken


def test_an_ending_in_capitals_is_read(tmp_path: Path) -> None:
    (tmp_path / "A.YAML").write_text(SLO % ("a", "0.9"))
    (tmp_path / "b.Yml").write_text(SLO % ("b", "0.9"))
    assert names(openslo.read(tmp_path)) == ["a", "b"]


def test_what_is_wrong_with_a_document_stops_no_other_of_its_file(tmp_path: Path) -> None:
    good = [SLO % (name, "0.9") for name in "abcd"]
    found = read(
        tmp_path,
        s=f"{good[0]}---\nx: [1\n--- # c\nx: 1\nx: 2\n---{good[1]}...\n%YAML 1.1\n---{good[2]}",
    )
    assert names(found) == ["a", "b", "c"]
    assert [problem.partition(":")[0] for problem in found.problems] == [
        "s.yaml, line 9",
        "s.yaml, line 12",
    ]
    listed = "- " + good[3].strip().replace("\n", "\n  ") + "\n- {x: 1, x: 2}\n"
    found = read(tmp_path, s=listed)
    assert names(found) == ["d"]
    assert found.problems == ["s.yaml, line 7: the key x stands twice"]


def test_no_secret_of_a_data_source_is_kept() -> None:
    found = openslo.read(PROJECT / "tests" / "openslo")
    assert found.problems == []
    assert "not-to-be-kept" not in str(found.definitions)


def test_queries_count_one_step() -> None:
    assert promql("up", "value", False, 60) == "up"
    assert promql("rate(x[{{.window}}])", "raw", False, 60) == "rate(x[60s])"
    assert promql("x # all", "good", True, 60) == "sum(\nincrease((\nx # all\n)[60s:])\n)"
    assert promql("increase(x[1m])", "good", True, 60) == "sum(\nincrease(x[1m])\n)"
    assert promql("x", "total", False, 60) == "sum(\nx\n)"


def test_what_cannot_be_asked_is_told(tmp_path: Path) -> None:
    inline = "  indicator: {spec: {thresholdMetric: {metricSource: {type: Datadog, spec: {query: q}}}}}\n"
    found = read(
        tmp_path,
        a=SLO % ("a", "0.9"),
        b=SLO % ("b", "0.9") + "  indicatorRef: nowhere\n",
        c=SLO % ("c", "0.9, op: lt, value: 1") + inline,
    )
    asked, notes = questions(found.definitions, 300)
    assert asked == []
    assert notes == (
        "a: not measured: it has neither indicator nor indicatorRef",
        "b: not measured: no file defines the SLI nowhere",
        "c: not measured: its metrics are Datadog's, and only Prometheus is asked",
    )
    whole, _ = questions(openslo.read(PROJECT / "tests" / "openslo").definitions, 300)
    assert {(one.slo, one.objective, one.part, one.step) for one in whole} == {
        *(("checkout-availability", n, part, 300) for n in (1, 2) for part in ("good", "total")),
        *(("search-errors", 1, part, 3600) for part in ("bad", "total")),
        *{("search-latency", 1, "value", 3600), ("payments", 1, "failure", 300)},
    }
    assert all(isinstance(one, Question) for one in whole)


@pytest.mark.slow
def test_what_is_gone_gets_a_tombstone_and_what_cannot_be_read_stays(
    place: Place, tmp_path: Path
) -> None:
    def events() -> list[tuple[str, str]]:
        sql = """select event, payload ->> '$.document.metadata.name' from raw_prometheus.definitions
            order by payload ->> '$.seen_at', 2"""
        return [(event, name) for event, name in place.rows(sql)]

    many = {f"s{n}": SLO % (f"s{n}", "0.9") for n in range(6)}
    definitions.land(read(tmp_path, **many))
    assert definitions.land(openslo.read(tmp_path)).rows == {}
    (tmp_path / "s0.yaml").unlink()
    definitions.land(read(tmp_path, s1="a: [", s2=SLO % ("s2", "0.8")))
    first = [("slo", f"s{n}") for n in range(6)]
    assert events() == [*first, ("slo.gone", "s0"), ("slo", "s2")]
    # there again, and then nearly all gone at once
    definitions.land(read(tmp_path, s0=SLO % ("s0", "0.9")))
    for number in (2, 3, 4):
        (tmp_path / f"s{number}.yaml").unlink()
    summary = definitions.land(openslo.read(tmp_path))
    assert summary.rows == {}
    assert summary.notes[0].startswith("suspiciously short, 2 definitions where 6 were known")
    assert len(events()) == 9
    definitions.land(openslo.read(tmp_path), full_refresh=True)
    gone = [("slo.gone", f"s{n}") for n in (2, 3, 4)]
    assert events()[9:] == [("slo", "s0"), *gone, ("slo", "s5")]
