"""Resolvers of the Query's fields: scopes, lookups by pk, and the root lists."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from graphql import GraphQLError, GraphQLResolveInfo

from simulators.seven_geese.asking import Asking
from simulators.seven_geese.connections import page
from simulators.seven_geese.ordering import listed
from simulators.seven_geese.roots import LISTS, LOOKUPS, SCOPES
from simulators.seven_geese.tables import Value
from simulators.seven_geese.visibility import View

Work = Callable[[Asking, View, dict[str, Any]], Any]
_PAGING = ("first", "last", "before", "after", "offset")


def root_resolver(name: str) -> Callable[..., Any]:
    if name == "requiredScopes":
        return lambda source, info: [f"{scope}:read" for scope in info.context.required]
    work = _work(name)

    def resolve(source: object, info: GraphQLResolveInfo, **asked: Value) -> Value:
        ask: Asking = info.context
        if ask.view is None:
            if name == "currentUser":
                return None
            raise GraphQLError("Authentication credentials were not provided.")
        ask.demand(SCOPES[name])
        return work(ask, ask.view, asked)

    return resolve


def _work(name: str) -> Work:
    if name in LISTS:
        return _list(name)
    if name in LOOKUPS:
        table = LOOKUPS[name][0]
        return lambda ask, view, asked: view.get(table, asked["pk"])
    if name == "currentUser":
        return lambda ask, view, asked: view.get("profiles", view.viewer)
    if name == "network":
        return lambda ask, view, asked: view.get("networks", view.state.id)
    return lambda ask, view, asked: "objective,progress\r\n"


def _list(name: str) -> Work:
    listing = LISTS[name]

    def work(ask: Asking, view: View, asked: dict[str, Any]) -> Value:
        paging = {key: asked.pop(key, None) for key in _PAGING}
        try:
            rows = listed(listing, view, asked, ask.filters_ignored, not ask.order_ignored)
        except (TypeError, ValueError) as error:
            hidden = f"An error occurred while resolving field Query.{name}"
            raise GraphQLError(hidden if ask.mask_errors else str(error)) from None
        found = page(rows, paging, f"Query.{name}", ask.first_cap, ask.default_first)
        start = found["edges"][0]["at"] if found["edges"] else len(rows)
        ask.pages.append((name, start, paging["first"] or ask.default_first or 0))
        return found

    return work
