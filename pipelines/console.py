"""The terminal: texts of tools and people are shown there, and never steer it."""

import logging
import re
from typing import Any

from rich.console import Console
from rich.logging import RichHandler

# What moves a cursor, recolours, renames a window, or turns the direction of writing; a newline and a tab may stay.
STEERING = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def shown(text: str) -> str:
    r"""The text with what would steer a terminal written out (`\x1b`)."""
    return STEERING.sub(lambda match: match[0].encode("unicode_escape").decode(), text)


class Terminal(Console):
    """A stream for people; nothing in a text is markup, nothing steers."""

    def print(self, *objects: Any, **options: Any) -> None:
        """Print texts as they are, and rich's own objects as it draws them."""
        safe = (shown(each) if isinstance(each, str) else each for each in objects)
        super().print(*safe, **({"markup": False} | options))


class Lines(logging.Formatter):
    """A message a line, nothing else."""

    def format(self, record: logging.LogRecord) -> str:
        """The message, with its traceback where it has one."""
        return shown(super().format(record))


console = Terminal(highlight=False, soft_wrap=True)
errors = Terminal(stderr=True, highlight=False, soft_wrap=True)


def log_to_console(level: int) -> None:
    """Let everything of this package say how far it is."""
    handler: logging.Handler = logging.StreamHandler()
    if console.is_terminal:
        handler = RichHandler(
            console=console, show_level=False, show_path=False, show_time=False, markup=False
        )
    handler.setFormatter(Lines("%(message)s"))
    log = logging.getLogger("pipelines")
    log.handlers = [handler]
    log.propagate = False
    log.setLevel(level)
