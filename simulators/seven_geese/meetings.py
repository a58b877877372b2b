"""Seeded recognitions, one-on-ones with their notes, action items and private notes."""

from __future__ import annotations

from datetime import timedelta

from simulators.seven_geese import vocabulary as words
from simulators.seven_geese.people import Seeding
from simulators.seven_geese.tables import Row


def seed_recognitions(seeding: Seeding) -> None:
    random, state = seeding.random, seeding.state
    badges = list(state.tables["badges"].rows)
    teams = [row["id"] for row in state.tables["departments"].all() if not row["deleted"]]
    total = len(seeding.profiles) * seeding.volume.recognitions
    # Awarded in pk order, as a year of it happens.
    for number, moment in enumerate(sorted(seeding.ago(0, 365) for _ in range(total))):
        sender = seeding.profiles[number % len(seeding.profiles)]
        teams_thanked = [random.choice(teams)] if number % 6 == 5 else []
        people = seeding.others(sender, random.choice((1, 1, 2, 3)))
        if not people and not teams_thanked:
            people = [seeding.manager_of(sender)]
        text = random.choice(words.THANKS)
        row = state.insert(
            "recognitions",
            message=text,
            parsed_message=f"<p>{text}</p>",
            awarded_date=moment,
            sender_id=sender["id"],
            recipient_ids=[] if teams_thanked and number % 12 == 11 else people,
            team_recipient_ids=teams_thanked,
            badge_id=random.choice(badges),
        )
        row["recognition_web_view_url"] = f"https://geese.example.test/r/{row['id']:x}"


def seed_meetings(seeding: Seeding) -> None:
    template = seeding.state.insert("one_on_one_templates", name="Weekly", creator_id=seeding.state.admin)["id"]
    for profile in seeding.profiles:
        for number in range(seeding.volume.one_on_ones):
            _one_on_one(seeding, profile, number, template)


def _one_on_one(seeding: Seeding, profile: Row, number: int, template: int) -> None:
    random, state = seeding.random, seeding.state
    manager = seeding.manager_of(profile)
    upcoming = number == 0
    begin = seeding.start + timedelta(days=random.randint(1, 20)) if upcoming else seeding.ago(3, 360)
    begin = begin.replace(minute=0, second=0, microsecond=0)
    created = min(begin - timedelta(days=7), seeding.ago(0, 2))
    changed = created + timedelta(hours=1) if upcoming else begin + timedelta(minutes=45)
    row = state.insert(
        "one_on_ones",
        name=f"{profile['first_name']} weekly",
        status=0 if upcoming else 1,
        deleted=random.random() < 0.05,
        created=created,
        modified=changed,
        updated_time=changed,
        scheduled_at=created,
        start_time=begin,
        end_time=begin + timedelta(minutes=30),
        completed_time=None if upcoming else changed,
        completed_datetime=None if upcoming else changed,
        facilitator_id=manager,
        participant_id=profile["id"],
        scheduled_by_id=manager,
        template_id=template if number % 2 else None,
    )
    made = {"one_on_one_id": row["id"], "creator_id": manager, "created": created, "modified": created}
    state.insert("question_sets", **made, name="Agenda")
    for text in words.QUESTIONS[: random.randint(1, 3)]:
        question = state.insert("questions", **made, content=text)
        for writer in (profile["id"], manager)[: random.randint(0, 2)]:
            said = {**made, "creator_id": writer, "modified": changed, "question_id": question["id"]}
            state.insert("notes", **said, content=random.choice(words.NOTES), shared=random.random() < 0.8)
    for _ in range(random.choice((0, 1))):
        state.insert("comments", one_on_one_id=row["id"], content=random.choice(words.NOTES), creator_id=manager)


def seed_tasks(seeding: Seeding) -> None:
    """Action items, and one private note of every second person."""
    random, state = seeding.random, seeding.state
    meetings = state.tables["one_on_ones"]
    for number, profile in enumerate(seeding.profiles):
        for _ in range(seeding.volume.action_items):
            held = meetings.by("participant_id", profile["id"])
            done = random.random() < 0.5
            created = seeding.ago(10, 360)
            finished = created + timedelta(days=random.randint(1, 9)) if done else None
            state.insert(
                "action_items",
                network_id=state.id,
                title=random.choice(words.TASKS),
                deleted=random.random() < 0.08,
                completed=done,
                completed_datetime=finished,
                completed_by_id=profile["id"] if done else None,
                due_date=created + timedelta(days=14),
                assigned_datetime=created,
                created=created,
                modified=finished or created,
                creator_id=seeding.manager_of(profile),
                assigned_to_id=profile["id"],
                created_in_oneonone_id=held[0]["id"] if held else None,
                participant_ids={profile["id"], seeding.manager_of(profile)},
            )
        if number % 2 == 0 and seeding.volume.action_items:
            written = seeding.ago(1, 300)
            made = {"creator_id": profile["id"], "about_id": seeding.manager_of(profile), "created": written}
            state.insert("private_notes", **made, modified=written, content=random.choice(words.NOTES))
