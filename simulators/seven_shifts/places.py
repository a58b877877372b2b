"""Seeded locations with their departments and roles."""

from __future__ import annotations

from simulators.seven_shifts.names import PLACES, ROLES
from simulators.seven_shifts.past import Past
from simulators.seven_shifts.rows import DAYS, Row


def location(past: Past, number: int, **fields: object) -> Row:
    name, city, region, country, zone, lat, lng = PLACES[number % len(PLACES)]
    late = ("fri", "sat")
    seeded = {
        "name": name,
        "city": city,
        "state": region,
        "country": country,
        "timezone": zone,
        "lat": lat,
        "lng": lng,
        "formatted_address": f"{past.rng.randrange(1, 999)} Main Street, {city}",
        "hash": f"{past.rng.getrandbits(160):040x}",
        "holiday_pay": bool(past.rng.randrange(2)),
        **{f"{day}_hours_open": "11:00:00" for day in DAYS},
        **{f"{day}_hours_close": "02:00:00" if day in late else "00:00:00" for day in DAYS},
        "mon_is_closed": past.rng.random() < 0.3,
    }
    return past.insert("locations", 800, **{**seeded, **fields})


def roles(past: Past, location_id: int) -> list[Row]:
    """Front and back of house and every role in them."""
    departments: dict[str, int] = {}
    made = []
    for sort, (department, name, tipped, _, stations) in enumerate(ROLES):
        if department not in departments:
            departments[department] = past.insert(
                "departments", 790, name=department, location_id=location_id, default=not departments
            )["id"]
        role = past.insert(
            "roles",
            780,
            name=name,
            location_id=location_id,
            department_id=departments[department],
            is_tipped_role=tipped,
            color=f"{past.rng.getrandbits(24):06x}",
            job_code=f"0{sort}{sort}",
            sort=sort,
            num_stations=len(stations),
        )
        role["stations"] = [
            {
                "id": past.state.new_id("stations"),
                "role_id": role["id"],
                "station_number": at,
                "name": station,
            }
            for at, station in enumerate(stations, 1)
        ]
        made.append(past.state.put("roles", role))
    return made
