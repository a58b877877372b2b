-- What people did, whichever table it stands in. Who gave anonymous feedback is empty, here as there.
select company_guid, 'check-in' as act, checkin_id as act_id, profile_id, created_at as acted_at
from {{ ref('stg_seven_geese__objective_checkins') }}

union all

select company_guid, 'recognition', recognition_id, sender_profile_id, awarded_at
from {{ ref('stg_seven_geese__recognitions') }}

union all

select company_guid, 'one-on-one', one_on_one_id, facilitator_profile_id, coalesce(starts_at, completed_at)
from {{ ref('stg_seven_geese__one_on_ones') }}
where status_code = 1 and not is_deleted

union all

select company_guid, 'one-on-one', one_on_one_id, participant_profile_id, coalesce(starts_at, completed_at)
from {{ ref('stg_seven_geese__one_on_ones') }}
where status_code = 1 and not is_deleted

union all

select company_guid, 'feedback', feedback_id, responder_profile_id, submitted_at
from {{ ref('stg_seven_geese__feedback') }}
where state_code = 2

union all

select company_guid, 'action item', action_item_id, completed_by_profile_id, completed_at
from {{ ref('stg_seven_geese__action_items') }}
where is_completed and not is_deleted

union all

select company_guid, 'review step', approval_id, approved_by_profile_id, approved_at
from {{ ref('stg_seven_geese__review_approvals') }}
