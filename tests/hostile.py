"""The demo organisation in hostile hands: every text that a person or a tool may write, and every seed."""

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

Item = dict[str, Any]

# What a page must never do is to set this, to ask this host, or to open a dialog.
TRAP = "window.__pwned=1"
HOST = "evil.invalid"

TEXTS = {
    "script": f"<script>{TRAP};alert(1)</script>",
    "image": f"<img src=x onerror={TRAP}><svg onload={TRAP}>",
    "other host": f'"><img src=//{HOST}/x.png><link rel=stylesheet href=//{HOST}/x.css><iframe src=//{HOST}>',
    "closing tags": f"</title></script></style></textarea></main>--><b onclick={TRAP}>]]>",
    "entities": f"&lt;script&gt;{TRAP}&lt;/script&gt; &amp;#60; &#x3c;script&#x3e;",
    "svelte": f"{{#if 1}}{{@html '<script>{TRAP}</script>'}}{{@const x=({TRAP})}}{{x}}{{/if}}<svelte:head/>",
    "template": f"${{{TRAP}}}`+({TRAP})+`\\u003cscript>",
    "markdown": f"[x](javascript:{TRAP}) ![x](//{HOST}/x) **b** `c` | d | # h <https://{HOST}>",
    "block": "\n```sql x\nselect 1\n```\n<script>\n---\ntitle: x\n---\n",
    "sql": "'; drop table marts.rpt_services; drop schema marts cascade; -- \" \\",
    "jinja": "{{ env_var('HOME') }}{% do exceptions.raise_compiler_error('x') %}{# #}",
    "control": "a\x01\x07\x08\x1b[31m\x1b]0;x\x07\x7f\x85\u2028\u2029z",
    "bidi": "\u202egnp.\u2066\u200b\ufeff\u0301\U000e0041",
    "formula": "=cmd|'/c calc'!A1",
    "proto": "__proto__",
    "up": "../../../../pwned",
    "encoded": "%2e%2e%2f%2e%2e%2fpwned%00.html",
    "place": "a/b?c=d#e&f;g\\h:i*j",
    "dots": "..",
    "file": "index.html",
    "long": "ä" * 5_000,
}  # fmt: skip
LINKS = (
    f"javascript:{TRAP}//",
    f"  javascript:{TRAP}",
    f"data:text/html,<script>{TRAP}</script>",
    f"//{HOST}/x",
    f'https://{HOST}/"><script>{TRAP}</script>',
    f"https://{HOST}/' onmouseover='{TRAP}",
    f"HTTPS://{HOST}/{{@html 1}}",
    f"file:///etc/passwd#{HOST}",
)
WRITTEN = ("title", "body", "message", "description")


def every(number: int) -> str:
    """One of the texts, by turns."""
    return list(TEXTS.values())[number % len(TEXTS)]


class Hostile:
    """Rewrites a generated demo in place: the same story, told by somebody hostile."""

    def __init__(self, generated: Path) -> None:
        """`generated` is what `demo.generate` wrote."""
        self.folder = generated
        self.count = 0
        self.names: dict[str, str] = {}
        #: What pages must show: the names of services and teams as the seeds have them.
        self.shown: set[str] = set()

    def run(self) -> None:
        """Rewrite deliveries and seeds."""
        for path in sorted((self.folder / "github").glob("*.jsonl")):
            lines = [json.loads(line) for line in path.read_text().splitlines()]
            path.write_text("".join(self.delivery(line) + "\n" for line in lines))
        self.seeds()

    def delivery(self, line: Item) -> str:
        """One delivery with hostile texts; its id too, since that is a record's key."""
        body = json.dumps(self.rewritten(json.loads(line["body"])))
        identity = line["headers"]["X-GitHub-Delivery"]
        headers = line["headers"] | {"X-GitHub-Delivery": f"{identity}{every(self.count)[:60]}"}
        return json.dumps(line | {"headers": headers, "body": body})

    def rewritten(self, value: Any, key: str = "", inside: str = "") -> Any:
        """A payload whose texts are hostile where they decide nothing, and hostile alike where they join."""
        self.count += 1
        if isinstance(value, dict):
            return {name: self.rewritten(item, name, key) for name, item in value.items()}
        if isinstance(value, list):
            return [self.rewritten(item, key, inside) for item in value]
        if not isinstance(value, str):
            return value
        if key in WRITTEN:
            return f"{value} {every(self.count)}"
        if key == "name" and inside == "labels" and not re.match("sev|incident|hotfix", value):
            return value + every(self.count)[:200]
        if key == "ref" and inside == "head":
            return self.alike(value)
        if key in ("login", "email", "username") and "robot" not in value and "[bot]" not in value:
            return self.alike(value)
        if key == "environment" and value == "staging":
            return value + TEXTS["script"] + TEXTS["control"] + TEXTS["bidi"]
        if key in ("html_url", "log_url", "target_url") and inside != "repository":
            number = re.search(r"/actions/runs/\d+", value)
            return LINKS[self.count % len(LINKS)] + (number[0] if number else "")
        return value

    def alike(self, value: str) -> str:
        """The same hostile text for the same name, always."""
        return self.names.setdefault(value, value + every(len(self.names))[:300])

    def seeds(self) -> None:
        """Hostile names and keys of services, teams and product areas."""
        keys = {"checkout": "../../checkout?<b>#{x}", "discovery": "a/b/%2e%2e/<i>"}
        edits: dict[str, Callable[[Item, int], Item]] = {
            "services": lambda row, n: row | self.service(n) | {"service_key": row["service_key"]},
            "teams": lambda row, n: row | self.team(n) | {"team_key": row["team_key"]},
        }
        # two texts a name and a key of its own each; few, since each page takes its time to render
        more = {
            "services": [
                {"service_key": f"{n}{every(n)[:200]}", **self.service(n)}
                for n in range(4, len(TEXTS) // 2 + 1)
            ],
            "teams": [
                {"team_key": f"{n}{every(n + 10)[:200]}", **self.team(n)} for n in range(4, 8)
            ],
        }
        for path in sorted((self.folder / "seeds").glob("*.csv")):
            with path.open(newline="") as file:
                reader = csv.DictReader(file)
                header, rows = list(reader.fieldnames or ()), list(reader)
            edit = edits.get(path.stem, lambda row, n: row)
            rows = [edit(row, n) for n, row in enumerate(rows)] + more.get(path.stem, [])
            for row in rows:
                for column in ("service_key", "team_key"):
                    row[column] = keys.get(row.get(column, ""), row.get(column, ""))
            with path.open("w", newline="") as file:
                writer = csv.DictWriter(
                    file, header, restval="", extrasaction="ignore", lineterminator="\n"
                )
                writer.writeheader()
                writer.writerows(rows)

    def service(self, number: int) -> Item:
        """Columns of a service."""
        name = f"{number} {every(2 * number)} {every(2 * number + 1)}"
        self.shown.add(name)
        area = f"Area {every(number + 3)[:500]}"
        return {"service_name": name, "product_area": area, "tier": every(number + 7)[:90]}

    def team(self, number: int) -> Item:
        """Columns of a team."""
        name = f"{number} {every(3 * number)} {every(3 * number + 5)}"
        self.shown.add(name)
        return {"team_name": name}


def nasty(sample: Item) -> list[bytes]:
    """Deliveries that no well-behaved sender makes, each by surgery on the text of an ordinary one."""
    told = json.loads(sample["body"])
    body = json.dumps(told, separators=(",", ":"))
    pull = json.dumps(told["pull_request"]["title"])
    made = {
        "megabyte": body.replace(pull, json.dumps("<b>" + "A" * 2**20), 1),
        "deep": body.replace(pull, "[" * 10_000 + "]" * 10_000, 1),
        "deep objects": body.replace(pull, '{"a":' * 10_000 + "1" + "}" * 10_000, 1),
        "infinite": re.sub(r'"additions":\d+', '"additions":1e999', body),
        "digits": re.sub(r'"additions":\d+', '"additions":' + "9" * 400, body),
        "digits of an id": re.sub(r'"id":\d+', '"id":' + "9" * 400, body),
        "negative": re.sub(r'"number":\d+', '"number":-1e400', body),
        "twice": body.replace('"title":', '"title":"first","title":', 1),
        "twice the object": body[:-1] + ',"pull_request":null,"repository":[]}',
        "half a character": body.replace(pull, r'"\ud800 <b>"', 1),
        "other half": body.replace(pull, r'"\udc00\ud800"', 1),
        "nul": body.replace(pull, r'"a\u0000b<script>"', 1),
        "proto": body[:-1] + ',"__proto__":{"polluted":1},"constructor":{"prototype":{"x":1}}}',
        "wrong kinds": re.sub(r'"(created_at|updated_at|merged_at)":"[^"]*"', r'"\1":{"$gt":""}', body),
        "absurd times": re.sub(r'"(created_at|updated_at)":"[^"]*"', r'"\1":"999999-99-99T99:99:99Z"', body),
        "nan": re.sub(r'"additions":\d+', '"additions":NaN', body),
        "comment": body + "/* x */",
        "not text": '"' + TRAP + '"',
        "keys": f'{body[:-1]},{json.dumps(TEXTS["image"])}:{{{json.dumps(TEXTS["svelte"])}:1e999}}}}',
    }  # fmt: skip
    lines = []
    for number, (name, text) in enumerate([*made.items(), ("event", body), ("event", "{")]):
        envelope = {
            "headers": {
                "X-GitHub-Event": TEXTS["script"] if name == "event" else "pull_request",
                "X-GitHub-Delivery": f"nasty {number} {name}",
            },
            "received_at": sample["received_at"],
            "body": text,
        }
        lines.append(json.dumps(envelope).encode())
    return lines
