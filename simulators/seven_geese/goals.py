"""Seeded objectives with key results, check-ins and a weekly history, personal up to organization-wide."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from simulators.seven_geese import vocabulary as words
from simulators.seven_geese.people import Seeding
from simulators.seven_geese.tables import Row

# (measurement type, start, target): percent, numeric downwards, binary, dollars, a currency with a high code.
_MEASURES = ((1, 0.0, 100.0), (3, 30.0, 10.0), (7, 0.0, 1.0), (2, 0.0, 25000.0), (17, 500.0, 4000.0))


def seed_goals(seeding: Seeding) -> None:
    shared: list[int] = []
    for profile in seeding.profiles:
        for number in range(seeding.volume.objectives):
            kind = 1
            if number == 0 and profile["is_manager"]:
                kind = 2 if shared else 3
            objective = _objective(seeding, profile, kind, shared)
            if kind > 1:
                shared.append(objective["id"])
            _key_results(seeding, objective)
            _checkins(seeding, objective)
            _history(seeding, objective)


def _objective(seeding: Seeding, profile: Row, kind: int, shared: list[int]) -> Row:
    random, state = seeding.random, seeding.state
    created = seeding.ago(5, 365)
    begin = datetime(created.year, created.month, 1, tzinfo=timezone.utc)
    fate = random.randrange(10)  # 0: closed, 1: closed and opened again, 2: a draft
    parents = {random.choice(shared)} if shared and random.random() < 0.6 else set()
    if len(shared) > 1 and random.random() < 0.2:
        parents.add(random.choice(shared))
    row = state.insert(
        "objectives",
        name=random.choice(words.GOALS),
        description=random.choice(("", "<p>See the <b>plan</b></p>")),
        objective_type=kind,
        closed=fate == 0,
        draft=fate == 2,
        private=kind == 1 and random.random() < 0.25,
        department_visibility=random.choice((0, 1)) if kind == 2 else 0,
        grade=round(random.random(), 2) if fate == 0 else None,
        progress=round(random.uniform(-5, 130), 2),
        progress_delta=random.randint(-3, 9),
        overall_assessment_status=random.choice((None, 1, 1, 2)),
        weight=random.choice((None, 1, 2)),
        start_date=begin,
        due_datetime=begin + timedelta(days=91, seconds=-1),
        completed_datetime=seeding.ago(0, 5) if fate in (0, 1) else None,
        created=created,
        modified=seeding.start - (seeding.start - created) * random.random(),
        creator_id=profile["id"],
        owner_ids={profile["id"], *seeding.others(profile, random.choice((0, 0, 1, 2)))},
        stakeholder_ids=seeding.others(profile, random.choice((0, 1, 2))),
        follower_ids=seeding.others(profile, random.choice((0, 0, 1))),
        contributing_team_ids=profile["team_ids"][:1] if kind == 2 else [],
        label_ids=[random.choice(list(state.tables["labels"].rows))] if random.random() < 0.5 else [],
        parent_objective_ids=parents,
    )
    row["objective_url"] = f"https://geese.example.test/objectives/{row['id']}"
    for parent in row["parent_objective_ids"]:
        links = {"objective_id": parent, "child_objective_id": row["id"]}
        state.insert("objective_relationships", **links, weight=random.randint(1, 5))
    return row


def _key_results(seeding: Seeding, objective: Row) -> None:
    random = seeding.random
    for order in range(random.randint(1, 3)):
        measure, begin, target = random.choice(_MEASURES)
        share = random.choice((0.0, 0.25, 0.5, 1.0, 1.3)) if measure != 7 else random.choice((0.0, 1.0))
        seeding.state.insert(
            "key_results",
            objective_id=objective["id"],
            name=random.choice(words.RESULTS),
            creator_id=objective["creator_id"],
            weight=random.randint(1, 3),
            order=order,
            starting_value=begin,
            target_value=target,
            current_value=round(begin + (target - begin) * share, 2),
            measurement_type=measure,
            progress=round(share * 100, 2),
            created=objective["created"],
            updated=objective["modified"] - timedelta(seconds=2),
            owner_ids=objective["owner_ids"][:1],
        )


def _checkins(seeding: Seeding, objective: Row) -> None:
    random = seeding.random
    span = objective["modified"] - objective["created"]
    for _ in range(random.choice((0, 1, 2, 4))):
        made = objective["created"] + span * random.random()
        seeding.state.insert(
            "checkins",
            objective_id=objective["id"],
            user_id=random.choice(objective["owner_ids"]),
            message=random.choice(words.CHECKINS),
            status=random.choice((None, 1, 1, 2)),
            metadata={"key_results": [], "progress": round(random.uniform(0, 100), 1)},
            created=made,
            updated=made,
        )


def _history(seeding: Seeding, objective: Row) -> None:
    points = seeding.random.randint(1, 4)
    step = (objective["modified"] - objective["created"]) / (points + 1)
    for point in range(points):
        seeding.state.insert(
            "objective_history",
            objective_id=objective["id"],
            created=objective["created"] + step * (point + 1),
            closed=objective["closed"] and point == points - 1,
            progress=round(objective["progress"] * (point + 1) / points, 2),
            overall_assessment_status=objective["overall_assessment_status"],
        )
