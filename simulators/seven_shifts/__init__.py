"""The 7shifts API v2 as a local server."""

from simulators.server import Recorded
from simulators.seven_shifts.limits import RateLimit
from simulators.seven_shifts.simulator import SevenShifts
from simulators.seven_shifts.state import Company

__all__ = ["Company", "RateLimit", "Recorded", "SevenShifts"]
