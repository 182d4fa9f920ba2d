"""What may be said of sources: the shipped examples name every key there is."""

import re
from functools import cache

from pipelines import config

EXAMPLES = ("config.toml.example", "secrets.toml.example")
SECTION = re.compile(r"#? ?\[sources\.(\w+)(?:\.(\w+))?\]")
KEY = re.compile(r"#? ?(\w+) = (\S.*)")
OPEN = {"[": "[…]", '"""': '"…"'}
WEBHOOK = "webhook_"


@cache
def known() -> dict[str, dict[str, str]]:
    """The keys of each source, with an example of each; under an empty name those of webhooks, which all may have."""
    found: dict[str, dict[str, str]] = {"": {}}
    for name in EXAMPLES:
        keys: dict[str, str] = {}
        for line in (config.PROJECT / ".dlt" / name).read_text(encoding="utf-8").splitlines():
            if section := SECTION.match(line):
                keys = found.setdefault(section[1], {})
                if section[2]:  # its own table; what stands in it is no key of the source
                    keys[section[2]] = "{…}"
                    keys = {}
            elif key := KEY.match(line):
                keys = found[""] if key[1].startswith(WEBHOOK) else keys
                example = key[2].partition(" #")[0].strip()
                keys.setdefault(key[1], OPEN.get(example, example))
    return found
