"""`/o/token/` of 7Geese: asking for tokens, and what its refusals mean."""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import partial
from typing import Any

import requests
from authlib.integrations.requests_client import OAuth2Session  # type: ignore[import-untyped]
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, stop_after_delay, wait_exponential

from sources.core.deadline import Deadline
from sources.core.errors import ConfigurationError, RefusedError, UnavailableError
from sources.core.http import secure, why
from sources.core.verdict import AgainError
from sources.seven_geese.token_store import Tokens

LIFETIME = 36_000.0  # seconds an access token lives where the reply does not say
TIMEOUT = (5.0, 30.0)  # no try begins after 24 s: all of them take less than others wait for the token store
PASSING = ("server_error", "temporarily_unavailable")
REMEDIES = {  # by error; invalid_grant by grant
    "password": "Check its username and password. A network with single sign-on only takes no passwords: remove them "
                "and run {again} for a consent, or set a static token.",
    "refresh_token": "The consent has ended: it was withdrawn, its refresh token was used elsewhere, or the reply to "
                     "the last refresh was lost on its way (a refresh token works once). Run {again}.",
    "authorization_code": "A code works once, for a minute, and for one redirect URI. Run {again} anew.",
    "invalid_client": "Check its client_id and client_secret against {apps}; a public application has no secret.",
    "unauthorized_client": "The application at {apps} has another grant type. A password needs 'Resource owner "
                           "password-based', {again} needs 'Authorization code'.",
    "invalid_scope": "This application or this person does not get all of: {scope}. Leave out the resources that "
                     "need what is missing.",
    "access_denied": "Somebody of the network has to log in and to agree; what is loaded is what that person may see. "
                     "Run {again} anew.",
}  # fmt: skip
REMEDIES["unsupported_grant_type"] = REMEDIES["unauthorized_client"]


class TokenEndpoint:
    """`/o/token/` as one network's client sees it. Weather is tried again for a while, a refusal is explained."""

    def __init__(
        self, origin: str, slug: str, client_id: str | None, secret: str | None, scopes: frozenset[str],
        backoff: float = 1.0,
    ) -> None:  # fmt: skip
        self.origin, self.slug, self.scope = secure(origin), slug, " ".join(sorted(scopes))
        self._url, self._backoff = f"{self.origin}/o/token/", backoff
        self._id, self._secret = client_id, secret

    def client(self, **options: str) -> OAuth2Session:
        """An OAuth client: Basic with a secret, `client_id` in the body without."""
        if not self._id:
            raise ConfigurationError(f"{self.slug}: 7Geese needs a client_id or a static token. Register an "
                                     f"application at {self.origin}/account/applications/ and set its client_id."
                                     )  # fmt: skip
        client = OAuth2Session(self._id, self._secret, **options)
        client.headers["User-Agent"] = "sevens"
        client.mount(self.origin, Deadline(TIMEOUT[1]))
        return client

    def ask(self, grant: str, **form: str) -> Tokens:
        """The tokens for a grant. Raises `RefusedError` and, when the weather does not clear, `UnavailableError`."""
        retrying = Retrying(
            retry=retry_if_exception_type(AgainError), stop=stop_after_attempt(4) | stop_after_delay(20),
            wait=wait_exponential(self._backoff, max=4), reraise=True,
        )  # fmt: skip
        try:
            return retrying(self._once, grant, form)
        except AgainError as error:
            raise error.cause from None

    def refusal(self, what: str, status: int, error: str, about: str, case: str = "") -> RefusedError:
        """What an OAuth error means for the person who reads it."""
        said = f"{error} - {about}" if about else error
        said = "".join(letter if " " <= letter <= "~" else "?" for letter in said)[:200]
        remedy = REMEDIES.get(case or error, "See RFC 6749, section 5.2, and the application at {apps}.").format(
            again=f"`sevens auth seven_geese --company {self.slug}`", apps=f"{self.origin}/account/applications/",
            scope=self.scope,
        )  # fmt: skip
        return RefusedError(f"{self.slug}: {what} was refused ({status}: {said}). {remedy}", status)

    def _once(self, grant: str, form: Mapping[str, str]) -> Tokens:
        with self.client() as client:
            client.register_compliance_hook("access_token_response", partial(self._judge, grant, form))
            try:
                return _tokens(
                    client.fetch_token(self._url, grant_type=grant, timeout=TIMEOUT, allow_redirects=False, **form)
                )
            except requests.RequestException as error:
                raise self._again(f"gave no answer ({why(error)})") from None
            except (TypeError, ValueError):
                raise self._again("answered 200 without a token") from None

    def _judge(self, grant: str, form: Mapping[str, str], response: requests.Response) -> requests.Response:
        """Before Authlib, which takes any object without `error` for a token, whatever its status."""
        status, (error, about) = response.status_code, _error(response)
        if 300 <= status < 400:
            raise RefusedError(f"{self.slug}: {self._url} redirects to another address ({status}), which is never "
                               "followed. Set api_url to 7Geese's own address.", status)  # fmt: skip
        if error and status != 429 and error not in PASSING:
            for sent in filter(None, (*form.values(), self._secret)):
                about = about.replace(sent, "…")
            what = f"the {grant} grant at {self._url}"
            raise self.refusal(what, status, error, about, grant if error == "invalid_grant" else error)
        if status != 200:
            raise self._again(f"answered {status}")
        return response

    def _again(self, what: str) -> AgainError:
        return AgainError(UnavailableError(f"{self.slug}: {self._url} {what}. Check the network and api_url, or run "
                                           "again later; what was loaded before is kept."))  # fmt: skip


def _error(response: requests.Response) -> tuple[str, str]:
    """The error of a reply and its description, empty for a reply that has none."""
    try:
        body = response.json()
        return str(body.get("error") or ""), str(body.get("error_description") or "")
    except (ValueError, AttributeError):
        return "", ""


def _tokens(reply: Mapping[str, Any]) -> Tokens:
    """Raises `ValueError` for a reply without a usable token. Old servers echo `state` here, which is not needed."""
    access, refresh, scope, now = reply.get("access_token"), reply.get("refresh_token"), reply.get("scope"), time.time()
    if not isinstance(access, str) or not isinstance(refresh, str | None) or not isinstance(scope, str | None):
        raise ValueError("no token")
    lasts = LIFETIME if reply.get("expires_in") is None else float(reply["expires_in"])
    return Tokens(access, refresh or None, now + lasts, scope or None, now)
