"""A handful of deliveries with something wrong, so that the demo's report shows what becomes of such.

They are copies of deliveries that the story sent, under ids of their own, and none of them changes what is true.
"""

import json
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

Body = dict[str, Any]


def write(folder: Path) -> None:
    """Write `spoiled/deliveries.jsonl` beside the deliveries below `folder / "github"`."""
    lines: list[str] = []
    for path in sorted((folder / "github").glob("*.jsonl"))[:3]:
        lines += _of(path, len(lines))
    (folder / "spoiled").mkdir()
    (folder / "spoiled" / "deliveries.jsonl").write_text("".join(lines), encoding="utf-8")


def _of(path: Path, serial: int) -> list[str]:
    """Spoiled copies of the first deliveries of one repository; `serial` makes their ids unique."""
    wrongs: dict[str, list[Callable[[Body], object]]] = {
        "deployment_status": [lambda body: body["deployment_status"].pop("state")],
        "pull_request": [
            lambda body: body["pull_request"].update(created_at="yesterday"),
            lambda body: body["pull_request"].update(additions="many"),
        ],
        "push": [lambda body: body.update(repository="gone")],
    }
    made: list[str] = []
    with path.open(encoding="utf-8") as deliveries:
        for line in islice(deliveries, 2_000):
            delivery = json.loads(line)
            for wrong in wrongs.pop(delivery["headers"]["X-GitHub-Event"], ()):
                body = json.loads(_text(delivery["body"]))
                wrong(body)
                made.append(_line(delivery, serial + len(made), json.dumps(body)))
            if not wrongs:
                break
    if made:
        text = _text(delivery["body"])
        made.append(_line(delivery, serial + len(made), text[: len(text) // 2]))
    return made


def _line(delivery: Body, serial: int, body: str) -> str:
    """A delivery as the story writes it, with a body that may be no JSON."""
    headers = delivery["headers"] | {
        "X-GitHub-Delivery": f"00000000-0000-4000-8000-{serial:012d}",
    }
    return json.dumps(delivery | {"headers": headers, "body": body}) + "\n"


def _text(body: Any) -> str:
    """The text of a body, which stands in a line as text or as JSON."""
    return body if isinstance(body, str) else json.dumps(body)
