"""What of a response may land: who answered is hashed here, and words are left out; nobody keeps what came beside it.

A response has Typeform's form, whichever way it came: `form_id`, `token`, `submitted_at`, `hidden`, `answers`. What has
passed here once passes unchanged.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from hashlib import md5
from typing import Any, NamedTuple

import dlt

from pipelines import config, files
from pipelines.landing import LoadError

Told = Mapping[str, Any]

# A hash that was made here; the mark tells it from an id that looks like one.
HASHED = re.compile(r"h:[0-9a-f]{32}")
# A name that a company gave: of a survey, a question, a team, an option. An address of a person is none.
NAME = re.compile(r"[^@\r\n]{1,200}")
SCALE = re.compile(r"\s*(-?\d+(?:\.\d+)?)\s*\.\.\s*(-?\d+(?:\.\d+)?)\s*")
# Hidden fields that say who answered, the best first.
WHO = ("respondent", "email", "user_id")
ABOUT = ("team", "service")


class Rules(NamedTuple):
    """What the configuration says: the salt, questions whose words are kept, scales, how many were asked."""

    salt: str
    free_text: frozenset[str] = frozenset()
    scales: Mapping[str, tuple[float, float]] = {}
    invited: Mapping[str, int] = {}

    def hashed(self, identity: object) -> str | None:
        """The hash of who or what it is, the same as of a person in every other source; null where nobody is told."""
        text = str(identity).strip().lower() if isinstance(identity, str | int) else ""
        if not text or HASHED.fullmatch(text):
            return text or None
        return f"h:{md5(f'{self.salt}{text}'.encode(), usedforsecurity=False).hexdigest()}"


def rules() -> Rules:
    """The rules as configured in `[sources.surveys]`."""
    scales = dlt.config.get("sources.surveys.scales", dict) or {}
    invited = dlt.config.get("sources.surveys.invited", dict) or {}
    wrong = [name for name, text in scales.items() if not scale_of(str(text))]
    if wrong:
        raise LoadError(
            f"scales in [sources.surveys] of .dlt/config.toml: {wrong[0]} is none such as 1..5"
        )
    return Rules(
        config.salt(),
        frozenset(dlt.config.get("sources.surveys.free_text", list) or ()),
        {str(name): found for name, text in scales.items() if (found := scale_of(str(text)))},
        {str(name): count for name, count in invited.items() if isinstance(count, int)},
    )


def scale_of(text: str) -> tuple[float, float] | None:
    """Worst and best score of a scale that is written `1..5`."""
    match = SCALE.fullmatch(text)
    return (number_of(match[1]), number_of(match[2])) if match else None


def number_of(text: str) -> int | float:
    """A number as JSON writes it."""
    return int(text) if re.fullmatch(r"-?\d+", text) else float(text)


def kept(told: Told, by: Rules) -> dict[str, Any]:
    """What may land of a response.

    A value of another kind than it should be becomes an empty text, so that it is told and not shown.
    """
    hidden = told.get("hidden")
    hidden = hidden if isinstance(hidden, dict) else {}
    given = told.get("answers")
    answers = [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []
    scales = scales_of(told.get("definition")) | dict(by.scales)
    found: dict[str, Any] = {"form_id": name(told["form_id"])} if "form_id" in told else {}
    if token := by.hashed(told.get("token") or told.get("response_id")):
        found["token"] = token
    for key in ("submitted_at", "updated_at"):
        if key in told:
            found[key] = time(told[key])
    about: dict[str, Any] = {key: name(hidden[key]) for key in ABOUT if hidden.get(key)}
    about |= {
        question: label
        for one in answers
        if (question := question_of(one)) in ABOUT and (label := label_of(one))
    }
    if who := next(filter(None, (by.hashed(hidden.get(key)) for key in WHO)), None) or next(
        filter(None, (by.hashed(one.get("email")) for one in answers)), None
    ):
        about["respondent"] = who
    count = hidden.get("invited", by.invited.get(str(told.get("form_id"))))
    if count is not None:
        count = int(count) if isinstance(count, str) and count.isdecimal() else count
        about["invited"] = count if files.is_number(count) else ""
    if about:
        found["hidden"] = about
    if "answers" in told:
        found["answers"] = [
            shown
            for one in answers
            if question_of(one) not in ABOUT and (shown := answer(one, by, scales))
        ]
    return found


def answer(told: Told, by: Rules, scales: Mapping[str, tuple[float, float]]) -> dict[str, Any]:
    """What may land of an answer; empty where that is nothing."""
    field = told.get("field")
    field = field if isinstance(field, dict) else {}
    place = {key: name(field[key]) for key in ("id", "ref", "type") if key in field}
    question = question_of(told)
    found: dict[str, Any] = {}
    if "number" in told:
        found["number"] = told["number"] if files.is_number(told["number"]) else ""
        default = (0, 10) if field.get("type") == "nps" else None
        scale = scales.get(question) or scales.get(str(field.get("id"))) or default
        for key, bound in zip(("scale_min", "scale_max"), scale or (None, None), strict=True):
            bound = told.get(key, bound)
            if bound is not None:
                found[key] = bound if files.is_number(bound) else ""
    if "boolean" in told:
        found["boolean"] = told["boolean"] if isinstance(told["boolean"], bool) else ""
    if "choice" in told:
        found["choice"] = {"label": label_of(told) or "other"}
    if "choices" in told:
        labels = told["choices"].get("labels") if isinstance(told["choices"], dict) else None
        found["choices"] = {"labels": sorted(name(one) for one in labels or () if name(one))}
    if question in by.free_text and isinstance(told.get("text"), str):
        found["text"] = told["text"]
    return {"field": place, **found} if found else {}


def scales_of(definition: Any) -> dict[str, tuple[float, float]]:
    """The scales that a form's definition tells, by the id and the reference of the question."""
    fields = definition.get("fields") if isinstance(definition, dict) else None
    found: dict[str, tuple[float, float]] = {}
    for field in fields if isinstance(fields, list) else ():
        field = field if isinstance(field, dict) else {}
        properties = field.get("properties")
        properties = properties if isinstance(properties, dict) else {}
        steps = properties.get("steps")
        if isinstance(steps, int) and not isinstance(steps, bool):
            # a rating counts from 1, an opinion scale from 0 unless it is told to begin with 1
            first = int(field.get("type") == "rating" or properties.get("start_at_one") is True)
            scale = (first, first + steps - 1)
            found |= {str(field[key]): scale for key in ("id", "ref") if field.get(key)}
    return found


def question_of(told: Told) -> str:
    """What a question is called: the reference that its author gave, else its id."""
    field = told.get("field")
    field = field if isinstance(field, dict) else {}
    return name(field.get("ref")) or name(field.get("id"))


def label_of(told: Told) -> str:
    """The option that was chosen; empty for words of one's own."""
    choice = told.get("choice")
    return name(choice.get("label")) if isinstance(choice, dict) else ""


def name(value: Any) -> str:
    """A name, or nothing where it is none."""
    return value if isinstance(value, str) and NAME.fullmatch(value) else ""


def time(value: Any) -> str:
    """A time, or nothing where it is none."""
    try:
        return value if isinstance(value, str) and datetime.fromisoformat(value) else ""
    except ValueError:
        return ""


def problems(told: Told) -> list[str]:
    """What a response that may land lacks, as the fields' names with what is wrong."""
    wrong = [
        f"{key} is missing or none"
        for key in ("form_id", "token", "submitted_at")
        if not told.get(key)
    ]
    answers = told.get("answers") or []
    if not answers:
        wrong.append("no answer is a score or an option")
    wrong += [
        f"{question_of(one) or 'a question without a name'}: {key} is no number"
        for one in answers
        for key in ("number", "scale_min", "scale_max")
        if one.get(key) == ""
    ]
    wrong += [
        f"{question_of(one) or 'a question without a name'}: number is outside its scale"
        for one in answers
        if is_off_scale(one)
    ]
    return wrong


def is_off_scale(answer: Told) -> bool:
    """True for a score outside the scale that stands beside it."""
    if not all(files.is_number(answer.get(key)) for key in ("number", "scale_min", "scale_max")):
        return False
    lowest, highest = sorted((answer["scale_min"], answer["scale_max"]))
    return not lowest <= answer["number"] <= highest
