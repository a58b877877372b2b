"""A network of 7Geese, invented: objectives, recognitions, reviews and conversations of ten people."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from tests.report.marts import STAFF, Warehouse, month

CYCLES = ((1, "Autumn 2025"), (2, "Spring 2026"), (3, 'Autumn "2026" <b>\x0b'))


def fill_network(warehouse: Warehouse, chance: Random, guid: str) -> None:
    """All marts of one network."""
    _objectives(warehouse, chance, guid)
    _months(warehouse, chance, guid)
    for id, who in enumerate(STAFF):
        _recognition(warehouse, chance, guid, id, who)
        _talk(warehouse, guid, id, who)
    for cycle, title in CYCLES:
        for id, who in enumerate(STAFF):
            _review(warehouse, chance, guid, cycle, title, id, who)


def _objectives(warehouse: Warehouse, chance: Random, guid: str) -> None:
    reasons = (None, None, None, "overdue", "off track", "behind schedule")
    for id in range(40):
        reason = chance.choice(reasons)
        warehouse.add(
            "objective_progress",
            {
                "company_guid": guid,
                "objective_id": id,
                "name": f"Cut food waste in zone {id}",
                "is_open": True,
                "is_private": id == 4,
                "owner_count": 1,
                "owner_names": chance.choice(STAFF),
                "risk_reason": reason,
                "is_at_risk": reason is not None,
                "progress_percent": float(chance.randint(0, 90)),
                "parent_count": id % 2,
                "expected_progress_percent": float(chance.randint(40, 100)),
                "is_without_checkin": id % 5 == 0,
                "due_at": datetime(2026, 10, 1) + timedelta(days=3 * id),
            },
        )
        warehouse.add(
            "key_result_progress",
            {
                "company_guid": guid,
                "objective_id": id,
                "key_result_id": id,
                "is_objective_open": True,
                "is_reached": id % 3 == 0,
            },
        )


def _months(warehouse: Warehouse, chance: Random, guid: str) -> None:
    for index in range(12):
        warehouse.add(
            "engagement_monthly",
            {
                "company_guid": guid,
                "month": month(index),
                "checkins": chance.randint(8, 30),
                "recognitions": chance.randint(4, 25),
                "people_thanking": 6,
                "people_thanked": 8,
            },
        )


def _recognition(warehouse: Warehouse, chance: Random, guid: str, id: int, who: str) -> None:
    warehouse.add(
        "recognition_given_received",
        {
            "company_guid": guid,
            "profile_id": id,
            "month": month(10),
            "full_name": who,
            "given": chance.randint(0, 9),
            "received": chance.randint(0, 9),
        },
    )
    warehouse.add(
        "recognition_pairs",
        {
            "company_guid": guid,
            "giver_profile_id": id,
            "receiver_kind": "person",
            "receiver_id": (id + 1) % 10,
            "giver_name": who,
            "receiver_name": STAFF[(id + 1) % 10],
            "recognitions": chance.randint(1, 6),
            "last_awarded_at": datetime(2026, 11, 2),
            "is_mutual": id < 4,
        },
    )


def _talk(warehouse: Warehouse, guid: str, id: int, who: str) -> None:
    warehouse.add(
        "one_on_one_cadence",
        {
            "company_guid": guid,
            "facilitator_profile_id": id,
            "participant_profile_id": 99,
            "facilitator_name": who,
            "participant_name": "Kim Novak",
            "is_active_pair": True,
            "is_lapsed": id % 4 == 0,
            "days_since_last": 31.0 + id,
        },
    )
    warehouse.add(
        "people",
        {
            "company_guid": guid,
            "person_key": f"seven_shifts/{id}",
            "is_matched": id < 7,
            "match_status": "matched" if id < 7 else "unverified email",
        },
    )


def _review(warehouse: Warehouse, chance: Random, guid: str, cycle: int, title: str, id: int, who: str) -> None:
    done = chance.random() < (0.95 if cycle < 3 else 0.4)
    late = not done and chance.random() < 0.5
    warehouse.add(
        "review_progress",
        {
            "company_guid": guid,
            "review_id": 100 * cycle + id,
            "review_cycle_id": cycle,
            "cycle_title": title,
            "is_published": True,
            "for_profile_id": id,
            "for_name": who,
            "state_code": 4 if done else 1,
            "state": "finalized" if done else "manager approval",
            "waiting_for": None if done else "manager",
            "waiting_for_profile_id": None if done else 3,
            "waiting_for_name": None if done else "Dmitri Sokolov",
            "is_finalized": done,
            "is_overdue": late,
            "days_in_step": None if done else 12.0 + id,
            "ends_at": datetime(2025, 11, 1) + timedelta(days=180 * (cycle - 1)),
        },
    )
