"""Signatures that vendors publish: source, secret, body, Unix time, headers.

As GitHub, Atlassian, CircleCI, Slack and Svix document them, and as PagerDuty's Go client and the Standard Webhooks
libraries test them.
"""

from typing import NamedTuple


class Vector(NamedTuple):
    """One published signature."""

    source: str
    secret: str
    body: bytes
    time: int
    headers: dict[str, str]


TO_EVERYBODY = "It's a Secret to Everybody"
ATLASSIAN = "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9"
GITHUB = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
CIRCLECI = (
    ("secret", b"foo", "773ba44693c7553d6ee20f61ea5d2757a9a4f4a44d2841ae4e95b52e4cd62db4"),
    ("secret", b"hello world", "734cc62f32841568f45715aeb9f4d7891324e6d948e4c6c60c0621cdac48623a"),
    (
        "another-secret",
        b"lalala",
        "daa220016c8f29a8b214fbfc3671aeec2145cfb1e6790184ffb38b6d0425fa00",
    ),
    (
        *("hunter123", b"an-important-request-payload"),
        "9be2242094a9a8c00c64306f382a7f9d691de910b4a266f67bd314ef18ac49fa",
    ),
)
SLACK = (
    b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar"
    b"&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com"
    b"%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
    b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
)
PAGERDUTY = (
    b'{"event":{"id":"01BWDWL3NYY7LUFPZCC28QUCMK","event_type":"incident.priority_updated","resource_type":"incident",'
    b'"occurred_at":"2021-04-26T17:36:27.458Z","agent":{"html_url":"https://acme.pagerduty.com/users/PLH1HKV","id":'
    b'"PLH1HKV","self":"https://api.pagerduty.com/users/PLH1HKV","summary":"Tenex Engineer","type":"user_reference"},'
    b'"client":null,"data":{"id":"PGR0VU2","type":"incident","self":"https://api.pagerduty.com/incidents/PGR0VU2",'
    b'"html_url":"https://acme.pagerduty.com/incidents/PGR0VU2","number":2,"status":"triggered","title":"A little bump'
    b' in the road","service":{"html_url":"https://acme.pagerduty.com/services/PF9KMXH","id":"PF9KMXH","self":'
    b'"https://api.pagerduty.com/services/PF9KMXH","summary":"API Service","type":"service_reference"},"assignees":[{'
    b'"html_url":"https://acme.pagerduty.com/users/PTUXL6G","id":"PTUXL6G","self":'
    b'"https://api.pagerduty.com/users/PTUXL6G","summary":"User 123","type":"user_reference"}],"escalation_policy":{'
    b'"html_url":"https://acme.pagerduty.com/escalation_policies/PUS0KTE","id":"PUS0KTE","self":'
    b'"https://api.pagerduty.com/escalation_policies/PUS0KTE","summary":"Default","type":"escalation_policy_reference"},'
    b'"teams":[{"html_url":"https://acme.pagerduty.com/teams/PFCVPS0","id":"PFCVPS0","self":'
    b'"https://api.pagerduty.com/teams/PFCVPS0","summary":"Engineering","type":"team_reference"}],"priority":{"html_url"'
    b':"https://acme.pagerduty.com/account/incident_priorities","id":"PSO75BM","self":'
    b'"https://api.pagerduty.com/priorities/PSO75BM","summary":"P1","type":"priority_reference"},"urgency":"high",'
    b'"conference_bridge":{"conference_number":1000,"conference_url":"https://example.com"},"resolve_reason":null}}}'
)
STANDARD_WEBHOOKS = (
    (
        *(
            "whsec_plJ3nmyCDGBKInavdOK15jsl",
            b'{"event_type":"ping","data":{"success":true}}',
            1731705121,
        ),
        {
            "webhook-id": "msg_loFOjxBNrRLzqYUf",
            "webhook-timestamp": "1731705121",
            "webhook-signature": "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=",
        },
    ),
    (
        *("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", b'{"test": 2432232314}', 1614265330),
        {
            "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
            "webhook-timestamp": "1614265330",
            "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        },
    ),
)
VECTORS = [
    Vector("github", TO_EVERYBODY, b"Hello, World!", 0, {"x-hub-signature-256": GITHUB}),
    Vector("jira", TO_EVERYBODY, b"Hello World!", 0, {"x-hub-signature": ATLASSIAN}),
    Vector("bitbucket", TO_EVERYBODY, b"Hello World!", 0, {"x-hub-signature": ATLASSIAN}),
    *(
        Vector("circleci", secret, body, 0, {"circleci-signature": f"v1={made}"})
        for secret, body, made in CIRCLECI
    ),
    Vector(
        *(
            "pagerduty",
            "lDQHScfUeXUKaQRNF+8XIiDKZ7XX3itBAYzwU0TARw8lJqRnkKl2iB1anSb0Z+IK",
            PAGERDUTY,
            0,
        ),
        {
            "x-pagerduty-signature": "v1=0c0b9495b893a39e70d1fea2fe11fbe0a825f88b9f67846f6cc07dd2bc5476cd"
        },
    ),
    Vector(
        *("slack", "8f742231b10e8888abcd99yyyzzz85a5", SLACK, 1531420618),
        {
            "x-slack-request-timestamp": "1531420618",
            "x-slack-signature": "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
        },
    ),
    *(
        Vector(source, *published)
        for source in ("incident_io", "gitlab", "generic", "cdevents")
        for published in STANDARD_WEBHOOKS
    ),
]
