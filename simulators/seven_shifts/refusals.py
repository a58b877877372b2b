"""What the vendor says when it will not answer, in both of its documented shapes."""

from __future__ import annotations

import json
from typing import Any

from flask import Response

TITLES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    429: "Too Many Requests",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
}


class ApiError(Exception):
    """An answer other than 200. `error` is the legacy shape's code; `legacy` forces that shape."""

    def __init__(
        self, status: int, message: str, error: str, param: str | None = None, legacy: bool = False
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.error = error
        self.param = param
        self.legacy = legacy


def bad_request(message: str, param: str | None = None) -> ApiError:
    return ApiError(400, message, "validation_error", param)


def unauthorized(message: str) -> ApiError:
    return ApiError(401, message, "unauthorized")


def denied(message: str) -> ApiError:
    return ApiError(403, message, "access_denied")


def not_found(message: str = "The requested resource was not found") -> ApiError:
    return ApiError(404, message, "invalid_id")


def refusal_response(refusal: ApiError, shape: str) -> Response:
    """`shape` is "problem" or "legacy"."""
    if refusal.legacy or shape == "legacy":
        body: dict[str, Any] = {"status": "error", "message": refusal.message, "error": refusal.error}
        return Response(json.dumps(body), refusal.status, content_type="application/json")
    title = TITLES.get(refusal.status, "Error")
    body = {"type": "about:blank", "title": title, "status": refusal.status, "detail": refusal.message}
    if refusal.param:
        body["param"] = refusal.param
    return Response(json.dumps(body), refusal.status, content_type="application/problem+json")
