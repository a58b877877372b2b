select * from {{ ref('stg_seven_shifts__shift_drafts_versions') }} where valid_to_at is null
