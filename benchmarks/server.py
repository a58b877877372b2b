"""A local 7shifts that costs next to nothing: pages are bytes made before the first request. It runs in its
own process, so that none of its work counts as a contender's. Started by `python -m benchmarks`."""

from __future__ import annotations

import base64
import json
import sys
import time
from bisect import bisect_right
from email.utils import formatdate
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from benchmarks.data import COMPANY, END, Listing, guids, restaurant, seconds

TOKEN = "benchmark-token"
PAGE = 500  # the size that contenders ask for
UNASKED = {"shifts": 100, "time_punches": 20}  # rows of a page where no size is asked for
EARLIEST, LATEST = 0, 1 << 40
Filters = frozenset[tuple[str, str]]


class Desk:
    """Answers a listing's requests: filters, pages and cursors."""

    def __init__(self, name: str, listing: Listing) -> None:
        self.name, self.listing = name, listing
        self._all = range(len(listing.rows))
        self._filtered = lru_cache(maxsize=64)(self._filter)
        starts = range(0, len(self._all) or 1, PAGE)
        self._pages = {start: self._render(self._all, start, PAGE) for start in starts}

    def page(self, query: dict[str, str]) -> bytes:
        """One page, ready to be sent. Parameters it does not know are ignored, as the vendor does."""
        chosen = self._filtered(frozenset(query.items() - {("cursor", query.get("cursor", ""))}))
        limit, start = int(query.get("limit", UNASKED[self.name])), 0
        if query.get("cursor"):
            last = json.loads(base64.b64decode(query["cursor"]))["id"]
            start = bisect_right(chosen, last, key=lambda at: self.listing.ids[at])
        if chosen is self._all and limit == PAGE and start in self._pages:
            return self._pages[start]
        return self._render(chosen, start, limit)

    def _filter(self, filters: Filters) -> range | list[int]:
        """Positions of the rows a query means; all of them where its filters drop none."""
        asked, window = dict(filters), self.listing.window
        if "true" in (asked.get("deleted"), asked.get("draft")):
            return []
        since = _moment(asked.get("modified_since"), EARLIEST)
        low = _moment(asked.get(f"{window}[gte]"), EARLIEST)
        high = _moment(asked.get(f"{window}[lte]"), LATEST)
        modified, moments = self.listing.modified, self.listing.moments
        chosen = [at for at in self._all if modified[at] >= since and low <= moments[at] <= high]
        return self._all if len(chosen) == len(self._all) else chosen

    def _render(self, chosen: range | list[int], start: int, limit: int) -> bytes:
        found = chosen[start : start + limit]
        more = start + limit < len(chosen)
        rows = b",".join([self.listing.rows[at] for at in found])
        return envelope(self.name, rows, len(found), _cursor(self.listing.ids[found[-1]]) if more else None)


def envelope(name: str, rows: bytes = b"", count: int = 0, following: str | None = None) -> bytes:
    """The wrapping of every listing."""
    meta = {"cursor": {"current": None, "prev": None, "next": following, "count": count}}
    return b'{"data":[%b],"meta":%b,"object":"%b"}' % (rows, json.dumps(meta).encode(), name.encode())


def _cursor(id: int) -> str:
    return base64.b64encode(json.dumps({"id": id, "next": True}).encode()).decode()


def _moment(spelled: str | None, default: int) -> int:
    return seconds(spelled) if spelled else default


def listed(company: int, guid: str) -> bytes:
    """The listing of companies, as whoever asks for this one sees it."""
    row = {"id": company, "uuid": guid, "name": "Benchmark Bistro", "country": "CA", "status": "active"}
    return json.dumps({"data": [row], "object": "companies"}).encode()


class Server(ThreadingHTTPServer):
    """The vendor for one benchmark. Its clock starts where the data ends: a rolling window is a real one. All its
    companies have the same rows."""

    daemon_threads = True

    def __init__(self, rows: int, companies: int = 1) -> None:
        made = restaurant(rows)
        self.companies = {guid: COMPANY + number for number, guid in enumerate(guids(companies))}
        listings = {"shifts": made.shifts, "time_punches": made.time_punches}
        self.desks = {name: Desk(name, listing) for name, listing in listings.items()}
        self.totals, self.requests, self.started = json.dumps(made.totals).encode(), 0, time.monotonic()
        super().__init__(("127.0.0.1", 0), Handler)

    def date(self) -> str:
        return formatdate(END + time.monotonic() - self.started, usegmt=True)


class Handler(BaseHTTPRequestHandler):
    """One connection, kept alive."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # headers and body leave in one piece
    server: Server

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("content-length") or 0))
        token = {"token_type": "Bearer", "expires_in": 3600, "access_token": TOKEN}
        self._answer(json.dumps(token).encode())

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        name = parts.path.rsplit("/", 1)[-1]
        if parts.path.startswith("/benchmark/"):
            told = {"totals": self.server.totals, "requests": str(self.server.requests).encode()}
            self._answer(told[name])
            return
        self.server.requests += 1
        guid = self.headers.get("x-company-guid", "")
        company = self.server.companies.get(guid)
        if not company or self.headers.get("authorization") != f"Bearer {TOKEN}":
            self._answer(b'{"status":"error","message":"no such grant","error":"unauthorized"}', 401)
        elif name == "companies":
            self._answer(listed(company, guid))
        else:
            desk = self.server.desks.get(name)
            page = desk.page(dict(parse_qsl(parts.query))) if desk else envelope(name)
            self._answer(page if company == COMPANY else page.replace(b"%d" % COMPANY, b"%d" % company))

    def _answer(self, body: bytes, status: int = 200) -> None:
        self.send_response_only(status)
        self.send_header("Date", self.server.date())
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Silent: a line per request would cost more than the request."""


if __name__ == "__main__":
    with Server(*map(int, sys.argv[1:])) as server:
        print(server.server_port, flush=True)
        server.serve_forever()
