"""The records of 7Geese: one row shape per table, whichever transport brought it.

Names are the vendor's in snake_case, `pk` as `id`, and a reference as `<name>_id`. References to people are ids of
`user_profiles` (a *user* id is another number). Codes are kept as sent; `code_labels` explains them. Progress is the
server's own figure in percent, not bounded by 0 and 100. Facts: the vendor's public documents, a published
introspection of 2020 and traffic of 2026; everything but the key may be missing.
"""

from __future__ import annotations

from sources.core.columns import (
    NULL,
    Bool,
    ContactText,
    Day,
    Float,
    Int,
    Json,
    Key,
    OpinionBool,
    OpinionFloat,
    OpinionJson,
    OpinionText,
    Record,
    Text,
    Timestamp,
)


class Network(Record):
    id: Key
    name: Text = None
    network_logo_img: Text = None
    network_logo_img_url: Text = None
    admin_content_visibility_for_subdepartments: Bool = None
    allow_login_via_7geese: Bool = None
    allow_login_via_google: Bool = None
    allow_login_via_yammer: Bool = None
    allow_login_via_microsoft: Bool = None
    enable_talent_indicators: Bool = None
    business_cycle_length: Int = None
    business_cycle_start_month: Int = None


class UserProfile(Record):
    id: Key
    user_id: Int = None
    username: ContactText = None
    full_name: Text = None
    first_name: Text = None
    last_name: Text = None
    user_email: ContactText = None
    position: Text = None
    phone_number: ContactText = None
    employee_id: Text = None
    hris_id: Text = None
    timezone: Text = None
    about: Text = None
    hire_date: Day = None
    reports_to_id: Int = None
    activated: Bool = None
    activation_state: Text = None
    deactivated_timestamp: Timestamp = None
    is_being_deleted: Bool = None
    is_manager: Bool = None
    is_admin: Bool = None
    is_beta_user: Bool = None
    manager_manually_set: Bool = None
    admin_content_visibility: Int = None
    email_bounced: Bool = None
    user_is_active: Bool = None
    user_date_joined: Timestamp = None
    profile_image_url: Text = None
    profile_url: Text = None
    twitter_profile: ContactText = None
    linkedin_profile: ContactText = None
    facebook_profile: ContactText = None
    yammer_profile: ContactText = None


class Member(Record):
    profile_id: Key


class Department(Record):
    id: Key
    name: Text = None
    full_name: Text = None
    parent_id: Int = None
    creator_id: Int = None
    team_managed_by: Int = None
    deleted: Bool = None
    created: Timestamp = None
    modified: Timestamp = None
    members: list[Member] | None = None


class Location(Record):
    id: Key
    name: Text = None
    location_managed_by: Int = None
    members: list[Member] | None = None


class Group(Record):
    id: Key
    name: Text = None
    parent_id: Int = None
    group_type_id: Int = None
    group_type_name: Text = None
    members: list[Member] | None = None


class ObjectiveDepartment(Record):
    department_id: Key


class ObjectiveLabel(Record):
    label_id: Key
    name: Text = None


class ObjectiveParent(Record):
    parent_objective_id: Key


class ObjectiveChild(Record):
    child_objective_id: Key
    weight: Int = None


class ObjectiveHistory(Record):
    """A point of the server's own series. It has no id: `place` counts items of one moment."""

    created: Timestamp = None
    place: Int = 0
    closed: Bool = None
    progress: Float = None
    overall_assessment_status: Int = None


class KeyResult(Record):
    id: Key
    name: Text = None
    description: Text = None
    weight: Int = None
    order: Int = None
    starting_value: Float = None
    current_value: Float = None
    target_value: Float = None
    measurement_type: Int = None
    progress: Float = None
    created: Timestamp = None
    updated: Timestamp = None
    creator_id: Int = None


class KeyResultOwner(Record):
    key_result_id: Key
    profile_id: Key


class Checkin(Record):
    id: Key
    profile_id: Int = None
    message: OpinionText = None
    status: Int = None
    metadata: Json = NULL
    created: Timestamp = None
    updated: Timestamp = None


class Objective(Record):
    id: Key
    name: Text = None
    description: Text = None
    objective_type: Int = None
    department_visibility: Int = None
    closed: Bool = None
    draft: Bool = None
    private: Bool = None
    grade: Float = None
    progress: Float = None
    progress_delta: Int = None
    overall_assessment_status: Int = None
    start_date: Timestamp = None
    due_datetime: Timestamp = None
    completed_datetime: Timestamp = None
    creator_id: Int = None
    created: Timestamp = None
    modified: Timestamp = None
    objective_url: Text = None
    starting_value: Float = None
    current_value: Float = None
    target_value: Float = None
    measurement_type: Int = None
    format: Text = None
    weight: Int = None
    owners: list[Member] | None = None
    stakeholders: list[Member] | None = None
    followers: list[Member] | None = None
    departments: list[ObjectiveDepartment] | None = None
    labels: list[ObjectiveLabel] | None = None
    parents: list[ObjectiveParent] | None = None
    children: list[ObjectiveChild] | None = None
    history: list[ObjectiveHistory] | None = None
    key_results: list[KeyResult] | None = None
    key_result_owners: list[KeyResultOwner] | None = None
    checkins: list[Checkin] | None = None


class Badge(Record):
    id: Key
    name: Text = None
    description: Text = None
    active: Bool = None
    image: Text = None


class Recipient(Record):
    kind: str  # profile or department
    recipient_id: Key


class Recognition(Record):
    id: Key
    sender_id: Int = None
    badge_id: Int = None
    message: OpinionText = None
    awarded_date: Timestamp = None
    recognition_web_view_url: Text = None
    recipients: list[Recipient] | None = None


class ReviewCycle(Record):
    id: Key
    title: Text = None
    state: Int = None
    start_date: Timestamp = None
    end_date: Timestamp = None
    modified: Timestamp = None
    is_complete: Bool = None
    manager_answer_sharing: Int = None
    employee_role_assessment_enabled: Bool = None
    manager_role_assessment_enabled: Bool = None
    talent_indicator_update_enabled: Bool = None
    creator_id: Int = None
    default_admin_id: Int = None
    template_id: Int = None
    template_title: Text = None


class ReviewApproval(Record):
    id: Key
    previous_state: Int = None
    new_state: Int = None
    note: OpinionText = None
    created: Timestamp = None
    approved_by_id: Int = None
    creator_id: Int = None


class ReviewAnswer(Record):
    """Ids of different kinds overlap: the kind is part of the key. One of the value columns holds the answer."""

    kind: str
    id: Key
    responder_id: Int = None
    item_id: Int = None
    item_title: Text = None
    text_answer: OpinionText = None
    number_answer: OpinionFloat = None
    bool_answer: OpinionBool = None
    choices: OpinionJson = NULL
    grades: OpinionJson = NULL
    other_answer: OpinionJson = NULL


class Review(Record):
    id: Key
    review_cycle_id: Int = None
    for_profile_id: Int = None
    state: Int = None
    next_state: Int = None
    deleted: Bool = None
    position: Text = None
    start_date: Timestamp = None
    end_date: Timestamp = None
    show_manager_answers: Bool = None
    manager_has_presubmitted_answers: Bool = None
    can_view_answers: Bool = None
    creator_id: Int = None
    manager_id: Int = None
    skip_level_manager_id: Int = None
    admin_id: Int = None
    one_on_one_id: Int = None
    approvals: list[ReviewApproval] | None = None
    answers: list[ReviewAnswer] | None = None


class FeedbackResponder(Record):
    id: Key
    profile_id: Int = None
    state: Int = None
    modified: Timestamp = None
    added_individually: Bool = None


class FeedbackRequest(Record):
    id: Key
    title: Text = None
    description: OpinionText = None
    type: Int = None
    state: Int = None
    respondents_names_visible_to: Int = None
    recipient_permissions: Int = None
    due_datetime: Timestamp = None
    enforce_due_datetime: Bool = None
    published_datetime: Timestamp = None
    sent_date: Timestamp = None
    created: Timestamp = None
    modified: Timestamp = None
    num_responses_submitted: Int = None
    all_company_responding: Bool = None
    participants_can_view: Bool = None
    direct_managers_can_view: Bool = None
    indirect_managers_can_view: Bool = None
    admins_can_view: Bool = None
    creator_id: Int = None
    recipient_id: Int = None
    template_id: Int = None
    template_title: Text = None
    responders: list[FeedbackResponder] | None = None


class FeedbackAnswer(Record):
    """Ids of different kinds overlap: the kind is part of the key."""

    kind: str
    id: Key
    question_id: Int = None
    question_title: Text = None
    text_answer: OpinionText = None
    number_answer: OpinionFloat = None
    choices: OpinionJson = NULL
    other_answer: OpinionJson = NULL


class FeedbackComment(Record):
    id: Key
    comment: OpinionText = None
    created: Timestamp = None
    comment_as_known: Bool = None
    creator_id: Int = None


class Feedback(Record):
    id: Key
    feedback_request_id: Int = None
    responder_id: Int = None
    responder_profile_id: Int = None
    state: Int = None
    created: Timestamp = None
    modified: Timestamp = None
    submitted_timestamp: Timestamp = None
    answers: list[FeedbackAnswer] | None = None
    comments: list[FeedbackComment] | None = None


class OneOnOneQuestion(Record):
    id: Key
    content: OpinionText = None
    description: Text = None
    creator_id: Int = None
    created: Timestamp = None
    modified: Timestamp = None


class OneOnOneNote(Record):
    id: Key
    question_id: Int = None
    content: OpinionText = None
    shared: Bool = None
    creator_id: Int = None
    created: Timestamp = None
    modified: Timestamp = None


class OneOnOneComment(Record):
    id: Key
    content: OpinionText = None
    creator_id: Int = None


class OneOnOne(Record):
    id: Key
    name: Text = None
    status: Int = None
    deleted: Bool = None
    created: Timestamp = None
    modified: Timestamp = None
    updated_time: Timestamp = None
    start_time: Timestamp = None
    end_time: Timestamp = None
    scheduled_at: Timestamp = None
    editable_by: Int = None
    completed_time: Timestamp = None
    completed_datetime: Timestamp = None
    admins_can_view: Bool = None
    managers_can_view: Bool = None
    management_trees_can_view: Bool = None
    creator_notes_shared: Bool = None
    target_notes_shared: Bool = None
    facilitator_id: Int = None
    participant_id: Int = None
    scheduled_by_id: Int = None
    template_id: Int = None
    questions: list[OneOnOneQuestion] | None = None
    notes: list[OneOnOneNote] | None = None
    comments: list[OneOnOneComment] | None = None


class ActionItem(Record):
    id: Key
    title: OpinionText = None
    description: OpinionText = None
    due_date: Timestamp = None
    assigned_datetime: Timestamp = None
    unassigned_datetime: Timestamp = None
    completed: Bool = None
    completed_datetime: Timestamp = None
    uncompleted_datetime: Timestamp = None
    deleted: Bool = None
    created: Timestamp = None
    modified: Timestamp = None
    creator_id: Int = None
    created_in_one_on_one_id: Int = None
    assigned_to_id: Int = None
    completed_by_id: Int = None
    uncompleted_by_id: Int = None
    participants: list[Member] | None = None


class CodeLabel(Record):
    table_name: str
    column_name: str
    code: Key
    label: Text = None
