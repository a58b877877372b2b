"""The 7Geese API as a local server: OAuth, REST v2.0 and GraphQL over one set of data."""

from simulators.server import Recorded
from simulators.seven_geese.simulator import GraphQLRequest, SevenGeese
from simulators.seven_geese.state import Network, Volume

__all__ = ["GraphQLRequest", "Network", "Recorded", "SevenGeese", "Volume"]
