with own_reviews as (
    select
        company_guid,
        for_profile_id as profile_id,
        count(*) filter (where is_published and not is_finalized and not is_cycle_complete) as open_reviews,
        count(*) filter (where is_overdue) as overdue_reviews
    from {{ ref('review_progress') }}
    group by company_guid, for_profile_id
),

waiting_reviews as (
    select company_guid, waiting_for_profile_id as profile_id, count(*) as reviews_to_act_on
    from {{ ref('review_progress') }}
    where is_overdue
    group by company_guid, waiting_for_profile_id
)

select
    people.company_guid,
    people.person_key,
    people.seven_shifts_user_id,
    people.seven_geese_profile_id,
    people.name,
    people.position,
    people.is_active_in_seven_shifts and coalesce(people.is_active_in_seven_geese, true) as is_active,
    people.match_rule,
    people.match_confidence,
    work.paid_hours as paid_hours_28_days,
    work.shifts as shifts_28_days,
    work.late as late_28_days,
    work.no_shows as no_shows_28_days,
    work.not_known as shifts_not_known_28_days,
    goals.open_objectives,
    goals.objectives_at_risk,
    goals.objectives_without_checkin,
    goals.last_checkin_at,
    goals.recognitions_given as recognitions_given_90_days,
    goals.recognitions_received as recognitions_received_90_days,
    goals.last_one_on_one_at,
    coalesce(own_reviews.open_reviews, 0) as open_reviews,
    coalesce(own_reviews.overdue_reviews, 0) as overdue_reviews,
    coalesce(waiting_reviews.reviews_to_act_on, 0) as reviews_to_act_on
from {{ ref('people') }} as people
inner join {{ ref('int_people__work') }} as work
    on work.company_guid = people.company_guid
    and work.user_id = people.seven_shifts_user_id
inner join {{ ref('int_people__goals') }} as goals
    on goals.company_guid = people.company_guid
    and goals.profile_id = people.seven_geese_profile_id
left join own_reviews
    on own_reviews.company_guid = people.company_guid
    and own_reviews.profile_id = people.seven_geese_profile_id
left join waiting_reviews
    on waiting_reviews.company_guid = people.company_guid
    and waiting_reviews.profile_id = people.seven_geese_profile_id
where people.is_matched
