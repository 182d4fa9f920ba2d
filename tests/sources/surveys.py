"""Surveys: Typeform's webhook and Responses API, an export of it, and CSV of any tool, wide and long.

One response is the documentation's own example, one was recorded; the others have the documented form and our values.
Who answered and what was written in words is planted: tests/test_surveys.py looks for it wherever data lies.
"""

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipelines import surveys
from tests.packages import Package
from tests.sources import Case, Delivery, Provenance, person
from tests.vendor_server import Api, Request, Route

EXAMPLE = Package(
    *("npm", "@trigger.dev/typeform", "2.1.9"),
    "eff89caa4b320a70a2e353b42692bec1ebaaeb2588f0b293e02c71ce03644e92",
)
RECORDING = Package(
    *("npm", "@activepieces/piece-typeform", "0.2.0"),
    "cd15919e8e825d16dca61e5f41f364cf9d35e6b23137dc23507af04a099978da",
)
ADDRESS = "ada.planted@example.com"
SENTENCE = "I am the only one who wrote this sentence"
SETTINGS = {
    "scales": '{"flow": "1..7"}',
    "invited": '{"lT4Z3j": 12}',
    "forms": '["lT4Z3j", "u6nXL7"]',
}
FIELD = {"id": "DlXFaesGBpoF", "ref": "recommend", "type": "nps"}
EASE = {"id": "k6TP9oLGgHjl", "ref": "ease", "type": "opinion_scale"}


def response(token: str, at: str, *answers: dict[str, Any], **hidden: str) -> dict[str, Any]:
    """What Typeform tells of a response, by either way."""
    return {
        **{"token": token, "landed_at": "2026-03-02T09:59:00Z", "submitted_at": at},
        **{"calculated": {"score": 9}, "hidden": {"team": "Blue", **hidden}},
        "answers": [
            {"type": "email", "email": ADDRESS, "field": {"id": "e", "ref": "mail", "type": "email"}},
            {"type": "text", "text": SENTENCE, "field": {"id": "t", "ref": "why", "type": "long_text"}},
            *answers,
        ],
    }  # fmt: skip


def sent(number: int, told: dict[str, Any], received_at: str) -> Delivery:
    """A webhook of a response."""
    fields = [
        {**EASE, "title": f"Hello {ADDRESS}", "properties": {"steps": 5, "start_at_one": True}}
    ]
    body = {
        **{"event_id": f"01{number}", "event_type": "form_response"},
        "form_response": {
            "form_id": "lT4Z3j",
            **told,
            "definition": {"id": "lT4Z3j", "title": "Pulse", "fields": fields},
        },
    }
    return Delivery(body, received_at=received_at)


def told() -> list[Delivery]:
    """All that came by webhook: our own, the documentation's example, and a response that was recorded."""
    script = (EXAMPLE.path() / "package" / "dist" / "index.js").read_text()
    example = re.search(r"formResponseExample = (\{.*?\n\});", script, re.S)
    trigger = RECORDING.path() / "package" / "src" / "lib" / "trigger" / "new-submission.js"
    recorded = trigger.read_text().partition("sampleData: ")[2]
    assert example
    return [
        sent(1, FIRST, "2026-03-02T10:00:05+00:00"),
        # a literal of JavaScript whose names are bare is YAML
        Delivery(yaml.safe_load(example[1])["payload"]),
        Delivery(
            {
                "event_id": "01",
                "event_type": "form_response",
                "form_response": json.JSONDecoder().raw_decode(recorded)[0],
            }
        ),
    ]


FIRST = response(
    "c3a12ec67a1365927098a606107fac17",
    "2026-03-02T10:00:00Z",
    {"type": "number", "number": 9, "field": FIELD},
    {"type": "number", "number": 4, "field": EASE},
    {
        "type": "choice",
        "choice": {"id": "c", "label": "weekly"},
        "field": {"id": "c1", "ref": "often"},
    },
    {"type": "choice", "choice": {"other": SENTENCE}, "field": {"id": "c3", "ref": "tool"}},
    {
        "type": "choices",
        "choices": {"labels": ["tests", "builds"]},
        "field": {"id": "c2", "ref": "slow"},
    },
    {"type": "boolean", "boolean": True, "field": {"id": "b1", "ref": "again"}},
    service="shop",
    campaign=SENTENCE,
)
SECOND = response(
    "b3a12ec67a1365927098a606107fac16",
    "2026-03-02T11:00:00Z",
    {"type": "number", "number": 6, "field": {"id": "f1", "ref": "flow", "type": "rating"}},
)
METADATA = {"user_agent": SENTENCE, "referer": "https://x", "network_id": "1f2e-planted-network"}
ITEMS = [{**told, "response_id": told["token"], "metadata": METADATA} for told in (FIRST, SECOND)]


OTHERS = [
    response(f"d3a{n}", f"2026-03-05T0{n}:00:00Z", {"number": n, "field": {"id": "i1"}})
    for n in range(3)
]


def before(request: Request) -> list[dict[str, Any]]:
    """The newest first, one a page; what follows stands before a token."""
    told = ITEMS if "lT4Z3j" in request.path else OTHERS
    items = sorted(told, key=lambda item: item["submitted_at"], reverse=True)
    since, token = request.get("since"), request.get("before")
    if since:
        items = [item for item in items if item["submitted_at"] >= str(since)]
    if token:
        items = items[[item["token"] for item in items].index(str(token)) + 1 :]
    return items[:1]


def land(folder: Path) -> None:
    """An export, and the two layouts of CSV."""
    third = response("c3a1", "2026-03-02T12:00:00Z", {"number": 3, "field": EASE})
    (folder / "lT4Z3j.json").write_text(json.dumps({"total_items": 1, "items": [third]}))
    with (folder / "pulse-2026.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(
            [
                *("submitted_at", "email", "Team", "invited"),
                *("ease [1..5]", "often [choice]", "size", "why"),
            ]
        )
        rows.writerow(["2026-03-03", ADDRESS, "Blue", "40", "5", "daily", "2.5", SENTENCE])
        rows.writerow(["2026-03-03", "", "Blue", "40", "2", "", "", ""])
        rows.writerow(["2026-03-03", "", "Blue", "40", "2", "", "", ""])
    with (folder / "long.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(
            [
                *("survey", "response", "respondent", "submitted_at", "question"),
                *("score", "scale_min", "scale_max", "choice", "text"),
            ]
        )
        who = ("q1", "r1", ADDRESS, "2026-03-04T10:00:00+01:00")
        rows.writerow([*who, "ease", "3", "1", "5", "", ""])
        rows.writerow([*who, "often", "", "", "", "weekly", ""])
        rows.writerow([*who, "why", "", "", "", "", SENTENCE])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCES__SURVEYS__SCALES", SETTINGS["scales"])
        surveys.load(path=folder)


def key(survey: str, token: str) -> str:
    """The key of a response."""
    return f"surveys:response:{survey}:{person(token)}"


def answer(survey: str, token: str, question: str, **columns: Any) -> dict[str, Any]:
    """A row of an answer; whatever is not said is null."""
    return {
        **{"answer_key": f"{key(survey, token)}:{question}", "response_key": key(survey, token)},
        **{"survey_key": f"surveys:survey:{survey}", "question_key": f"surveys:question:{question}"},
        **{"score": None, "scale_min": None, "scale_max": None, "choice": None, **columns},
    }  # fmt: skip


ADA = {"respondent_key": person(ADDRESS), "team_name": "Blue"}
ONE, TWO = (told["token"] for told in (FIRST, SECOND))
WEB = {**ADA, "service_name": "shop", "submitted_at": "2026-03-02 10:00:00"}
FORM, WIDE = "lT4Z3j", "pulse-2026"
WHEN = "2026-03-03 00:00:00"
LAURA = {
    **{"respondent_key": person("abc123456"), "submitted_at": "2018-01-18 18:17:02"},
    **{"team_name": None, "invited_count": 12},
}
SHOWN = {
    **{"PNe8ZKBK8C2Q": {"choice": "London; Sydney"}, "Q7M2XAwY04dW": {"score": 5}},
    **{"gFFf3xAkJKsr": {"choice": "yes"}, "k6TP9oLGgHjl": {"choice": "London"}},
    **{"RUqkXSeXBXSd": {"choice": "no"}, "NRsxU591jIW9": {"score": 2}},
    **{"WOTdC00F8A3h": {"score": 3}, "pn48RmPazVdM": {"score": 4}},
}
ANSWERS = [
    *(
        answer(FORM, "a3a12ec67a1365927098a606107fac15", question, **told, **LAURA)
        for question, told in SHOWN.items()
    ),
    answer("o3TT4IlE", "9q3v9bp5alonta6239q3q1rfly2c2ukh", "01GQZMFYAD53N13MC7G0AKFWC6",
           choice="Choice 1", respondent_key=None, submitted_at="2023-01-29 20:52:37"),
    answer(FORM, ONE, "recommend", score=9, scale_min=0, scale_max=10, **WEB),
    answer(FORM, ONE, "ease", score=4, scale_min=1, scale_max=5, **WEB),
    answer(FORM, ONE, "often", choice="weekly", **WEB),
    answer(FORM, ONE, "tool", choice="other", **WEB),
    answer(FORM, ONE, "slow", choice="builds; tests", **WEB),
    answer(FORM, ONE, "again", choice="yes", **WEB),
    answer(FORM, TWO, "flow", score=6, scale_min=1, scale_max=7, invited_count=12, **ADA),
    answer(FORM, "c3a1", "ease", score=3, **ADA),
    answer(WIDE, f"{WIDE} {ADDRESS} 2026-03-03", "ease", score=5, scale_min=1, scale_max=5,
           invited_count=40, submitted_at=WHEN, **ADA),
    answer(WIDE, f"{WIDE} {ADDRESS} 2026-03-03", "often", choice="daily", **ADA),
    answer(WIDE, f"{WIDE} {ADDRESS} 2026-03-03", "size", score=2.5, **ADA),
    # two who are not told apart are two
    answer(WIDE, f"{WIDE}.csv:3", "ease", score=2, scale_min=1, scale_max=5, respondent_key=None),
    answer(WIDE, f"{WIDE}.csv:4", "ease", score=2, scale_min=1, scale_max=5, respondent_key=None),
    *(answer("u6nXL7", f"d3a{n}", "i1", score=n, **ADA) for n in range(3)),
    answer("q1", "r1", "ease", score=3, scale_min=1, scale_max=5,
           submitted_at="2026-03-04 09:00:00", respondent_key=person(ADDRESS), team_name=None),
    answer("q1", "r1", "often", choice="weekly", respondent_key=person(ADDRESS)),
]  # fmt: skip
DOCUMENTED = "https://www.typeform.com/developers/webhooks/example-payload/"
RESPONSES = "https://www.typeform.com/developers/responses/reference/retrieve-responses/"

CASE = Case(
    source="surveys",
    webhooks=told,
    files=land,
    api=Api(
        routes=lambda: {
            f"/forms/{form}/responses": Route(
                lambda request: {"total_items": 5, "page_count": 5, "items": before(request)}
            )
            for form in ("lT4Z3j", "u6nXL7")
        },
        settings={"token": "token-of-typeform", **SETTINGS},
        rows={"responses": 5},
        signed=("Authorization", "Bearer token-of-typeform"),
        refused="/forms/u6nXL7/responses",
        unknown=["u6nXL7: responses unknown: 403"],
    ),
    rows={"survey_responses": ANSWERS},
    provenance=[
        Provenance(
            "recorded",
            covers=[("survey_responses", "webhook")],
            package=RECORDING,
            note="a response with one choice",
        ),
        Provenance(
            "documented",
            covers=[("survey_responses", "webhook")],
            package=EXAMPLE,
            url=DOCUMENTED,
            note="the documentation's example, as the package carries it",
        ),
        Provenance(
            "own",
            covers=[("survey_responses", "api"), ("survey_responses", "file")],
            url=RESPONSES,
            note="answers in the form of the documentation; CSV in our own layouts",
        ),
    ],
)
