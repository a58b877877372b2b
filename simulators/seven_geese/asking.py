"""Who sent a GraphQL request, what that person may see, and how this server behaves: a request's context."""

from __future__ import annotations

from dataclasses import dataclass, field

from graphql import GraphQLError

from simulators.seven_geese.visibility import View


@dataclass
class Asking:
    """`view` is None for somebody without a token. The last two are filled while the request is answered."""

    view: View | None
    scopes: frozenset[str]
    url: str
    first_cap: int
    nested_cap: int
    default_first: int | None
    dates: str
    mask_errors: bool
    order_ignored: bool
    filters_ignored: frozenset[str]
    required: list[str] = field(default_factory=list)
    pages: list[tuple[str, int, int]] = field(default_factory=list)  # (root list, start, size asked)

    def demand(self, scope: str) -> None:
        if not self.may(scope):
            raise GraphQLError("You do not have permission to perform this action.")

    def may(self, scope: str) -> bool:
        return not self.scopes.isdisjoint({f"{scope}:read", "all:read"})
