"""Things that go wrong on the way, ordered in advance for the next matching requests.

| kind | the next matching request | how |
|---|---|---|
| `401` | is refused once, although the token is good | |
| `403` | is refused for want of permission | |
| `404` | finds nothing | |
| `429` | is throttled | `seconds=1`, `http_date=False`; `seconds=None`: no Retry-After |
| `500` `502` `503` `504` | gets an HTML error page | |
| `html` | gets a gateway's HTML page with status 200 | |
| `reset` | loses its connection without an answer | |
| `slow` | is answered after `seconds=1` | `seconds` |
| `redirect` | is sent to another host | `to="http://elsewhere.example.test/"`, `status=302` |
| `truncated` | gets the first two thirds of its JSON | |
| `bom` | gets its JSON behind a byte order mark | |
| `oauth_error` | (token requests) is refused | `error="invalid_grant"`, `status=400` |
| `next_http` | (REST listings) `next` has the scheme http, or `scheme` | `scheme` |
| `next_foreign_host` | (REST listings) `next` leads to another host | `host` |
| `same_cursor` | (listings) the page's cursor or `next` leads to the page itself | |
| `count_wrong` | (listings) totalCount or count is off | `by=1` |
| `null_node` | (listings) one row is null | `index=0` |
| `unknown_code` | (listings) `field` of every row holds a code nobody knows | `field`, `value=99` |
| `removed_field` | (listings) `field` is missing in every row | `field` |
| `added_field` | (listings) every row has one more | `field="surprise"`, `value="?"` |
| `type_changed` | (listings) `field` holds another type | `field`, `value="text"` |
| `partial_error` | (GraphQL) a nested field of one node fails with its path | `field`, `index=0` |
| `masked_field_error` | (GraphQL) a root field fails with the masked message | `field` (default: all) |
| `first_cap` | (GraphQL) no list may ask for more than `cap` | `cap=50` |

A fault waits for a request it can spoil: a listing, a query with a root list, one that asks for the field.
Fields of GraphQL rows are named as in the schema, with dots into nested lists: `keyResults.measurementType`.
A schema that changes for good, introspection included, is `SevenGeese.change_schema`.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any

ANSWER_KINDS = frozenset({"401", "403", "404", "429", "500", "502", "503", "504", "html", "reset", "slow", "redirect"})
BODY_KINDS = frozenset({"truncated", "bom"})
TOKEN_KINDS = frozenset({"oauth_error"})
REST_KINDS = frozenset({"next_http", "next_foreign_host"})
PAGE_KINDS = frozenset(
    {"same_cursor", "count_wrong", "null_node", "unknown_code", "removed_field", "added_field", "type_changed"}
)
GRAPHQL_KINDS = frozenset({"partial_error", "masked_field_error", "first_cap"})
_GRAPHQL = frozenset({"graphql", "graphql_list"})
_SCOPE = {
    **dict.fromkeys(
        ANSWER_KINDS | BODY_KINDS, frozenset({"rest", "listing", "introspection", "token", "other"}) | _GRAPHQL
    ),
    **dict.fromkeys(TOKEN_KINDS, frozenset({"token"})),
    **dict.fromkeys(REST_KINDS, frozenset({"listing"})),
    **dict.fromkeys(PAGE_KINDS, frozenset({"listing", "graphql_list"})),
    **dict.fromkeys(GRAPHQL_KINDS, _GRAPHQL),
}
_PRESENT = GRAPHQL_KINDS | {"unknown_code", "removed_field", "type_changed"}
_NEEDED = {"unknown_code": "field", "removed_field": "field", "type_changed": "field", "partial_error": "field"}


@dataclass(frozen=True)
class Target:
    """A request as faults see it; `kind`: rest, listing, graphql, graphql_list, introspection, token, other."""

    path: str
    kind: str
    operation: str | None = None
    text: str = ""


@dataclass
class Fault:
    """One ordered fault; `times` and `after` count down as requests match."""

    kind: str
    path: str
    prefix: str
    operation: str | None
    after: int
    times: int
    how: dict[str, Any]

    def matches(self, target: Target) -> bool:
        named = self.operation is None or self.operation == target.operation
        fits = self.path in target.path and target.path.startswith(self.prefix)
        return self.times > 0 and named and fits and target.kind in _SCOPE[self.kind] and self._touches(target.text)

    def _touches(self, text: str) -> bool:
        """A query that does not ask for the field leaves the fault to the next one."""
        if not text or self.kind not in _PRESENT:
            return True
        return all(part in text for part in str(self.how.get("field", "")).split("."))


@dataclass
class Faults:
    """The orders still open, first ordered first used."""

    _orders: list[Fault] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(
        self,
        kind: str,
        *,
        path: str | None = None,
        prefix: str | None = None,
        operation: str | None = None,
        after: int = 0,
        times: int = 1,
        **how: object,
    ) -> None:
        """`path`: part of the request's path; `prefix`: its start; `operation`: the GraphQL operation's name."""
        kind = str(kind)
        if kind not in _SCOPE:
            raise ValueError(f"no fault is called {kind}")
        if kind in _NEEDED and _NEEDED[kind] not in how:
            raise ValueError(f"{kind} needs {_NEEDED[kind]}=")
        with self._lock:
            self._orders.append(Fault(kind, path or "", prefix or "", operation, after, times, how))

    def clear(self) -> None:
        with self._lock:
            self._orders.clear()

    @property
    def left(self) -> int:
        """How many faults are still to come."""
        with self._lock:
            return sum(order.times for order in self._orders)

    def take(self, target: Target) -> Fault | None:
        with self._lock:
            for order in self._orders:
                if not order.matches(target):
                    continue
                if order.after > 0:
                    order.after -= 1
                    continue
                order.times -= 1
                return order
            return None
