"""What a row of each table is: the one thing about a table that the code does not say."""

from __future__ import annotations

LOGS = {
    "sync_log": "One row per company, resource and unit of a run: what was asked, what came and how far it "
    "reaches. The rows of completed loads say where the next run continues.",
    "rejected_rows": "One row per row that no table can hold, as it was sent, with the reason.",
}

SENTENCES = {
    "seven_shifts": {
        "companies": "One row per company: name, country, plan, status and trial.",
        "locations": "One row per restaurant of a company: address, time zone, opening hours.",
        "departments": "One row per version of a department, such as the kitchen, of one location.",
        "roles": "One row per version of a role that people are scheduled as, such as line cook.",
        "role_stations": "One row per version of a station of a role.",
        "users": "One row per person, those who left included.",
        "wages": "One row per version of a person's wage, per role or for all roles, current and upcoming.",
        "location_assignments": "One row per version of a person's assignment to a location.",
        "department_assignments": "One row per version of a person's assignment to a department.",
        "role_assignments": "One row per version of a person's assignment to a role.",
        "shifts": "One row per published shift, the deleted ones marked.",
        "shift_breaks": "One row per planned break of a shift.",
        "shift_drafts": "One row per version of an unpublished shift or of an unpublished change to a shift.",
        "shift_draft_breaks": "One row per version of a planned break of a draft.",
        "time_punches": "One row per clocking in and out of a person, the deleted ones marked.",
        "time_punch_breaks": "One row per break that was clocked.",
    },
}
