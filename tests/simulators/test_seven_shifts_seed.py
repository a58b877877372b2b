"""What the seeded restaurant groups hold."""

from __future__ import annotations

from simulators.seven_shifts import SevenShifts


def ids(rows):
    return [row["id"] for row in rows]


def test_the_same_seed_gives_the_same_data_and_another_seed_does_not():
    tables = ("locations", "roles", "users", "wages", "shifts", "shift_drafts", "time_punches")

    def everything(seed):
        sim = SevenShifts(companies=2, weeks=1, staff=5, seed=seed)
        return [sim.rows(company.guid, table) for company in sim.companies for table in tables]

    assert everything(7) == everything(7)
    assert everything(7) != everything(8)


def test_the_same_ids_occur_in_several_companies(sim):
    first, second = (set(ids(sim.rows(company.guid, "shifts"))) for company in sim.companies)
    assert first & second
    assert sim.companies[0].id != sim.companies[1].id


def test_the_seed_holds_what_makes_this_vendor_hard():
    sim = SevenShifts(companies=3)
    for company in sim.companies:
        shifts, punches = sim.rows(company.guid, "shifts"), sim.rows(company.guid, "time_punches")
        assert {row["publish_status"] for row in sim.rows(company.guid, "shift_drafts")} == {
            "draft",
            "published",
            "published_deleted",
        }
        assert {row["deleted"] for row in shifts} == {row["deleted"] for row in punches} == {True, False}
        assert any(row["close"] for row in shifts)
        assert any(row["open"] and not row["user_id"] for row in shifts)
        assert any(row["breaks"] for row in shifts)
        assert any(row["clocked_out"] is None for row in punches)
        assert any(row["shift_id"] == 0 for row in punches)
        assert any(row["auto_clocked_out"] for row in punches)
        assert any(row["tips"] for row in punches)
        assert {row["paid"] for punch in punches for row in punch["breaks"]} == {True, False}
        assert any(not row["active"] for row in sim.rows(company.guid, "users"))
        assert any(row["deleted"] for row in sim.rows(company.guid, "locations"))
        wages = sim.rows(company.guid, "wages")
        assert any(row["wage_type"] == "weekly_salary" and row["role_id"] is None for row in wages)
        assert any(row["effective_date"] > "2026-11-05" for row in wages)
        assert len({row["modified"] for row in shifts}) > len(shifts) / 2
    attendance = {row["attendance_status"] for c in sim.companies for row in sim.rows(c.guid, "shifts")}
    assert attendance == {"none", "sick", "no_show", "late"}


def test_nothing_seeded_was_touched_before_it_was_made_or_after_now(sim, guid):
    for table in (
        "locations",
        "departments",
        "roles",
        "users",
        "wages",
        "shifts",
        "shift_drafts",
        "time_punches",
    ):
        for row in sim.rows(guid, table):
            assert row["created"][:19] <= row["modified"][:19] <= "2026-11-05T15:00:00", (table, row)


def test_a_night_shift_over_the_end_of_summer_time_lasts_an_hour_longer():
    sim = SevenShifts(companies=3, staff=20)
    rows = [row for company in sim.companies for row in sim.rows(company.guid, "shifts")]
    lengths = {
        (int(row["end"][11:13]) - int(row["start"][11:13])) % 24
        for row in rows
        if row["start"].startswith(("2026-10-31T22", "2026-10-31T23", "2026-11-01T0")) and row["close"]
    }
    assert 9 in lengths  # 18:00 to 02:00 by the wall clock
