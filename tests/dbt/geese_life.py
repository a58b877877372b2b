"""What happens in 7Geese in the marts' tests: the cases that a seeded year does not have."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from simulators.seven_geese import SevenGeese
from simulators.seven_shifts import SevenShifts

AS_OF = datetime(2026, 11, 20, tzinfo=timezone.utc)
CLOSED = "Closed for a week"


def before(shifts: SevenShifts, geese: SevenGeese, guid: str) -> None:
    """Ahead of the first load."""
    network = geese.networks[0].id
    _goals(geese, network)
    _reviews(geese, network)
    _thanks(geese, network)
    _people(shifts, geese, guid, network)


def first_week(geese: SevenGeese, network: int) -> None:
    """One moves, one closes, one is renamed, one is deleted, one is hidden."""
    moves, closes, named, deleted, hidden = _open(geese, network)[:5]
    geese.edit(network, "objectives", moves, progress=61.5, overall_assessment_status=2)
    geese.edit(network, "objectives", closes, name=CLOSED)
    geese.close_objective(network, closes)
    geese.edit(network, "objectives", named, name="Another name")
    geese.delete(network, "objectives", deleted)
    geese.hide(network, "objectives", hidden, geese.networks[0].admin)


def second_week(geese: SevenGeese, network: int) -> None:
    """The closed one is opened again, the moving one moves on, and the hidden one is back."""
    closed = next(row["id"] for row in geese.rows(network, "objectives") if row["name"] == CLOSED)
    geese.reopen_objective(network, closed)
    geese.edit(network, "objectives", _open(geese, network)[0], progress=70.25, overall_assessment_status=None)
    for _, hidden in list(geese.state(network).hidden[geese.networks[0].admin]):
        geese.unhide(network, "objectives", hidden, geese.networks[0].admin)


def _open(geese: SevenGeese, network: int) -> list[int]:
    rows = geese.rows(network, "objectives")
    return [row["id"] for row in rows if not row["closed"] and not row["draft"]]


def _goals(geese: SevenGeese, network: int) -> None:
    """A circle of three with one outside that serves it, a near top and a far one, and check-ins at the limit and a
    second past it."""
    one, two, three, outside, chained, above, top, near = [row["id"] for row in geese.rows(network, "objectives")][-8:]
    for child, parents in ((one, [two]), (two, [three]), (three, [one]), (outside, [one]), (chained, [above, near]),
                           (above, [top]), (top, []), (near, [])):  # fmt: skip
        geese.edit(network, "objectives", child, parent_objective_ids=parents)
    open_ones = _open(geese, network)
    for objective, late in ((open_ones[-1], 0), (open_ones[-2], 1)):
        for row in geese.rows(network, "checkins"):
            if row["objective_id"] == objective:
                geese.delete(network, "checkins", row["id"])
        moment = AS_OF - timedelta(days=30, seconds=late)
        geese.create(network, "checkins", objective_id=objective, created=moment, updated=moment)
    start = AS_OF - timedelta(days=20)
    for progress in (25.0, 35.0, 101.0):
        geese.create(network, "objectives", name="Halfway", progress=progress, start_date=start,
                     due_datetime=AS_OF + timedelta(days=20), created=start, modified=start)  # fmt: skip


def _reviews(geese: SevenGeese, network: int) -> None:
    """Steps of just fourteen days and of one second more before the end, one not begun, one reopened, one removed."""
    reviews = [row for row in geese.rows(network, "snapshots") if row["state"] != 4]
    for review in reviews[:5]:
        geese.edit(network, "snapshots", review["id"], deleted=False, end_date=AS_OF + timedelta(days=5))
    for review, late in ((reviews[0], 0), (reviews[1], 1)):
        moment = AS_OF - timedelta(days=14, seconds=late)
        geese.create(network, "snapshot_approvals", snapshot_id=review["id"], previous_state=review["state"],
                     new_state=review["state"], created=moment)  # fmt: skip
    geese.finalize_review(network, reviews[2]["id"])
    geese.reopen_review(network, reviews[2]["id"])
    geese.edit(network, "snapshots", reviews[3]["id"], state=9)
    geese.edit(network, "snapshots", reviews[4]["id"], deleted=True)
    draft = geese.create(network, "snapshot_groups", title="Not yet", state=0, start_date=AS_OF - timedelta(days=90))
    person = geese.rows(network, "profiles")[0]["id"]
    geese.create(network, "snapshots", snapshot_group_id=draft, for_user_id=person, state=0)
    over = geese.create(network, "snapshot_groups", title="Left as it is", state=1,
                        start_date=AS_OF - timedelta(days=90), end_date=AS_OF - timedelta(days=60))  # fmt: skip
    geese.create(network, "snapshots", snapshot_group_id=over, for_user_id=person, state=0)
    geese.edit(network, "snapshot_groups", over, is_complete=True)


def _thanks(geese: SevenGeese, network: int) -> None:
    """Somebody thanks themselves, the same person is thanked twice in a month and once long ago, and a department gets
    thanks of its own."""
    one, other, third = (row["id"] for row in geese.rows(network, "profiles")[:3])
    team = geese.rows(network, "departments")[0]["id"]
    for sender, people, teams, ago in ((one, [one], [], 30), (one, [], [team], 30), (other, [one], [team], 30),
                                       (other, [third], [], 29), (other, [third], [], 28), (other, [third], [], 60),
                                       (other, [third], [], 95)):  # fmt: skip
        geese.create(network, "recognitions", sender_id=sender, recipient_ids=people, team_recipient_ids=teams,
                     badge_id=12, awarded_date=AS_OF - timedelta(days=ago))  # fmt: skip


def _people(shifts: SevenShifts, geese: SevenGeese, guid: str, network: int) -> None:
    """Every way to be matched, or not."""
    users = [row["id"] for row in shifts.rows(guid, "users")]
    people = [row["id"] for row in geese.rows(network, "profiles")][1:]  # the first one logs in with their address
    for user in users:
        shifts.edit(guid, "users", user, employee_id="", invite_status="accepted")
    for number, (mine, theirs) in enumerate((
        (("one@x.test", "11"), ("one@x.test", "11")),  # both
        (("two@x.test", "12"), ("Two@X.test", "E-2")),  # the address; the numbers are of two systems
        (("three@x.test", "13"), ("three@home.test", "13")),  # the number
        (("shared@x.test", ""), ("shared@x.test", "")),  # held by two users
        (("shared@x.test", ""), ("five@x.test", "")),
        (("six@x.test", ""), ("six@x.test", "")),  # not verified
        (("seven@x.test", "18"), ("seven@x.test", "")),  # the number is the next one's
        (("", ""), ("eight@x.test", "18")),
    )):  # fmt: skip
        shifts.edit(guid, "users", users[number], email=mine[0], employee_id=mine[1])
        geese.edit(network, "profiles", people[number], email=theirs[0], employee_id=theirs[1])
    shifts.edit(guid, "users", users[5], invite_status="pending")
