"""Backstage: the entities that its own template ships, and a clone with a monorepo's components."""

import shutil
import subprocess
from pathlib import Path

from pipelines import backstage
from tests.packages import Package
from tests.sources import Case, Provenance

TEMPLATE = Package(
    *("npm", "@backstage/create-app", "0.9.2"),
    "ff3948a68a27e6c35ea734f7b21ff099ce6d1bfc63b5f8abe3bb4e1e2e39cc26",
)
MONO = """
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: shop, title: Shop, annotations: {backstage.io/source-location: "url:https://github.com/acme/mono/tree/main/services/shop/"}}
spec: {type: service, lifecycle: production, owner: blue, system: sales}
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: search}
spec: {type: service, owner: user:ada}
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: web, annotations: {gitlab.com/project-slug: acme/sub/Web}}
spec: {type: website, owner: red}
"""
LOCATION = """
apiVersion: backstage.io/v1alpha1
kind: Location
metadata: {name: examples}
spec: {targets: [./examples/entities.yaml, examples/*.yaml, "https://example.com/catalog-info.yaml"]}
"""


def land(folder: Path) -> None:
    """The template's entities by a Location, and a clone."""
    content = TEMPLATE.path() / "package" / "templates" / "default-app" / "examples"
    shutil.copytree(content, folder / "examples", ignore=shutil.ignore_patterns("template"))
    (folder / "catalog-info.yaml").write_text(LOCATION)
    clone = folder / "mono"
    subprocess.run(["git", "init", "-q", str(clone)], check=True)
    address = "https://github.com/acme/Mono.git"
    subprocess.run(["git", "-C", str(clone), "remote", "add", "origin", address], check=True)
    (clone / "services").mkdir()
    (clone / "services" / "catalog-info.yaml").write_text(MONO)
    backstage.load(path=folder)


CASE = Case(
    source="backstage",
    files=land,
    rows={
        "catalogue": [
            {"entity_key": "backstage:component:default/shop", "kind": "component", "name": "Shop",
             "service_name": "shop", "repository_key": "github.com/acme/mono", "path_prefix": "services/shop/",
             "owner_name": "blue",
             "system_name": "sales", "lifecycle": "production", "is_deleted": False},
            {"entity_key": "backstage:component:default/search", "repository_key": "github.com/acme/mono",
             "path_prefix": "services/", "owner_name": None},
            {"entity_key": "backstage:component:default/web", "repository_key": "gitlab.com/acme/sub/web",
             "path_prefix": ""},
            {"entity_key": "backstage:component:default/example-website", "service_name": "example-website",
             "owner_name": "guests", "system_name": "examples", "repository_key": None, "lifecycle": "experimental"},
            {"entity_key": "backstage:system:default/examples", "kind": "system", "owner_name": "guests"},
            {"entity_key": "backstage:api:default/example-grpc-api", "kind": "api", "system_name": "examples"},
            {"entity_key": "backstage:group:default/guests", "kind": "group", "name": "guests"},
        ]
    },
    provenance=[
        Provenance("recorded", covers=[("catalogue", "file")], package=TEMPLATE, note="the entities of the template"),
    ],
)  # fmt: skip
