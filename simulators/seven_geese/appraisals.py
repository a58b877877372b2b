"""Seeded feedback with its answers, and review cycles with a review of everybody."""

from __future__ import annotations

from datetime import timedelta

from simulators.seven_geese import vocabulary as words
from simulators.seven_geese.people import YEAR, Seeding
from simulators.seven_geese.tables import ANSWER_KINDS, ITEM_ANSWER_KINDS, ITEM_ANSWER_KINDS_2026, Row

_ITEM_KINDS = ITEM_ANSWER_KINDS + ITEM_ANSWER_KINDS_2026


def seed_feedback(seeding: Seeding) -> None:
    random, state = seeding.random, seeding.state
    for number, profile in enumerate(seeding.profiles):
        for _ in range(seeding.volume.feedback):
            created = seeding.ago(20, 360)
            request = state.insert(
                "feedback_requests",
                title=f"Feedback for {profile['first_name']}",
                type=number % 4,
                state=0 if number % 7 == 6 else 1,
                respondents_names_visible_to=(2, 1, 2, 0)[number % 4],
                recipient_permissions=number % 3,
                due_datetime=created + timedelta(days=10),
                published_datetime=created,
                sent_date=created,
                created=created,
                modified=created + timedelta(hours=2),
                creator_id=seeding.manager_of(profile),
                recipient_id=profile["id"],
            )
            questions = [_question(seeding, request, ordinal) for ordinal in range(3)]
            for asked in seeding.others(profile, random.randint(1, 3)):
                _response(seeding, request, asked, questions)
            submitted = state.tables["feedbacks"].by("feedback_request_id", request["id"])
            request["num_responses_submitted"] = sum(row["state"] == 2 for row in submitted)


def _question(seeding: Seeding, request: Row, ordinal: int) -> Row:
    kind = ANSWER_KINDS[(request["id"] + ordinal) % len(ANSWER_KINDS)].replace("Answer", "Question")
    made = {"feedback_request_id": request["id"], "kind": kind, "ordinal": ordinal}
    return seeding.state.insert("feedback_questions", **made, title=words.QUESTIONS[ordinal])


def _response(seeding: Seeding, request: Row, asked: int, questions: list[Row]) -> None:
    random, state = seeding.random, seeding.state
    progress = random.choice((0, 1, 2, 2, 2, 3))
    changed = request["created"] + timedelta(days=random.randint(1, 9), seconds=random.randint(0, 9999))
    made = {"feedback_request_id": request["id"], "state": progress, "modified": changed}
    responder = state.insert("feedback_responders", **made, profile_id=asked)
    if progress not in (1, 2):
        return
    feedback = state.insert(
        "feedbacks",
        **made,
        responder_id=responder["id"],
        created=request["created"] + timedelta(hours=3),
        submitted_timestamp=changed if progress == 2 else None,
    )
    responder["feedback_id"] = feedback["id"]
    for question in questions:
        kind = question["kind"].replace("Question", "Answer")
        said = {"feedback_id": feedback["id"], "question_id": question["id"], "modified": changed}
        state.insert("answers", **said, kind=kind, **reply(seeding, kind, question["id"]))


def seed_reviews(seeding: Seeding) -> None:
    volume, state = seeding.volume, seeding.state
    template = state.insert("snapshot_templates", title="Standard", creator_id=state.admin)["id"]
    length = YEAR / max(1, volume.cycles)
    for number in range(volume.cycles):
        begin = (seeding.start - YEAR + length * number).replace(hour=0, minute=0, second=0, microsecond=0)
        last = number == volume.cycles - 1
        cycle = state.insert(
            "snapshot_groups",
            title=f"{words.CYCLES[number % len(words.CYCLES)]} {begin.year}",
            start_date=begin,
            end_date=begin + length,
            modified=seeding.start - timedelta(days=3) if last else begin + length,
            is_complete=not last,
            creator_id=state.admin,
            default_admin_id=state.admin,
            template_id=template,
        )
        items = _items(seeding, cycle)
        for position, profile in enumerate(seeding.profiles):
            _review(seeding, cycle, profile, items, position % 7 if last else 4)


def _items(seeding: Seeding, cycle: Row) -> list[Row]:
    state = seeding.state
    made = {"snapshot_group_id": cycle["id"], "creator_id": state.admin, "title": "Performance"}
    section = state.insert("sections", **made)["id"]
    items = []
    for ordinal in range(max(len(_ITEM_KINDS), seeding.volume.answers)):
        answered = _ITEM_KINDS[ordinal % len(_ITEM_KINDS)]
        kind = answered.replace("Answer", "" if answered in ITEM_ANSWER_KINDS_2026 else "Question", 1)
        kind = kind.replace("ItemQuestionNode", "QuestionItemNode")
        said = {"section_id": section, "kind": kind, "ordinal": ordinal}
        items.append(state.insert("items", **said, title=words.QUESTIONS[ordinal % len(words.QUESTIONS)]))
    return items


def _review(seeding: Seeding, cycle: Row, profile: Row, items: list[Row], progress: int) -> None:
    random, state = seeding.random, seeding.state
    manager = seeding.manager_of(profile)
    above = state.get("profiles", manager)["reports_to_id"]
    review = state.insert(
        "snapshots",
        snapshot_group_id=cycle["id"],
        state=progress,
        next_state=None if progress == 4 else 4 if progress == 3 else progress + 1 if progress < 6 else 3,
        deleted=random.random() < 0.03,
        position=profile["position"],
        show_manager_answers=progress == 4,
        start_date=cycle["start_date"],
        end_date=cycle["end_date"],
        creator_id=state.admin,
        for_user_id=profile["id"],
        manager_id=manager,
        skip_level_manager_id=above,
        admin_id=state.admin,
    )
    for step in range(min(progress, 4)):
        moment = cycle["start_date"] + timedelta(days=5 * (step + 1), seconds=profile["id"])
        made = {"snapshot_id": review["id"], "creator_id": manager, "approved_by_id": manager, "created": moment}
        state.insert("snapshot_approvals", **made, previous_state=step, new_state=step + 1)
    for number in range(seeding.volume.answers):
        # Another first item in every review, so that with few answers each all kinds occur.
        ordinal = (review["id"] + number) % len(items)
        kind, item = _ITEM_KINDS[ordinal % len(_ITEM_KINDS)], items[ordinal]["id"]
        who = {"snapshot_id": review["id"], "responder_id": (profile["id"], manager)[number % 2], "item_id": item}
        state.insert("item_answers", **who, kind=kind, **reply(seeding, kind, item))


def reply(seeding: Seeding, kind: str, item: int) -> Row:
    """What an answer of this kind holds."""
    random = seeding.random
    if kind.startswith("Text"):
        return {"answer": random.choice(words.PRAISE)}
    if kind.startswith("Boolean"):
        return {"answer": random.random() < 0.5}
    if kind.startswith(("Rating", "Calculated")):
        return {"answer": random.randint(2, 20) / 4}
    if kind.startswith("Objective"):
        return {"answer": None, "grades": {str(5000 + random.randrange(99)): round(random.random(), 2)}}
    if kind.startswith("Multi"):
        picked = sorted({random.randrange(len(words.OPTIONS)) for _ in range(2)})
        return {"answer": None, "choices": [_choice(item, one) for one in picked]}
    return {"answer": random.randint(0, 10) if kind.startswith("Nps") else random.randint(1, 5)}


def _choice(item: int, option: int) -> Row:
    return {"id": item * 10 + option, "option_id": item * 100 + option, "title": words.OPTIONS[option]}
