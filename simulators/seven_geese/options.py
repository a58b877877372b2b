"""What the vendor leaves undocumented, as options: a client can be tried with each answer."""

from __future__ import annotations

from simulators.seven_geese.definitions import YEARS
from simulators.seven_geese.times import SPELLINGS

_CHOICES: dict[str, tuple[object, ...]] = {
    "oauthlib_mode": ("modern", "legacy"),
    "references": ("urls", "ids", "objects"),
    "graphql_anonymous": ("401", "null"),
    "schema": YEARS,
    "dates": SPELLINGS,
    "password_login": (True, False, "unauthorized_client"),
}
_SETS = frozenset({"rest_missing", "filters_ignored"})


class Options:
    """Every option with its default; all of them can be changed while the server runs."""

    def __init__(self) -> None:
        # OAuth
        self.rotate_refresh = True
        self.grace_seconds = 0.0
        self.expires_in = 36000
        self.oauthlib_mode = "modern"
        self.password_login: bool | str = True  # False: an SSO-only network
        self.secret_optional = True  # for codes and refresh tokens, as the vendor's examples have it
        self.grant_scopes: str | None = None
        self.redirect_uris: list[str] | None = None  # None: any
        self.signed_in: dict[int, int] = {}  # network: the profile that consents at /o/authorize/
        # REST
        self.page_default = 20
        self.page_max = 200
        self.strict_filters = False
        self.references = "urls"
        self.rest_missing: set[str] = set()
        self.next_scheme: str | None = None
        self.next_host: str | None = None
        # GraphQL
        self.schema = "2026"
        self.introspection = True
        self.first_cap = 100
        self.nested_cap: int | None = None
        self.default_first: int | None = 100
        self.mask_errors = True
        self.order_ignored = False
        self.graphql_enabled = True
        self.graphql_anonymous = "401"
        self.dates = "datetime"
        # both
        self.filters_ignored: set[str] = set()
        self.key_result_edits_bump = False
        self.note_edits_bump = True
        self.deleted_departments_listed = True
        self.send_date = True
        self.latency = 0.0

    def set(self, **options: object) -> None:
        """Options by name, for callers in another process too."""
        names = set(vars(Options()))
        for name, value in options.items():
            if name not in names:
                raise ValueError(f"no option is called {name}")
            if name in _CHOICES and value not in _CHOICES[name]:
                raise ValueError(f"{name} is one of {', '.join(map(str, _CHOICES[name]))}")
            if name in _SETS and isinstance(value, (list, tuple, set, frozenset)):
                value = set(value)
            if name == "signed_in" and isinstance(value, dict):
                value = {int(network): profile for network, profile in value.items()}
            setattr(self, name, value)
