"""Asking a person for consent: the authorization code flow, with a local server that takes one answer."""

from __future__ import annotations

import hmac
import os
import queue
import secrets
import socket
import threading
import webbrowser
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from authlib.common.security import generate_token  # type: ignore[import-untyped]
from markupsafe import escape
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from sources.core.errors import ConfigurationError, UnavailableError
from sources.seven_geese.auth import Credentials
from sources.seven_geese.token_endpoint import PASSING, TokenEndpoint
from sources.seven_geese.token_store import Tokens, TokenStore

PORT = 8976  # fixed, because redirect URIs have to be registered with the application
PAGE = """<!doctype html><meta charset="utf-8"><title>sevens</title>
<p>{}</p>
"""
QUIET = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "Content-Security-Policy": "default-src 'none'"}


def authorize(
    origin: str,
    slug: str,
    credentials: Credentials,
    scopes: frozenset[str],
    store: TokenStore,
    *,
    port: int = PORT,
    open_browser: Callable[[str], bool] = webbrowser.open,
    tell: Callable[[str], None] = print,
    timeout: float = 300.0,
) -> Tokens:
    """Have a person consent in the browser, and keep the tokens. Port 0 takes any free one. Raises `RefusedError`
    where the consent is denied or its code not accepted, `UnavailableError` where nobody answers within `timeout`
    seconds, `ConfigurationError` where asking makes no sense."""
    endpoint = TokenEndpoint(origin, slug, credentials.client_id, credentials.client_secret, scopes)
    if credentials.kind != "authorization code":
        raise ConfigurationError(f"{slug}: it has a {credentials.kind}, which is used before any consent. Remove that "
                                 "from its credentials and keep client_id and client_secret.")  # fmt: skip
    with store.locked(endpoint.origin, slug):
        pass  # where tokens cannot be kept, nobody need consent
    state, verifier = secrets.token_urlsafe(32), generate_token(64)
    callback = _Callback(slug, state)
    with _listening(callback, slug, port) as redirect_uri:
        with endpoint.client(redirect_uri=redirect_uri, scope=endpoint.scope, code_challenge_method="S256") as client:
            url, _ = client.create_authorization_url(f"{endpoint.origin}/o/authorize/", state, verifier)
        tell(f"{slug}: open this address in a browser, log in to 7Geese and agree:\n{url}")
        with suppress(webbrowser.Error, OSError):  # the address is shown
            open_browser(url)
        answer = callback.wait(timeout)
    if answer is None:
        raise _nobody(endpoint, redirect_uri, timeout)
    code = _code(endpoint, answer)
    tokens = endpoint.ask("authorization_code", code=code, redirect_uri=redirect_uri, code_verifier=verifier)
    with store.locked(endpoint.origin, slug):
        store.write(endpoint.origin, slug, tokens)
    for line in (*_told(tokens, scopes), f"the consent is kept in {store.place(endpoint.origin, slug)}."):
        tell(f"{slug}: {line}")
    return tokens


class _Callback:
    """Where the browser comes back to. What was not asked for - no `state` or another's - changes nothing: whoever
    could end the wait with a made-up answer could keep a person from ever consenting. Only a denial, which the
    vendor documents without `state`, is taken without."""

    def __init__(self, slug: str, state: str) -> None:
        self._slug, self._state = slug, state.encode()
        self._answers: queue.SimpleQueue[Mapping[str, str]] = queue.SimpleQueue()

    def wait(self, timeout: float) -> Mapping[str, str] | None:
        """The first answer that counts, None when there was none in time."""
        with suppress(queue.Empty):
            return self._answers.get(timeout=timeout)
        return None

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        return self._answer(Request(environ))(environ, start_response)

    def _answer(self, request: Request) -> Response:
        if (request.method, request.path) != ("GET", "/callback"):
            return _page("There is nothing here.", 404)
        answer, state = request.args.to_dict(), request.args.get("state")
        ours = state is not None and hmac.compare_digest(state.encode(), self._state)
        if "error" in answer and (ours or state is None):
            page = _page(f"7Geese did not give access for {self._slug}. The terminal says what to do.")
        elif answer.get("code") and ours:
            page = _page(f"The consent for {self._slug} has arrived. Close this page; the terminal says how it went.")
        else:
            return _page("Nobody asked for this answer. Open the address that the terminal shows now.", 400)
        page.call_on_close(lambda: self._answers.put(answer))  # once the page is sent: the server may end then
        return page


class _Silent(WSGIRequestHandler):
    """Logs nothing, since requests carry the code. Drops who connects and says nothing, as browsers do in advance."""

    timeout = 10

    def log(self, type: str, message: str, *args: object) -> None:
        return


@contextmanager
def _listening(callback: _Callback, slug: str, port: int) -> Iterator[str]:
    """A server on this machine alone, and the redirect URI it answers to."""
    with socket.socket() as listener:
        if os.name == "posix":  # elsewhere this would share the port with another program
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
            listener.listen()
        except (OSError, OverflowError) as error:
            raise ConfigurationError(f"{slug}: port {port} of this machine is not to be had ({error}), where "
                                     "7Geese sends the browser back to. End the program that uses it (another `sevens "
                                     "auth`?), or take another port and register its redirect URI too."
                                     ) from None  # fmt: skip
        server = make_server(
            "127.0.0.1", 0, callback, threaded=True, request_handler=_Silent, fd=listener.fileno()
        )  # given a port, Werkzeug would end the process where it is busy
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.port}/callback"
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


def _page(text: str, status: int = 200) -> Response:
    return Response(PAGE.format(escape(text)), status, QUIET, mimetype="text/html")


def _nobody(endpoint: TokenEndpoint, redirect_uri: str, timeout: float) -> UnavailableError:
    port = redirect_uri.split(":")[2].split("/")[0]
    return UnavailableError(f"{endpoint.slug}: nobody consented within {timeout:.0f} s. If 7Geese showed an error, "
                            f"register the redirect URI {redirect_uri} at {endpoint.origin}/account/applications/. If "
                            f"the browser is on another machine, come here with `ssh -L {port}:127.0.0.1:{port}`. Then "
                            f"run `sevens auth seven_geese --company {endpoint.slug}` again.")  # fmt: skip


def _code(endpoint: TokenEndpoint, answer: Mapping[str, str]) -> str:
    error = answer.get("error")
    if error in PASSING:
        raise UnavailableError(f"{endpoint.slug}: 7Geese could not ask for consent just now ({error}). Run `sevens "
                               f"auth seven_geese --company {endpoint.slug}` again in a while.")  # fmt: skip
    if error is not None:
        raise endpoint.refusal("the consent", 403, error, answer.get("error_description", ""))
    return answer["code"]


def _told(tokens: Tokens, scopes: frozenset[str]) -> Iterator[str]:
    """What a person should know about tokens that are less than what was asked for."""
    granted = frozenset((tokens.scope or "").split())
    missing = scopes - granted if granted and not granted & {"all", "all:read"} else ()
    if missing:
        yield f"not granted: {', '.join(sorted(missing))}. What needs these is not loaded."
    if not tokens.refresh_token:
        yield "7Geese gave no refresh token, so this consent ends with its access token."
