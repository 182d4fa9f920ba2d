"""The receiver's OpenAPI document, served at `GET /openapi.json`."""

from collections.abc import Sequence
from typing import Any

# The stable text of each refusal, which is all that it says.
ERRORS = {
    401: "not genuine",
    404: "not found",
    405: "method not allowed",
    408: "the body did not arrive in time",
    413: "the body is too large",
    500: "internal error",
    503: "cannot be kept now, try again",
}
WHEN = {
    401: "The proof of the scheme that the source uses is missing, wrong, or too old.",
    404: "No source of this name is served.",
    405: "A source takes POST alone.",
    408: "The body did not arrive in time.",
    413: "The body is larger than the limit.",
    500: "A defect of the receiver; nothing was kept.",
    503: "The spool is full, the disk fails, or too much is under way. Nothing was kept; send it again.",
}


def document(sources: Sequence[str], max_body: int, schemas: Sequence[str] = ()) -> dict[str, Any]:
    """The document of a receiver that serves these sources and takes bodies of up to `max_body` bytes.

    `schemas` are the paths of the schemas below `/webhooks/`, `<source>/schemas/<name>`.
    """
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "engops webhook receiver",
            "version": "1",
            "description": "Takes webhooks, proves them genuine, and keeps them until the warehouse has them.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": {
            "/webhooks/{source}": {
                "parameters": [
                    {
                        "name": "source",
                        "in": "path",
                        "required": True,
                        "schema": {"type": "string", "enum": list(sources)},
                    }
                ],
                "post": {
                    "operationId": "deliver",
                    "summary": "Deliver one webhook",
                    "description": "The body is kept byte for byte, whatever it is; a vendor's own headers carry its "
                    f"proof. At most {max_body:,} bytes.",
                    "requestBody": {
                        "required": False,
                        "content": {"application/json": {"schema": True}, "*/*": {}},
                    },
                    "responses": {
                        "200": _answer(
                            "A handshake, answered in the way its vendor asks for.", "*/*", True
                        ),
                        "202": _answer(
                            "The delivery is on disk.", schema=_object("status", "accepted")
                        ),
                        **{str(status): _refusal(status) for status in ERRORS},
                    },
                },
            },
            **{f"/webhooks/{path}": _schema(path) for path in schemas},
            "/health": {
                "get": {
                    "operationId": "health",
                    "summary": "Whether deliveries can be kept",
                    "responses": {
                        "200": _answer("They can.", schema=_object("status", "ok")),
                        "503": _answer(
                            "The last one could not be.", schema=_object("error", ERRORS[503])
                        ),
                    },
                }
            },
            "/metrics": {
                "get": {
                    "operationId": "metrics",
                    "summary": "Counters in Prometheus' text format",
                    "responses": {
                        "200": _answer("The counters.", "text/plain", {"type": "string"})
                    },
                }
            },
            "/openapi.json": {
                "get": {
                    "operationId": "openapi",
                    "summary": "This document",
                    "responses": {"200": _answer("The document.", schema={"type": "object"})},
                }
            },
        },
    }


def _schema(path: str) -> dict[str, Any]:
    """The path of one schema."""
    return {
        "get": {
            "operationId": path.replace("/", "-"),
            "summary": f"The JSON Schema of a {path.rpartition('/')[2]}",
            "responses": {"200": _answer("The schema.", schema={"type": "object"})},
        }
    }


def _answer(words: str, media: str = "application/json", schema: Any = True) -> dict[str, Any]:
    """One answer and its content."""
    return {"description": words, "content": {media: {"schema": schema}}}


def _object(key: str, text: str) -> dict[str, Any]:
    """A JSON object of one text."""
    return {
        "type": "object",
        "required": [key],
        "properties": {key: {"type": "string", "const": text}},
        "additionalProperties": False,
    }


def _refusal(status: int) -> dict[str, Any]:
    """One refusal, with the header that goes with it."""
    header = {405: "Allow", 401: "WWW-Authenticate", 503: "Retry-After"}.get(status)
    answer = _answer(WHEN[status], schema=_object("error", ERRORS[status]))
    if header:
        answer["headers"] = {header: {"schema": {"type": "string"}, "required": True}}
    return answer
