"""The words the seeded companies, places and people are made of."""

from __future__ import annotations

GROUPS = (
    ("bistro", "Bistro Laurel"),
    ("harbor", "Harbor Kitchen"),
    ("noodle", "Noodle Street"),
    ("tavern", "Copper Tavern"),
    ("diner", "Sunrise Diner"),
    ("grill", "Cedar Grill"),
    ("cantina", "Cantina Roja"),
    ("bakery", "Mill Lane Bakery"),
)
# name, city, state, country, zone, latitude, longitude
PLACES = (
    ("Riverside", "New York", "New York", "US", "America/New_York", 40.7128, -74.006),
    ("Old Town", "Chicago", "Illinois", "US", "America/Chicago", 41.9101, -87.6382),
    ("Waterfront", "Vancouver", "British Columbia", "CA", "America/Vancouver", 49.2886, -123.1112),
    ("Market Hall", "Los Angeles", "California", "US", "America/Los_Angeles", 34.0508, -118.249),
    ("King Street", "Toronto", "Ontario", "CA", "America/Toronto", 43.6464, -79.3957),
    ("Desert Ridge", "Phoenix", "Arizona", "US", "America/Phoenix", 33.6803, -111.9764),
)
# department, role, tipped, hourly cents, station names
ROLES = (
    ("Front of House", "Server", True, 1550, ()),
    ("Front of House", "Bartender", True, 1700, ("Main bar", "Patio bar")),
    ("Front of House", "Host", False, 1600, ()),
    ("Back of House", "Line Cook", False, 2100, ("Grill", "Fry", "Garde manger")),
    ("Back of House", "Dishwasher", False, 1650, ()),
    ("Front of House", "Manager", False, 2800, ()),
)
# role -> (start hour, end hour, closes); hours past 24 end on the next day
PATTERNS: dict[str, tuple[tuple[float, float, bool], ...]] = {
    "Server": ((10.5, 16.5, False), (16.5, 23.0, True), (17.0, 22.0, False)),
    "Bartender": ((11.0, 17.0, False), (18.0, 26.0, True)),
    "Host": ((10.5, 15.5, False), (17.0, 22.5, False)),
    "Line Cook": ((8.0, 16.0, False), (14.0, 22.5, False)),
    "Dishwasher": ((11.0, 17.0, False), (17.0, 25.0, True)),
    "Manager": ((9.0, 18.0, False), (15.0, 24.5, True)),
}
FIRST = (
    "Ana",
    "Ben",
    "Chloé",
    "Dmitri",
    "Elif",
    "Farah",
    "Gus",
    "Hana",
    "Iván",
    "Jo",
    "Kofi",
    "Lena",
    "Mateo",
    "Nia",
    "Omar",
    "Priya",
    "Quinn",
    "Rosa",
    "Søren",
    "Tess",
)
LAST = (
    "Abbott",
    "Brandt",
    "Chen",
    "Diaz",
    "Ekström",
    "Fontaine",
    "Gupta",
    "Haddad",
    "Ito",
    "Jensen",
    "Kowalski",
    "López",
    "Mbeki",
    "Nguyen",
    "O'Neill",
    "Park",
    "Reyes",
    "Sato",
    "Tanaka",
    "Weiss",
)
