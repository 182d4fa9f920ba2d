"""`catalog-info.yaml` files: the entities that they describe, and what is wrong with the others.

Of an entity lands what a catalogue is read for; people (kind User, members, e-mail addresses) never do.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from pipelines.documents import WrongError, documents, line_of, named, plain, said, text_at
from pipelines.files import is_inside
from pipelines.git.repository import GitError, Repository
from pipelines.landing import LoadError

NAMES = ("catalog-info.yaml", "catalog-info.yml")
KINDS = ("Component", "System", "Domain", "Group", "API", "Resource")
SPEC = ("type", "lifecycle", "owner", "system", "domain", "subcomponentOf", "parent", "tier")
METADATA = ("name", "namespace", "title")
LOCATION = "backstage.io/source-location"
# Behind the host of a forge: `<host>/project-slug` names its repository.
SLUG = "/project-slug"
MOST_LOCATIONS = 1_000


class Entity(NamedTuple):
    """One entity: its reference, its file, the repository that a slug names, the clone and folder of the file."""

    ref: str
    file: str
    document: dict[str, Any]
    project: str | None
    repository: str | None
    folder: str


class Found(NamedTuple):
    """What folders describe, the files that could not be read whole, and what to tell their author."""

    entities: list[Entity]
    broken: set[str]
    problems: list[str]


def read(folders: list[Path]) -> Found:
    """Everything that the files below some folders describe; what is wrong stops no other entity."""
    found: dict[str, Entity] = {}
    broken: set[str] = set()
    problems: list[str] = []
    for root in folders:
        if not root.is_dir():
            raise LoadError(f"{root} is no folder; paths in [sources.backstage] want folders")
        waiting = sorted(
            path for path in root.rglob("*.[yY]*[mM][lL]") if path.name.lower() in NAMES
        )
        seen: set[Path] = set()
        while waiting:
            path = waiting.pop(0)
            if path.resolve() in seen or not (path.is_file() and is_inside(path, root)):
                continue
            seen.add(path.resolve())
            file, line = f"{root.name}/{path.relative_to(root).as_posix()}", 1
            try:
                for line, value in documents(path):
                    try:
                        document = checked(value)
                        if document is None:
                            continue
                        if document["kind"].lower() == "location":
                            waiting += targets(document, path, root)
                            continue
                        entity = entity_of(document, file, path, root)
                    except WrongError as error:
                        broken.add(file)
                        problems.append(f"{file}, line {line}: {error}")
                        continue
                    first = found.setdefault(entity.ref, entity)
                    if first is not entity:
                        problems.append(
                            f"{file}, line {line}: {entity.ref} stands in {first.file} as well, which counts"
                        )
            except (
                yaml.YAMLError,
                RecursionError,
                UnicodeDecodeError,
                OSError,
                ValueError,
            ) as error:
                broken.add(file)
                problems.append(f"{file}, line {line_of(error, line)}: {said(error)}")
    return Found(list(found.values()), broken, problems)


def checked(value: Any) -> dict[str, Any] | None:
    """A document of the catalogue; null for what is none, and for people."""
    if isinstance(value, WrongError):
        raise value
    document = plain(value)
    version = text_at(document, "apiVersion")
    if document is not None and not version:
        raise WrongError("a document without apiVersion")
    if not version.startswith("backstage.io/"):
        return None
    kind = text_at(document, "kind")
    if kind.lower() not in {*map(str.lower, KINDS), "location"}:
        return None
    if kind.lower() != "location":
        named(document, kind)
    return dict(document)


def targets(document: dict[str, Any], path: Path, root: Path) -> Iterator[Path]:
    """The files that a Location names; an address is not read, and what leads out of the folder is refused."""
    spec = document.get("spec")
    spec = spec if isinstance(spec, dict) else {}
    named = spec.get("targets") if isinstance(spec.get("targets"), list) else []
    chosen: list[Path] = []
    for target in [spec.get("target"), *(named or [])]:
        if not isinstance(target, str) or "://" in target:
            continue
        whole = path.parent / target
        if Path(target).is_absolute() or not whole.resolve().is_relative_to(root.resolve()):
            raise WrongError("a Location's target leads out of the folder")
        matches = [whole]
        if "*" in target and ".." not in target:
            matches = sorted(path.parent.glob(target.removeprefix("./")))
        if not all(map(Path.is_file, matches)) or len(matches) > MOST_LOCATIONS:
            raise WrongError("a Location's target is no file")
        chosen += [one.parent.resolve().relative_to(root.resolve()) / one.name for one in matches]
    return iter([root / one for one in chosen])


def entity_of(document: dict[str, Any], file: str, path: Path, root: Path) -> Entity:
    """An entity with what may land of it."""
    metadata = document["metadata"]
    spec = document.get("spec")
    spec = spec if isinstance(spec, dict) else {}
    annotations = metadata.get("annotations")
    annotations = annotations if isinstance(annotations, dict) else {}
    kept = {
        "apiVersion": document["apiVersion"],
        "kind": document["kind"],
        "metadata": {
            **{key: metadata[key] for key in METADATA if key in metadata},
            "annotations": {
                key: value
                for key, value in annotations.items()
                if key == LOCATION or key.endswith(SLUG)
            },
        },
        "spec": {key: spec[key] for key in SPEC if key in spec},
    }
    namespace = text_at(metadata, "namespace") or "default"
    ref = f"{document['kind']}:{namespace}/{metadata['name']}".lower()
    top = next((one for one in (path.parent, *path.parents) if (one / ".git").exists()), None)
    top = top if top and top.resolve().is_relative_to(root.resolve()) else None
    folder = path.parent.relative_to(top).as_posix() if top else "."
    slugs = (
        f"{key.removesuffix(SLUG)}/{value}".lower()
        for key, value in sorted(annotations.items())
        if key.endswith(SLUG) and isinstance(value, str) and value
    )
    return Entity(
        ref,
        file,
        kept,
        next(slugs, None),
        repository_of(top),
        "" if folder == "." else f"{folder}/",
    )


def repository_of(top: Path | None) -> str | None:
    """The key of a clone; null for a folder that is none."""
    try:
        key = Repository.at(top).key if top else None
    except GitError:
        return None
    return None if not key or key.startswith("local/") else key
