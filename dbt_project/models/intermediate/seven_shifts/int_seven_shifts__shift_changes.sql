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
    from {{ ref('stg_seven_shifts__shift_drafts_versions') }} as drafts
    where drafts.valid_to_at is null and drafts.publish_status in ('published', 'published_deleted') and drafts.modified_at is not null
),

-- A draft of a published shift that is gone, and the shift has just what it had: it was published.
edits as (
    select drafts.company_guid, drafts.shift_id, max(drafts.modified_at) as changed_at
    from {{ ref('stg_seven_shifts__shift_drafts_versions') }} as drafts
    inner join published
        on published.company_guid = drafts.company_guid and published.shift_id = drafts.shift_id
        and published.start_at = drafts.start_at and published.end_at = drafts.end_at
        and coalesce(published.user_id, 0) = coalesce(drafts.user_id, 0)
        and published.modified_at >= drafts.modified_at
    where drafts.valid_to_at is not null and drafts.publish_status = 'published' and not published.is_deleted
    group by drafts.company_guid, drafts.shift_id
),

changes as (
    select company_guid, shift_id, 'deleted' as change, modified_at as changed_at,
        cast(null as timestamp) as new_start_at, cast(null as timestamp) as new_end_at, cast(null as bigint) as new_user_id
    from published where is_deleted
    union all
    select company_guid, shift_id, 'edited', changed_at, null, null, null from edits
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
