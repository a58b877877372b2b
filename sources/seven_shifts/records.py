"""The records of the 7shifts API v2, field by field as the vendor documents and sends them.

Facts: the vendor's definition of 2023-05-01 and traffic of 2026-02-01. 0 stands for "none" in several ids
(`role_id`, `department_id`, `station_id`, `shift_id`, `custom_break_id`) and is kept as sent.
"""

from __future__ import annotations

import msgspec

from sources.core.columns import (
    NULL,
    BirthDay,
    Bool,
    Cents,
    ContactText,
    Day,
    Float,
    Int,
    Json,
    Key,
    Minutes,
    Record,
    Text,
    Timestamp,
)


class Company(Record):
    id: Key
    uuid: Text = None
    name: Text = None
    country: Text = None
    photo: Text = None
    trial: Bool = None
    active: Bool = None
    plan_id: Text = None
    status: Text = None
    created: Timestamp = None
    modified: Timestamp = None
    expires: Timestamp = None
    days_to_expire: Int = None
    converted: Timestamp = None
    pos: Text = None
    start_week_on: Int = None
    coupon: Text = None
    meta: Json = NULL


class Location(Record):
    id: Key
    company_id: Int = None
    name: Text = None
    country: Text = None
    state: Text = None
    city: Text = None
    formatted_address: Text = None
    lat: Float = None
    lng: Float = None
    place_id: Text = None
    timezone: Text = None
    timezone_updated: Bool = None
    hash: Text = None
    mapping_id: Text = None
    department_based_budget: Bool = None
    holiday_pay: Bool = None
    auto_send_log_book_time: Text = None
    sun_hours_open: Text = None
    mon_hours_open: Text = None
    tue_hours_open: Text = None
    wed_hours_open: Text = None
    thu_hours_open: Text = None
    fri_hours_open: Text = None
    sat_hours_open: Text = None
    sun_hours_close: Text = None
    mon_hours_close: Text = None
    tue_hours_close: Text = None
    wed_hours_close: Text = None
    thu_hours_close: Text = None
    fri_hours_close: Text = None
    sat_hours_close: Text = None
    sun_is_closed: Bool = None
    mon_is_closed: Bool = None
    tue_is_closed: Bool = None
    wed_is_closed: Bool = None
    thu_is_closed: Bool = None
    fri_is_closed: Bool = None
    sat_is_closed: Bool = None
    shift_feedback: Bool = None
    message: Text = None
    deleted: Bool = None
    created: Timestamp = None
    modified: Timestamp = None


class Department(Record):
    id: Key
    company_id: Int = None
    location_id: Int = None
    name: Text = None
    default: Bool = None
    deleted: Text = None
    created: Timestamp = None
    modified: Timestamp = None


class RoleStation(Record):
    id: Int = None
    role_id: Int = None
    station_number: Int = None
    name: Text = None


class Role(Record):
    id: Key
    company_id: Int = None
    location_id: Int = None
    department_id: Int = None
    name: Text = None
    color: Text = None
    num_stations: Int = None
    job_code: Text = None
    sort: Int = None
    is_tipped_role: Bool = None
    stations: list[RoleStation] | None = None
    created: Timestamp = None
    modified: Timestamp = None


class User(Record):
    id: Key
    identity_id: Int = None
    company_id: Int = None
    first_name: Text = None
    last_name: Text = None
    preferred_first_name: Text = None
    preferred_last_name: Text = None
    pronouns: Text = None
    email: ContactText = None
    mobile_number: ContactText = None
    home_number: ContactText = None
    address: ContactText = None
    postal_zip: ContactText = None
    city: ContactText = None
    prov_state: ContactText = None
    birth_date: BirthDay = None
    invite_status: Text = None
    active: Bool = None
    type: Text = None
    hire_date: Day = None
    timezone: Text = None
    punch_id: Text = None
    employee_id: Text = None
    max_weekly_hours: Text = None
    created: Timestamp = None
    modified: Timestamp = None
    last_login: Timestamp = None
    invited: Timestamp = None
    invite_accepted: Timestamp = None
    is_new: Bool = None
    appear_as_employee: Bool = None
    subscribe_to_updates: Bool = None
    push: Bool = None
    onboarding_required: Bool = None
    sms_me_schedules: Bool = None
    notify_ot_risk: Bool = None
    language: Text = None
    photo: Text = None
    notes: Text = None
    skill_level: Int = None
    permissions_template_id: Int = None
    hourly_wage: Cents = None
    wage_type: Text = None
    reactivation_status: Text = None
    meta: Json = NULL


class Wage(Record):
    id: Key
    effective_date: Day = None
    role_id: Int = None
    wage_type: Text = None
    wage_cents: Cents = None
    enabled_days: Json = NULL
    allocations: Json = NULL
    created: Timestamp = None
    modified: Timestamp = None


class LocationAssignment(Record):
    id: Key
    company_id: Int = None
    name: Text = None
    timezone: Text = None
    hash: Text = None
    formatted_address: Text = None
    lat: Float = None
    lng: Float = None
    country: Text = None
    city: Text = None
    state: Text = None


class DepartmentAssignment(Record):
    id: Key
    company_id: Int = None
    location_id: Int = None
    name: Text = None
    appear_on_schedule: Bool = None


class RoleAssignment(Record):
    id: Key
    company_id: Int = None
    location_id: Int = None
    department_id: Int = None
    name: Text = None
    is_primary: Bool = None
    skill_level: Int = None
    sort: Int = None


class ShiftBreak(Record):
    id: Key
    shift_id: Int = None
    start: Timestamp = None
    end: Timestamp = None
    name: Text = None
    length: Minutes = None
    break_type_id: Int = None
    type: Text = None
    break_policy_id: Int = None
    duration_override_min: Minutes = None


class Shift(Record):
    id: Key
    company_id: Int = None
    location_id: Int = None
    user_id: Int = None
    department_id: Int = None
    role_id: Int = None
    station_id: Int = None
    station: Int = None
    station_name: Text = None
    start: Timestamp = None
    end: Timestamp = None
    close: Bool = None
    business_decline: Bool = None
    hourly_wage: Cents = None
    notes: Text = None
    draft: Bool = None
    notified: Bool = None
    open: Bool = None
    unassigned: Bool = None
    unassigned_skill_level: Int = None
    open_offer_type: Text = None
    publish_status: Text = None
    attendance_status: Text = None
    late_minutes: Minutes = None
    created: Timestamp = None
    modified: Timestamp = None
    deleted: Bool = None
    soft_deleted: Text = None
    breaks: list[ShiftBreak] | None = None


class TimePunchBreak(Record):
    id: Key
    user_id: Int = None
    custom_break_id: Int = None
    paid: Bool = None
    in_: Timestamp = msgspec.field(name="in", default=None)
    out: Timestamp = None
    deleted: Bool = None


class TimePunch(Record):
    id: Key
    company_id: Int = None
    location_id: Int = None
    user_id: Int = None
    role_id: Int = None
    department_id: Int = None
    shift_id: Int = None
    editable_punch: Bool = None
    hourly_wage: Cents = None
    approved: Bool = None
    clocked_in: Timestamp = None
    clocked_out: Timestamp = None
    notes: Text = None
    auto_clocked_out: Bool = None
    clocked_in_offline: Bool = None
    clocked_out_offline: Bool = None
    tips: Cents = None
    pos_type: Text = None
    created: Timestamp = None
    modified: Timestamp = None
    deleted: Bool = None
    breaks: list[TimePunchBreak] | None = None
