"""What can go wrong, by who has to act. Every message names the company, the request and the remedy."""

from __future__ import annotations


class SevensError(Exception):
    """Base of all errors raised on purpose. The text is one paragraph a person can act on."""


class ConfigurationError(SevensError):
    """Something has to be written down differently before a run makes sense (exit code 2)."""


class RefusedError(SevensError):
    """The vendor answered and the answer is no: credentials, grant, scope, plan or request."""

    def __init__(self, message: str, status: int, body: bytes = b"") -> None:
        super().__init__(message)
        self.status, self.body = status, body


class SkippedError(SevensError):
    """What was asked for is not to be had with this credential, or not from this server: nothing was read."""


class UnavailableError(SevensError):
    """The vendor could not be reached, or did not stop failing, within the patience of the client. `patient`: it was
    sat out as long as that goes."""

    patient = False


class MalformedError(SevensError):
    """A reply that is no answer: HTML, cut JSON, a missing envelope."""


class SuspectError(SevensError):
    """An answer that contradicts itself or the last one: endless pages, a shrunken snapshot, a foreign row."""
