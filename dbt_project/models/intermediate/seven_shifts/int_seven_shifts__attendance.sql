-- One row per shift of a person with what was clocked for it, and one per punch without a shift.
with worked as (
    select
        punches.company_guid,
        coalesce('shift:' || punches.matched_shift_id, 'punch:' || punches.time_punch_id) as attendance_id,
        punches.matched_shift_id,
        min(punches.matched_by) as matched_by,
        min(punches.user_id) as user_id,
        min(punches.location_id) as location_id,
        min(punches.department_id) as department_id,
        min(punches.role_id) as role_id,
        count(*) as punches,
        min(punches.clocked_in_at) as first_clocked_in_at,
        max(punches.clocked_in_at) as last_clocked_in_at,
        max(punches.clocked_out_at) as last_clocked_out_at,
        cast(sum(coalesce(paid.paid_seconds, 0)) as bigint) as paid_seconds,
        max(case when punches.clocked_out_at is null then 1 else 0 end) = 1 as is_open,
        max(case when punches.is_auto_clocked_out then 1 else 0 end) = 1 as is_auto_clocked_out,
        max(case when punches.is_approved then 0 else 1 end) = 1 as is_unapproved
    from {{ ref('int_seven_shifts__shift_punches') }} as punches
    left join {{ ref('int_seven_shifts__paid_punches') }} as paid
        on paid.company_guid = punches.company_guid and paid.time_punch_id = punches.time_punch_id
    group by punches.company_guid, attendance_id, punches.matched_shift_id
),

shifts as (
    select * from {{ ref('stg_seven_shifts__shifts') }}
    where not is_deleted and user_id is not null and start_at is not null and end_at is not null
),

both_sides as (
    select
        coalesce(shifts.company_guid, worked.company_guid) as company_guid,
        coalesce('shift:' || shifts.shift_id, worked.attendance_id) as attendance_id,
        shifts.shift_id,
        coalesce(shifts.user_id, worked.user_id) as user_id,
        coalesce(shifts.location_id, worked.location_id) as location_id,
        coalesce(shifts.department_id, worked.department_id) as department_id,
        coalesce(shifts.role_id, worked.role_id) as role_id,
        shifts.start_at,
        shifts.end_at,
        coalesce(shifts.ends_at_closing or shifts.ends_when_business_declines, false) as has_flexible_end,
        coalesce({{ seconds_between('shifts.start_at', 'shifts.end_at') }}, 0) as scheduled_seconds,
        shifts.vendor_status,
        worked.matched_by,
        coalesce(worked.punches, 0) as punches,
        worked.first_clocked_in_at,
        worked.last_clocked_in_at,
        case when not worked.is_open then worked.last_clocked_out_at end as last_clocked_out_at,
        coalesce(worked.paid_seconds, 0) as paid_seconds,
        coalesce(worked.is_open, false) as is_open,
        coalesce(worked.is_auto_clocked_out, false) as is_auto_clocked_out,
        coalesce(worked.is_unapproved, false) as is_unapproved
    from shifts
    full outer join worked
        on worked.company_guid = shifts.company_guid and worked.matched_shift_id = shifts.shift_id
)

select * from both_sides
