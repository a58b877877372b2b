"""What happens to an answer on its way: each of these takes the wire and the vendor's answer."""

from __future__ import annotations

import gzip
import random
import re
import time
from collections.abc import Callable
from dataclasses import replace
from email.utils import formatdate

from tests.weather.proxy import Answer, Spoil, Wire

HTML = b"<!DOCTYPE html><html><head><title>Just a moment...</title></head><body></body></html>"


def answers(status: int, body: bytes = b"", **headers: str) -> Spoil:
    """Another answer instead. Header names are written with underscores."""

    def spoil(wire: Wire, answer: Answer) -> None:
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        wire.send(Answer(status, "Spoiled", {"Date": formatdate(usegmt=True), **named}, body))

    return spoil


def too_many(retry_after: str | None) -> Spoil:
    told = {} if retry_after is None else {"Retry_After": retry_after}
    return answers(429, b'{"detail": "Too many requests"}', **told)


def too_many_until(seconds: float) -> Spoil:
    """With a date, told from the vendor's own clock."""

    def spoil(wire: Wire, answer: Answer) -> None:
        now = time.time()
        headers = {"Date": formatdate(now, usegmt=True), "Retry-After": formatdate(now + seconds, usegmt=True)}
        wire.send(Answer(429, "Too Many Requests", headers, b"{}"))

    return spoil


def page(status: int, **headers: str) -> Spoil:
    return answers(status, HTML, Content_Type="text/html; charset=UTF-8", **headers)


def body(change: Callable[[bytes], bytes], **headers: str) -> Spoil:
    """The answer with its bytes changed, and its length right."""

    def spoil(wire: Wire, answer: Answer) -> None:
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        wire.send(replace(answer, body=change(answer.body), headers={**answer.headers, **named}))

    return spoil


def with_headers(**headers: str) -> Spoil:
    return body(lambda content: content, **headers)


def latency(wire: Wire, answer: Answer) -> None:
    wire.wait(random.uniform(0, 0.05))
    wire.send(answer)


def silence(wire: Wire, answer: Answer) -> None:
    """Accepted, never answered."""
    wire.wait(30)


def reset_before(wire: Wire, answer: Answer) -> None:
    wire.reset()


def reset_within(wire: Wire, answer: Answer) -> None:
    wire.head(answer)
    wire.raw(answer.body[: len(answer.body) // 2])
    wire.reset()


def closed_after(wire: Wire, answer: Answer) -> None:
    """The whole answer, but the connection that was to be kept is closed: the next request on it finds that out."""
    wire.send(answer)
    wire.close()


def cut_off(wire: Wire, answer: Answer) -> None:
    """Closed in the middle of the promised length."""
    wire.head(answer)
    wire.raw(answer.body[: len(answer.body) * 2 // 3])
    wire.close()


def cut_off_in_chunks(wire: Wire, answer: Answer) -> None:
    half = answer.body[: len(answer.body) // 2]
    wire.head(replace(answer, headers={**answer.headers, "Transfer-Encoding": "chunked"}), None)
    wire.raw(f"{len(half):x}\r\n".encode() + half + b"\r\n")
    wire.close()


def bad_chunks(wire: Wire, answer: Answer) -> None:
    wire.head(replace(answer, headers={**answer.headers, "Transfer-Encoding": "chunked"}), None)
    wire.raw(b"zz\r\n" + answer.body)
    wire.close()


def too_short_a_length(wire: Wire, answer: Answer) -> None:
    """The rest of the body would be taken for the next answer."""
    wire.head(answer, len(answer.body) // 2)
    wire.raw(answer.body)


def old_protocol(wire: Wire, answer: Answer) -> None:
    """HTTP/1.0 without a length: the end of the connection is the end of the body."""
    wire.head(answer, None, "HTTP/1.0")
    wire.raw(answer.body)
    wire.close()


def old_protocol_cut(wire: Wire, answer: Answer) -> None:
    """The same, cut off: nothing but the JSON tells."""
    old_protocol(wire, replace(answer, body=answer.body[: len(answer.body) * 2 // 3]))


def long_header(wire: Wire, answer: Answer) -> None:
    wire.send(replace(answer, headers={**answer.headers, "X-Padding": "x" * 70_000}))


def many_headers(wire: Wire, answer: Answer) -> None:
    wire.send(replace(answer, headers={**answer.headers, **{f"X-Padding-{n}": "x" for n in range(200)}}))


def no_http(wire: Wire, answer: Answer) -> None:
    wire.raw(b"220 mail.example.test ESMTP\r\n")
    wire.close()


def trickling(wire: Wire, answer: Answer) -> None:
    """A byte now and then: no pause is long, the whole never comes."""
    wire.head(answer)
    for at in range(len(answer.body)):
        wire.raw(answer.body[at : at + 1])
        wire.wait(0.05)


def endless(wire: Wire, answer: Answer) -> None:
    """Spaces before the answer, without a pause and without an end."""
    wire.head(answer, 1 << 40)
    while not wire.gone.is_set():
        wire.raw(b" ")
        wire.wait(0.01)


def trickling_headers(wire: Wire, answer: Answer) -> None:
    """One line that does not end: of many there would be too many at some time."""
    wire.raw(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while not wire.gone.is_set():
        wire.raw(b"1")
        wire.wait(0.05)


def zipped(content: bytes) -> bytes:
    return gzip.compress(content)


def torn(content: bytes) -> bytes:
    """Some bytes in the middle are zero."""
    middle = len(content) // 2
    return content[:middle] + b"\0" * 20 + content[middle + 20 :]


def no_number(content: bytes) -> bytes:
    """No parser takes it, not even one that takes NaN."""
    return re.sub(rb'("id": ?)\d+', rb"\1None", content, count=1)


def nested(content: bytes) -> bytes:
    """In the first text value there is: no parser goes down that far."""
    return re.sub(rb'("name": ?|"notes": ?)"', rb"\1" + b"[" * 5_000 + b"]" * 5_000 + rb', "and": "', content, count=1)


def key_twice(content: bytes) -> bytes:
    return re.sub(rb'("id": ?)(\d+)', rb"\g<1>\2, \g<1>\2", content)


def invalid_text(content: bytes) -> bytes:
    """Bytes that are no UTF-8, in the first text value there is."""
    return re.sub(rb'("name": ?|"notes": ?)"', lambda found: found[0] + b"\xff\xfe", content, count=1)
