"""What people do at both vendors between two runs: enough of everything that each law of sync has work to do."""

from __future__ import annotations

import random
from collections.abc import Callable

from simulators.seven_geese import SevenGeese
from simulators.seven_shifts import SevenShifts

DAY = 25 * 3600.0  # so that what is read once a day is due

Pick = Callable[[str], dict]


def a_day_passes(shifts: SevenShifts, geese: SevenGeese, chance: random.Random, times: int = 4) -> None:
    """Some changes in every company and network. At most one row of a snapshot goes at a time, and another comes:
    a listing that shrank would be suspect, and rightly so."""
    shifts.advance(DAY)
    geese.advance(DAY)
    for company in shifts.companies:
        for change in chance.sample(SHIFTS, times):
            change(shifts, company.guid, chance)
    for network in geese.networks:
        for change in chance.sample(GEESE, times):
            change(geese, network.id, chance)


def _pick(vendor, owner, table, chance, wanted=lambda row: True):
    return chance.choice([row for row in vendor.rows(owner, table) if wanted(row)])


def _alive(row):
    return not row.get("deleted") and row.get("active", True)


def _text(chance):
    return chance.choice(["It's", "", "two\nlines", "naïve 🦆", 'a "quote"', "\\"]) + str(chance.randrange(10**6))


def edit_shift(vendor, guid, chance):
    vendor.edit(guid, "shifts", _pick(vendor, guid, "shifts", chance)["id"], notes=_text(chance))


def delete_or_restore_shift(vendor, guid, chance):
    shift = _pick(vendor, guid, "shifts", chance)
    (vendor.undelete if shift["deleted"] else vendor.delete)(guid, "shifts", shift["id"])


def add_shifts(vendor, guid, chance):
    for _ in range(chance.randint(1, 4)):
        vendor.create(guid, "shifts", notes=_text(chance))


def draft_a_change(vendor, guid, chance):
    vendor.draft_edit(guid, _pick(vendor, guid, "shifts", chance, _alive)["id"], notes=_text(chance))


def publish_a_draft(vendor, guid, chance):
    drafts = [row["id"] for row in vendor.rows(guid, "shift_drafts")]
    if drafts:
        vendor.publish(guid, chance.choice(drafts))


def clock_in(vendor, guid, chance):
    vendor.create(guid, "time_punches", tips=chance.randrange(10_000))


def add_a_break(vendor, guid, chance):
    vendor.add_break(guid, _pick(vendor, guid, "time_punches", chance, _alive)["id"])


def remove_a_break(vendor, guid, chance):
    punches = [row for row in vendor.rows(guid, "time_punches") if row["breaks"]]
    if punches:
        punch = chance.choice(punches)
        vendor.remove_break(guid, punch["id"], punch["breaks"][0]["id"], flagged=chance.random() < 0.3)


def delete_punch(vendor, guid, chance):
    vendor.delete(guid, "time_punches", _pick(vendor, guid, "time_punches", chance, _alive)["id"])


def replace_a_role(vendor, guid, chance):
    vendor.create(guid, "roles", name=_text(chance))
    vendor.delete(guid, "roles", _pick(vendor, guid, "roles", chance)["id"])


def rename_a_role(vendor, guid, chance):
    vendor.edit(guid, "roles", _pick(vendor, guid, "roles", chance)["id"], name=_text(chance))


def raise_a_wage(vendor, guid, chance):
    user = _pick(vendor, guid, "users", chance)["id"]
    vendor.set_wage(guid, user, chance.randrange(1_000, 4_000))


def move_somebody(vendor, guid, chance):
    vendor.assign(guid, _pick(vendor, guid, "users", chance, _alive)["id"], "role",
                  _pick(vendor, guid, "roles", chance)["id"])  # fmt: skip


def hire(vendor, guid, chance):
    vendor.create(guid, "users", first_name=_text(chance))


def leave_or_return(vendor, guid, chance):
    user = _pick(vendor, guid, "users", chance)
    (vendor.delete if user["active"] else vendor.undelete)(guid, "users", user["id"])


SHIFTS = [edit_shift, delete_or_restore_shift, add_shifts, draft_a_change, publish_a_draft, clock_in, add_a_break,
          remove_a_break, delete_punch, replace_a_role, rename_a_role, raise_a_wage, move_somebody, hire,
          leave_or_return]  # fmt: skip


def _renamed(table, column):
    def change(vendor, network, chance):
        vendor.edit(network, table, _pick(vendor, network, table, chance)["id"], **{column: _text(chance)})

    return change


def progress(vendor, network, chance):
    result = _pick(vendor, network, "key_results", chance)["id"]
    vendor.edit(network, "key_results", result, current_value=float(chance.randrange(100)))


def check_in(vendor, network, chance):
    objective = _pick(vendor, network, "objectives", chance)["id"]
    vendor.create(network, "checkins", objective_id=objective, message=_text(chance))


def another_objective(vendor, network, chance):
    vendor.create(network, "objectives", name=_text(chance), start_date="2026-11-02")


def replace_an_objective(vendor, network, chance):
    vendor.delete(network, "objectives", _pick(vendor, network, "objectives", chance)["id"])
    for _ in range(2):
        another_objective(vendor, network, chance)


def close_an_objective(vendor, network, chance):
    objective = _pick(vendor, network, "objectives", chance)
    (vendor.reopen_objective if objective["closed"] else vendor.close_objective)(network, objective["id"])


def recognise(vendor, network, chance):
    person, badge = (_pick(vendor, network, table, chance)["id"] for table in ("profiles", "badges"))
    vendor.create(network, "recognitions", message=_text(chance), badge_id=badge, recipient_ids=[person])


def review_moves(vendor, network, chance):
    review = _pick(vendor, network, "snapshots", chance, _alive)
    (vendor.reopen_review if review["state"] == 4 else vendor.finalize_review)(network, review["id"])


GEESE = [_renamed("objectives", "name"), _renamed("checkins", "message"), _renamed("action_items", "title"),
         _renamed("one_on_ones", "name"), progress, check_in, another_objective,
         replace_an_objective, close_an_objective, recognise, review_moves]  # fmt: skip
