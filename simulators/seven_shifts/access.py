"""Who may ask: OAuth tokens with a company guid, and one company's own access token."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from flask import Response

from simulators.seven_shifts.refusals import ApiError, denied, unauthorized
from simulators.seven_shifts.state import CompanyState

_SUBJECTS = (
    "companies",
    "departments",
    "locations",
    "roles",
    "users",
    "sales",
    "shifts",
    "time_punches",
    "events",
)
SCOPES = frozenset({"v1_access", *(f"{name}:{right}" for name in _SUBJECTS for right in ("read", "write"))})


@dataclass
class Access:
    """Issued tokens and revoked grants."""

    client_id: str
    client_secret: str
    issued: dict[str, datetime] = field(default_factory=dict)
    revoked: set[str] = field(default_factory=set)

    def token(self, form: Mapping[str, str], now: datetime, seconds: int) -> Response:
        """The token endpoint's answer to a form."""
        missing = [
            name for name in ("grant_type", "client_id", "client_secret", "scope") if not form.get(name)
        ]
        if missing:
            return _refused(400, "invalid_request", f"Check the `{missing[0]}` parameter")
        if form["grant_type"] != "client_credentials":
            return _refused(400, "unsupported_grant_type", "Use client_credentials")
        if (form["client_id"], form["client_secret"]) != (self.client_id, self.client_secret):
            return _refused(401, "invalid_client", "Client authentication failed")
        unknown = sorted(set(form["scope"].split()) - SCOPES)
        if unknown:
            return _refused(400, "invalid_scope", f"Check the `{unknown[0]}` scope")
        token = secrets.token_urlsafe(24)
        self.issued[token] = now + timedelta(seconds=seconds)
        body = {"token_type": "Bearer", "expires_in": seconds, "access_token": token}
        return Response(json.dumps(body), 200, content_type="application/json")

    def admit(
        self, headers: Mapping[str, str], states: Mapping[str, CompanyState], now: datetime
    ) -> tuple[str, CompanyState]:
        """(credential that is counted, company), or a refusal."""
        scheme, _, token = (headers.get("Authorization") or "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise unauthorized("A bearer token is required")
        guid = headers.get("x-company-guid")
        for own, state in states.items():
            if secrets.compare_digest(state.company.access_token, token):
                return token, self._own_company(own, guid, state)
        if token not in self.issued or self.issued[token] <= now:
            raise unauthorized("The access token is not valid or has expired")
        if not guid:
            raise ApiError(400, "x-company-guid header is required", "missing_header", legacy=True)
        if guid not in states or guid in self.revoked:
            raise denied("The company has not granted access to this client")
        return self.client_id, states[guid]

    def _own_company(self, own: str, guid: str | None, state: CompanyState) -> CompanyState:
        if own in self.revoked:
            raise unauthorized("The access token is not valid")
        if guid and guid != own:
            raise denied("The access token belongs to another company")
        return state


def _refused(status: int, error: str, hint: str) -> Response:
    text = error.replace("_", " ")
    body = {"error": error, "error_description": text, "hint": hint, "message": text}
    return Response(json.dumps(body), status, content_type="application/json")
