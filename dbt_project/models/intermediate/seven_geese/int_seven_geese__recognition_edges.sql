-- A department stays a receiver of its own. Who was in it at the time is not known for any time before the first load,
-- and whoever joined since was not thanked.
select
    recognitions.company_guid,
    recognitions.recognition_id,
    recognitions.sender_profile_id as giver_profile_id,
    case recipients.recipient_kind when 'profile' then 'person' else recipients.recipient_kind end as receiver_kind,
    recipients.recipient_id as receiver_id,
    recognitions.badge_id,
    recognitions.awarded_at
from {{ ref('stg_seven_geese__recognitions') }} as recognitions
inner join {{ ref('stg_seven_geese__recognition_recipients') }} as recipients
    on recipients.company_guid = recognitions.company_guid
    and recipients.recognition_id = recognitions.recognition_id
