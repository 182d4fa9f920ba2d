"""Catalogue files: what is wrong is told with its line and stops nothing else; no link is followed; nobody lands."""

from pathlib import Path

import pytest

from pipelines.backstage import catalogue, entities
from pipelines.backstage.catalogue import Found
from tests.conftest import Place
from tests.test_openslo import LAUGHS

ENTITY = "apiVersion: backstage.io/v1alpha1\nkind: %s\nmetadata: {name: %s}\nspec: %s\n"


def read(root: Path, **texts: str) -> Found:
    """What folders with a file each describe."""
    for name, text in texts.items():
        (root / name).mkdir(exist_ok=True)
        (root / name / "catalog-info.yaml").write_text(text)
    return catalogue.read([root])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("apiVersion: backstage.io/v1alpha1\nkind: Component\n", "line 1: Component without metadata.name"),
        ("apiVersion: backstage.io/v1\nkind: API\nmetadata: {name: 1}\n", "line 1: API whose metadata.name is no text"),
        ("kind: Component\nmetadata: {name: a}\n", "line 1: a document without apiVersion"),
        (ENTITY % ("Component", "a", "{owner: a, owner: b}"), "line 4: the key owner stands twice"),
        ("---\n---\na: [1\nb: c\n", "line 4: no YAML"),
        ("x: !!python/object/apply:os.system [ls]\n", "line 1: a tag or key that is no plain YAML"),
        (LAUGHS, "line 1: too large once its aliases are unfolded"),
        ("x" * 2**21, "line 1: larger than 1 MB"),
        (ENTITY % ("Location", "l", "{target: ../../../secret.yaml}"), "line 1: a Location's target leads out"),
        (ENTITY % ("Location", "l", "{target: /etc/hostname}"), "line 1: a Location's target leads out"),
        (ENTITY % ("Location", "l", "{targets: [nowhere.yaml]}"), "line 1: a Location's target is no file"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_and_the_others_go_on(tmp_path: Path, text: str, told: str) -> None:
    root = tmp_path / "root"
    root.mkdir()
    found = read(root, bad=text, good=ENTITY % ("Component", "shop", "{}"))
    assert [entity.ref for entity in found.entities] == ["component:default/shop"]
    (problem,) = found.problems
    assert problem.startswith(f"root/bad/catalog-info.yaml, {told}")


def test_what_is_wrong_with_a_document_stops_no_other_of_its_file(tmp_path: Path) -> None:
    one, two = (ENTITY % ("Component", name, "{}") for name in "ab")
    found = read(tmp_path, x=f"{one}---\na: [1\n---\n{two}")
    assert [entity.ref for entity in found.entities] == [
        "component:default/a",
        "component:default/b",
    ]
    assert len(found.problems) == 1
    assert found.broken


def test_a_name_in_capitals_is_read(tmp_path: Path) -> None:
    (tmp_path / "Catalog-Info.YAML").write_text(ENTITY % ("Component", "shop", "{}"))
    assert [entity.ref for entity in catalogue.read([tmp_path]).entities] == [
        "component:default/shop"
    ]


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.yaml").write_text(ENTITY % ("Component", "secret", "{}"))
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "catalog-info.yaml").symlink_to(tmp_path / "secret.yaml")
    assert read(tmp_path / "root").entities == []


def test_locations_that_name_each_other_end(tmp_path: Path) -> None:
    one = ENTITY % ("Location", "a", "{target: ../b/catalog-info.yaml}")
    two = ENTITY % ("Location", "b", "{target: ../a/catalog-info.yaml}")
    assert read(tmp_path, a=one, b=two).problems == []


def test_no_person_is_kept(tmp_path: Path) -> None:
    group = ENTITY % ("Group", "blue", "{members: [ada], profile: {email: ada@example.com}}")
    found = read(
        tmp_path, a=group, b=ENTITY % ("User", "ada", "{profile: {email: ada@example.com}}")
    )
    assert [entity.ref for entity in found.entities] == ["group:default/blue"]
    assert "ada@" not in str(found.entities)


@pytest.mark.slow
def test_what_is_gone_gets_a_tombstone_and_what_cannot_be_read_stays(
    place: Place, tmp_path: Path
) -> None:
    both = {name: ENTITY % ("Component", name, "{}") for name in ("a", "b")}
    entities.land(read(tmp_path, **both), is_whole=True)
    assert entities.land(catalogue.read([tmp_path]), is_whole=True).rows == {}
    (tmp_path / "a" / "catalog-info.yaml").unlink()
    assert entities.land(read(tmp_path, b="a: ["), is_whole=False).rows == {"quarantine": 1}
    entities.land(catalogue.read([tmp_path]), is_whole=True)
    sql = "select event, payload ->> '$.ref' from raw_backstage.entities where event like '%.gone'"
    assert place.rows(sql) == [("component.gone", "component:default/a")]
