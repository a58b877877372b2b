"""The OAuth server at /o/: consent, tokens, revocation. Django OAuth Toolkit's rules and error texts."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlencode

from flask import Request, Response

from simulators.seven_geese.tokens import CODE_SECONDS, KNOWN_SCOPES, Code, Grant

if TYPE_CHECKING:
    from simulators.seven_geese.access import Access
    from simulators.seven_geese.state import Network

Form = Mapping[str, str]
_BAD_GRANT = "Invalid credentials given."


class OAuthError(Exception):
    """An OAuth error answer."""

    def __init__(self, error: str, description: str = "", status: int = 400) -> None:
        super().__init__(error)
        self.error = error
        self.description = description
        self.status = status


def authorize(sim: Access, request: Request) -> Response:
    """Consents at once in the name of the network's admin, or of whoever `signed_in` says."""
    asked = request.args
    network = sim.network_of_client(asked.get("client_id", ""))
    uri = asked.get("redirect_uri", "")
    if network is None or not uri or (sim.redirect_uris is not None and uri not in sim.redirect_uris):
        return Response("<h1>Error: invalid_request</h1>", 400, content_type="text/html; charset=utf-8")
    state = {"state": asked["state"]} if "state" in asked else {}
    if asked.get("simulate") == "deny":
        return _redirect(uri, {"error": "access_denied", **state})
    if asked.get("response_type") != "code":
        return _redirect(uri, {"error": "unsupported_response_type", **state})
    try:
        scopes = granted_scopes(sim, asked.get("scope"))
    except OAuthError as error:
        return _redirect(uri, {"error": error.error, **state})
    code = sim.tokens.text()
    sim.tokens.codes[code] = Code(
        Grant(network.id, sim.signed_in.get(network.id, network.admin), scopes),
        network.client_id,
        uri,
        asked.get("code_challenge", ""),
        asked.get("code_challenge_method", "plain"),
        sim.now + timedelta(seconds=CODE_SECONDS),
    )
    return _redirect(uri, {"code": code, **state})


def token(sim: Access, request: Request) -> Response:
    form: dict[str, str] = dict(request.form)
    legacy = sim.oauthlib_mode == "legacy"
    try:
        if request.args and not legacy:
            raise OAuthError("invalid_request", "URL query parameters are not allowed")
        form = {**dict(request.args), **form}
        network, with_secret = _client(sim, request, form)
        grants = {"password": _password, "authorization_code": _code, "refresh_token": _refresh}
        grant_type = form.get("grant_type", "")
        if grant_type not in grants:
            raise OAuthError("unsupported_grant_type")
        if not with_secret and (grant_type == "password" or not sim.secret_optional):
            raise OAuthError("invalid_client", status=401)
        body = grants[grant_type](sim, network, form)
    except OAuthError as error:
        status = 401 if legacy and error.error == "invalid_grant" else error.status
        described = {"error_description": error.description} if error.description else {}
        return _json({"error": error.error, **described}, status)
    if legacy and grant_type == "authorization_code" and "state" in form:
        body["state"] = form["state"]
    return _json(body, 200)


def revoke(sim: Access, request: Request) -> Response:
    gone = request.form.get("token", "")
    held = sim.tokens.refresh.pop(gone, None)
    sim.tokens.access.pop(held.access if held else gone, None)
    return Response("", 200)


def granted_scopes(sim: Access, asked: str | None) -> str:
    wanted = sorted(KNOWN_SCOPES) if asked is None else asked.split()
    if not wanted or not KNOWN_SCOPES.issuperset(wanted):
        raise OAuthError("invalid_scope", status=401 if sim.oauthlib_mode == "legacy" else 400)
    if sim.grant_scopes is not None:
        wanted = [scope for scope in wanted if scope in sim.grant_scopes.split()]
    return " ".join(wanted)


def reply(sim: Access, grant: Grant, client_id: str) -> dict[str, Any]:
    access, refresh = sim.tokens.issue(grant, client_id, sim.now, sim.expires_in)
    return {
        "access_token": access,
        "expires_in": sim.expires_in,
        "token_type": "Bearer",
        "scope": grant.scopes,
        "refresh_token": refresh,
    }


def _client(sim: Access, request: Request, form: Form) -> tuple[Network, bool]:
    """The client's network, and whether the secret was shown; a wrong secret is never accepted."""
    client_id, secret = form.get("client_id", ""), form.get("client_secret")
    header = request.headers.get("Authorization", "")
    if header.startswith("Basic "):
        try:
            text = base64.b64decode(header[6:], validate=True).decode()
        except (binascii.Error, UnicodeError):
            raise OAuthError("invalid_client", status=401) from None
        client_id, _, secret = (unquote(part) for part in text.partition(":"))
    network = sim.network_of_client(client_id)
    if network is None or (secret is not None and secret != network.client_secret):
        raise OAuthError("invalid_client", status=401)
    return network, secret is not None


def _password(sim: Access, network: Network, form: Form) -> dict[str, Any]:
    if sim.password_login == "unauthorized_client":
        raise OAuthError("unauthorized_client")
    scopes = granted_scopes(sim, form.get("scope"))
    profile = sim.login(form.get("username", ""), form.get("password", ""))
    if profile is None or not sim.password_login:
        raise OAuthError("invalid_grant", _BAD_GRANT)
    return reply(sim, Grant(sim.state_of(profile).id, profile, scopes), network.client_id)


def _code(sim: Access, network: Network, form: Form) -> dict[str, Any]:
    held = sim.tokens.codes.pop(form.get("code", ""), None)
    if held is None or held.expires <= sim.now or held.client_id != network.client_id:
        raise OAuthError("invalid_grant")
    if form.get("redirect_uri") != held.redirect_uri:
        raise OAuthError("invalid_request", "Mismatching redirect URI.")
    if held.challenge and _challenge(form.get("code_verifier", ""), held.method) != held.challenge:
        raise OAuthError("invalid_grant")
    return reply(sim, held.grant, network.client_id)


def _refresh(sim: Access, network: Network, form: Form) -> dict[str, Any]:
    """Rotation: a used refresh token and its access token are dead, at once unless there is grace."""
    text = form.get("refresh_token", "")
    held = sim.tokens.refresh.get(text)
    dead = held is not None and held.until is not None and held.until <= sim.now
    if held is None or dead or held.client_id != network.client_id or not sim.is_active(held.grant.profile):
        raise OAuthError("invalid_grant")
    sim.tokens.access.pop(held.access, None)
    body = reply(sim, held.grant, network.client_id)
    if not sim.rotate_refresh:
        held.access = body["access_token"]
        sim.tokens.refresh.pop(body["refresh_token"])
        body["refresh_token"] = text
    elif sim.grace_seconds > 0:
        held.until = held.until or sim.now + timedelta(seconds=sim.grace_seconds)
    else:
        sim.tokens.refresh.pop(text)
    return body


def _challenge(verifier: str, method: str) -> str:
    if method != "S256":
        return verifier
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def _redirect(uri: str, parameters: dict[str, str]) -> Response:
    glue = "&" if "?" in uri else "?"
    return Response("", 302, {"Location": f"{uri}{glue}{urlencode(parameters)}"})


def _json(body: dict[str, Any], status: int) -> Response:
    headers = {"Cache-Control": "no-store", "Pragma": "no-cache"}
    return Response(json.dumps(body), status, headers, content_type="application/json")
