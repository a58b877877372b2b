"""The table of 7shifts endpoints: one row each, with the reason where a row is not obvious."""

from __future__ import annotations

from datetime import timedelta

from sources.core.resource import Child, Cursor, Mode, Part, Resource
from sources.seven_shifts import records

MODIFIED_AT = Cursor("modified", param="modified_since")
MODIFIED_ON = Cursor("modified", param="modified_since", grain="day")
DAILY = timedelta(days=1)
TWO_PAY_PERIODS = timedelta(days=28)

# Only active people are listed by default; those who left still own punches.
USERS = Resource(
    "users", "v2/company/{company_id}/users", "users:read", records.User, cursor=MODIFIED_ON,
    passes=({"status": "active"}, {"status": "inactive"}),
)  # fmt: skip

RESOURCES = (
    # meta.api_key is a v1 credential: it never reaches the destination. No paging, so no limit is sent.
    Resource("companies", "v2/companies", "companies:read", records.Company, cursor=MODIFIED_ON,
             gate=True, owner="id", limit=None, drop=("meta.api_key",)),
    Resource("locations", "v2/company/{company_id}/locations", "locations:read", records.Location,
             cursor=MODIFIED_ON, passes=({}, {"deleted": "true"}), by_position=True),
    # The `deleted` field has no filter beside it: absence is the only sure sign.
    Resource("departments", "v2/company/{company_id}/departments", "departments:read", records.Department,
             mode=Mode.SNAPSHOT, by_position=True),
    # No flag and no filter for removal, and nobody says how its pages are cut. A station's own id is missing in some
    # API versions; its number is not.
    Resource("roles", "v2/company/{company_id}/roles", "roles:read", records.Role, mode=Mode.SNAPSHOT,
             by_position=True,
             children=(Child("role_stations", "stations", "role_id", records.RoleStation, key="station_number"),)),
    USERS,
    # No history, no change filter and no user in the reply. A raise moves its wage from upcoming to current.
    Resource("wages", "v2/company/{company_id}/users/{user_id}/wages", "users:read", mode=Mode.SNAPSHOT,
             per=USERS, per_key="user_id", cadence=DAILY,
             parts=(
                 Part("wages", "current_wages", records.Wage, ("user_id", "id"), constants=(("state", "current"),),
                      carry=(("wage_type", "user_wage_type"),)),
                 Part("wages", "upcoming_wages", records.Wage, ("user_id", "id"), constants=(("state", "upcoming"),),
                      carry=(("wage_type", "user_wage_type"),)),
             )),
    Resource("assignments", "v2/company/{company_id}/users/{user_id}/assignments", "users:read", mode=Mode.SNAPSHOT,
             per=USERS, per_key="user_id", cadence=DAILY,
             parts=(
                 Part("location_assignments", "locations", records.LocationAssignment, ("user_id", "id")),
                 Part("department_assignments", "departments", records.DepartmentAssignment, ("user_id", "id")),
                 Part("role_assignments", "roles", records.RoleAssignment, ("user_id", "id")),
             )),
    # The vendor's warehouse guide: published and deleted shifts are separate listings, never asked for together.
    Resource("shifts", "v2/company/{company_id}/shifts", "shifts:read", records.Shift, cursor=MODIFIED_AT,
             window="start", passes=({}, {"deleted": "true"}),
             children=(Child("shift_breaks", "breaks", "shift_id", records.ShiftBreak),)),
    # Same id as the published shift it would change, gone once published: a snapshot beside the facts.
    Resource("shift_drafts", "v2/company/{company_id}/shifts", "shifts:read", records.Shift, mode=Mode.SNAPSHOT,
             passes=({"draft": "true"},), may_empty=True,
             children=(Child("shift_draft_breaks", "breaks", "shift_id", records.ShiftBreak),)),
    # Editing a break does not fire the punch's webhook and may not touch its `modified`: re-read the days that
    # payroll still looks at.
    Resource("time_punches", "v2/company/{company_id}/time_punches", "time_punches:read", records.TimePunch,
             cursor=MODIFIED_AT, window="clocked_in", rolling=TWO_PAY_PERIODS,
             passes=({}, {"deleted": "true"}),
             children=(Child("time_punch_breaks", "breaks", "time_punch_id", records.TimePunchBreak),)),
)  # fmt: skip
