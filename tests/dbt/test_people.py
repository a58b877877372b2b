"""People of the two systems are one person where that is proved, and nowhere else; with hashed addresses too."""

from __future__ import annotations

import shutil
from collections import Counter, defaultdict
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from sources.core.privacy import Privacy
from sources.seven_geese.records import UserProfile
from sources.seven_shifts.records import User
from tests.dbt.geese_build import AS_OF, Row, World, world_on
from tests.dbt.geese_truth import moment, objectives, reviews

pytestmark = pytest.mark.timeout(900)  # the first one loads and builds everything, on a machine that may be busy


@pytest.fixture(scope="session", params=["duckdb", "postgres"])
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> World:
    """A fortnight, loaded and built."""
    return world_on(request.param, request, tmp_path_factory)


def told(rows: list[Row]) -> dict[tuple[int | None, int | None], tuple[str, str | None]]:
    """By the ids of both systems: whether matched or why not, and how surely."""
    return {(row["seven_shifts_user_id"], row["seven_geese_profile_id"]): (row["match_status"], row["match_confidence"])
            for row in rows}  # fmt: skip


def test_every_case_is_matched_or_told_why_not(world):
    users = [row["id"] for row in world.users]
    people = [row["id"] for row in world.last("profiles")][1:]
    found = told(world.mart("people"))

    assert {key: how for key, how in found.items() if how[0] != "no counterpart"} == {
        (users[0], people[0]): ("matched", "very high"),
        (users[1], people[1]): ("matched", "high"),
        (users[2], people[2]): ("matched", "medium"),
        (users[3], None): ("ambiguous", None),
        (users[4], None): ("ambiguous", None),
        (None, people[3]): ("ambiguous", None),
        (users[5], None): ("unverified email", None),
        (None, people[5]): ("unverified email", None),
        (users[6], None): ("contradiction", None),
        (None, people[6]): ("contradiction", None),
        (None, people[7]): ("contradiction", None),
        (users[7], None): ("no identifier", None),
    }
    assert (None, people[4]) in found


def test_people_equal_a_matching_written_in_python(world):
    assert told(world.mart("people")) == matching(world.users, world.last("profiles"))


def matching(users: list[Row], profiles: list[Row]) -> dict[tuple[int | None, int | None], tuple[str, str | None]]:
    """Identifier by identifier: who holds it in either system, and so whom it leads to."""
    leads: dict[tuple[int, int], dict[str, bool]] = defaultdict(dict)  # with whether it proves anything
    shared: set[tuple[str, int]] = set()
    for name in ("email", "employee_id"):
        holders: dict[str, tuple[list[Row], list[Row]]] = defaultdict(lambda: ([], []))
        for side, rows in enumerate((users, profiles)):
            for row in rows:
                if (row[name] or "").strip():
                    holders[row[name].strip().lower() if name == "email" else row[name].strip()][side].append(row)
        for mine, theirs in holders.values():
            if len(mine) == len(theirs) == 1:
                proves = name == "employee_id" or mine[0]["invite_status"] == "accepted"
                leads[mine[0]["id"], theirs[0]["id"]][name] = proves
            elif mine and theirs:
                shared |= {("user", row["id"]) for row in mine} | {("profile", row["id"]) for row in theirs}
    to = Counter(one for user, profile in leads for one in (("user", user), ("profile", profile)))
    found: dict[tuple[int | None, int | None], tuple[str, str | None]] = {}
    status: dict[tuple[str, int], str] = {}
    for (user, profile), names in leads.items():
        ends = (("user", user), ("profile", profile))
        proofs = [name for name, proves in names.items() if proves]
        if proofs and max(to[one] for one in ends) == 1:
            sure = "very high" if len(proofs) == 2 else "high" if proofs == ["email"] else "medium"
            found[user, profile] = ("matched", sure)
            status |= dict.fromkeys(ends, "matched")
            continue
        for one in ends:
            if proofs:
                status[one] = "contradiction"
            else:
                status.setdefault(one, "unverified email")
    for kind, rows in (("user", users), ("profile", profiles)):
        for row in rows:
            key = (row["id"], None) if kind == "user" else (None, row["id"])
            why = status.get((kind, row["id"]))
            if why in (None, "unverified email") and (kind, row["id"]) in shared:
                why = "ambiguous"
            if why != "matched":
                identified = row["email"] or row["employee_id"]
                found[key] = (why or ("no counterpart" if identified else "no identifier"), None)
    return found


def test_a_company_in_one_system_is_told_so(world):
    rows = world.mart("people", world.other_guid)

    assert {row["seven_geese_profile_id"] for row in rows} == {row["id"] for row in world.others}
    assert {row["match_status"] for row in rows} == {"company in one system"}


def test_people_360_has_the_matched_ones_with_figures_of_both(world):
    rows = {row["seven_geese_profile_id"]: row for row in world.mart("people_360")}
    matched = [row for row in world.mart("people") if row["is_matched"]]
    goals, steps = objectives(world), reviews(world)
    owners = {row["id"]: row["owner_ids"] for row in world.last("objectives")}
    reviewed = {row["id"]: row["for_user_id"] for row in world.last("snapshots")}
    lately = [row for row in world.last("recognitions")
              if AS_OF - timedelta(days=90) < moment(row["awarded_date"]) <= AS_OF]  # fmt: skip

    assert {row["person_key"] for row in rows.values()} == {row["person_key"] for row in matched}
    for person, row in rows.items():
        own = [goal for key, goal in goals.items() if person in owners[key]]
        assert row["open_objectives"] == sum(goal["is_open"] for goal in own)
        assert row["objectives_at_risk"] == sum(goal["is_at_risk"] for goal in own)
        assert row["objectives_without_checkin"] == sum(goal["is_without_checkin"] for goal in own)
        assert row["recognitions_given_90_days"] == sum(one["sender_id"] == person for one in lately)
        assert row["recognitions_received_90_days"] == sum(person in one["recipient_ids"] for one in lately)
        assert row["overdue_reviews"] == sum(step["is_overdue"] for key, step in steps.items()
                                             if reviewed[key] == person)  # fmt: skip
        assert row["reviews_to_act_on"] == sum(step["is_overdue"] for step in steps.values()
                                               if step["waiting_for_profile_id"] == person)  # fmt: skip
        made = [moment(one["created"]) for one in world.last("checkins") if one["user_id"] == person]
        assert row["last_checkin_at"] == max(made, default=None)
        days = range((AS_OF.date() - timedelta(days=28)).toordinal(), AS_OF.date().toordinal())
        seconds = sum(day["paid_seconds"] for day in world.mart("worked_hours_daily")
                      if day["user_id"] == row["seven_shifts_user_id"]
                      and date.toordinal(day["business_date"]) in days)  # fmt: skip
        assert row["paid_hours_28_days"] == pytest.approx(float(seconds) / 3600, abs=0.0001)
    assert any(row["paid_hours_28_days"] for row in rows.values())


@pytest.mark.parametrize(("mode", "key", "confidences"), [
    ("hash", "the key of both", ["medium", "very high"]),  # Two@X.test and two@x.test have different hashes
    ("hash", "a key of 7Geese's own", ["medium"] * 3),  # no address is left to contradict the employee id
    ("drop", "", ["medium"] * 3),
])  # fmt: skip
def test_hashed_addresses_match_by_the_same_key_and_dropped_ones_not_at_all(
    mode, key, confidences, request, tmp_path_factory, tmp_path
):
    world = world_on("duckdb", request, tmp_path_factory)
    file = tmp_path / Path(str(world.file)).name  # of the same name, or the views do not find themselves
    shutil.copy(str(world.file), file)
    with duckdb.connect(str(file)) as connection:
        masked(connection, "seven_shifts.users", User, "email", Privacy({"contact": mode}, b"the key of both"))
        masked(connection, "seven_geese.user_profiles", UserProfile, "user_email",
               Privacy({"contact": mode}, key.encode()))  # fmt: skip
        found = connection.execute(
            "SELECT match_confidence FROM sevens_intermediate.int_people__matches WHERE NOT is_contradiction ORDER BY 1"
        ).fetchall()
        statuses = connection.execute("SELECT match_status FROM sevens_intermediate.int_people__statuses").fetchall()

    assert [name for (name,) in found] == confidences
    assert Counter(statuses)["matched",] == 2 * len(found)
    assert (("unverified email",) in statuses) == (key == "the key of both")


def masked(connection: duckdb.DuckDBPyConnection, table: str, record: type, column: str, privacy: Privacy) -> None:
    """The column as a load writes it."""
    _, mask = privacy.masks(record)[column]
    for (value,) in connection.execute(f"SELECT DISTINCT {column} FROM {table}").fetchall():
        connection.execute(f"UPDATE {table} SET {column} = ? WHERE {column} = ?", [mask(value), value])
