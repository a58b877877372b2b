"""Local dates in these tests follow the package tzdata, as new as the databases' rules, not the operating system's."""

from __future__ import annotations

import zoneinfo

zoneinfo.reset_tzpath(to=())
zoneinfo.ZoneInfo.clear_cache()
