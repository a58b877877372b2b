-- 7shifts keeps neither the moment of publication nor older values, and publishing modifies a shift: only a flag and a
-- draft prove a change, a modification alone does not.
with published as (
    select * from {{ ref('stg_seven_shifts__shifts') }} where start_at is not null and modified_at is not null
),

drafts as (
    select
        drafts.company_guid,
        drafts.shift_id,
        case drafts.publish_status
            when 'published_deleted' then 'deletion_pending' when 'published' then 'edit_pending'
        end as change,
        drafts.modified_at,
        drafts.start_at,
        drafts.end_at,
        drafts.user_id
    from {{ ref('stg_seven_shifts__shift_drafts') }} as drafts
    where drafts.publish_status in ('published', 'published_deleted') and drafts.modified_at is not null
),

changes as (
    select company_guid, shift_id, 'deleted' as change, modified_at as changed_at,
        cast(null as timestamp) as new_start_at, cast(null as timestamp) as new_end_at, cast(null as bigint) as new_user_id
    from published where is_deleted
    union all
    select company_guid, shift_id, change, modified_at,
        case when change = 'edit_pending' then start_at end,
        case when change = 'edit_pending' then end_at end,
        case when change = 'edit_pending' then user_id end
    from drafts
)

select
    published.*,
    changes.change,
    changes.changed_at,
    changes.new_start_at,
    changes.new_end_at,
    changes.new_user_id
from changes
inner join published on published.company_guid = changes.company_guid and published.shift_id = changes.shift_id
