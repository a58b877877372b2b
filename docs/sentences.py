"""What a row of each table is: the one thing about a table that the code does not say."""

from __future__ import annotations

LOGS = {
    "sync_log": "One row per company, resource and unit of a run: what was asked, what came and how far it "
    "reaches. The rows of completed loads say where the next run continues.",
    "rejected_rows": "One row per row that no table can hold, as it was sent, with the reason.",
}

SENTENCES = {
    "seven_shifts": {
        "companies": "One row per company: name, country, plan, status and trial.",
        "locations": "One row per restaurant of a company: address, time zone, opening hours.",
        "departments": "One row per version of a department, such as the kitchen, of one location.",
        "roles": "One row per version of a role that people are scheduled as, such as line cook.",
        "role_stations": "One row per version of a station of a role.",
        "users": "One row per person, those who left included.",
        "wages": "One row per version of a person's wage, per role or for all roles, current and upcoming.",
        "location_assignments": "One row per version of a person's assignment to a location.",
        "department_assignments": "One row per version of a person's assignment to a department.",
        "role_assignments": "One row per version of a person's assignment to a role.",
        "shifts": "One row per published shift, the deleted ones marked.",
        "shift_breaks": "One row per planned break of a shift.",
        "shift_drafts": "One row per version of an unpublished shift or of an unpublished change to a shift.",
        "shift_draft_breaks": "One row per version of a planned break of a draft.",
        "time_punches": "One row per clocking in and out of a person, the deleted ones marked.",
        "time_punch_breaks": "One row per break that was clocked.",
    },
    "seven_geese": {
        "networks": "One row per version of a network (a company): its name and settings.",
        "user_profiles": "One row per version of a person's profile, those who left included. All else refers to "
        "people by this id; `user_id` is another number.",
        "departments": "One row per version of a department, the removed ones marked; `full_name` holds the path.",
        "department_members": "One row per version of a person's membership of a department.",
        "locations": "One row per version of a location.",
        "location_members": "One row per version of a person's place at a location.",
        "groups": "One row per version of a group of people.",
        "group_members": "One row per version of a person's membership of a group.",
        "objectives": "One row per version of an objective: what is to be reached until when, and the server's own "
        "figure of progress in percent.",
        "objective_owners": "One row per version of a person's ownership of an objective.",
        "objective_stakeholders": "One row per version of a person's stake in an objective.",
        "objective_followers": "One row per version of a person's following of an objective.",
        "objective_departments": "One row per version of a department's contribution to an objective.",
        "objective_labels": "One row per version of a label on an objective.",
        "objective_parents": "One row per version of a link from an objective to the objective it serves.",
        "objective_children": "One row per version of a link from an objective to one that serves it, with its weight.",
        "objective_history": "One row per version of a point of the server's series of an objective's progress; "
        "`place` counts points of one moment.",
        "key_results": "One row per version of a key result: start, present and target value in the unit that "
        "`measurement_type` names. Targets may lie below the start.",
        "key_result_owners": "One row per version of a person's ownership of a key result.",
        "objective_checkins": "One row per version of a check-in on an objective.",
        "recognitions": "One row per version of a recognition: who thanked, with which badge and which words.",
        "recognition_recipients": "One row per version of a recipient of a recognition, a person or a department.",
        "badges": "One row per version of a badge; one that is retired is not active.",
        "review_cycles": "One row per version of a review cycle (the vendor's snapshot group).",
        "reviews": "One row per version of a person's review in a cycle (the vendor's snapshot).",
        "review_approvals": "One row per version of a step that a review took from one state to another.",
        "review_answers": "One row per version of an answer in a review, of every kind of item; the value is in the "
        "column of its type.",
        "feedback_requests": "One row per version of a request for feedback.",
        "feedback_responders": "One row per version of a person who is asked for feedback.",
        "feedback": "One row per version of a response to a request for feedback.",
        "feedback_answers": "One row per version of an answer in a response, of every kind of question.",
        "feedback_comments": "One row per version of a comment on a response.",
        "one_on_ones": "One row per version of a one-on-one meeting, the removed ones marked.",
        "one_on_one_questions": "One row per version of a question of a one-on-one.",
        "one_on_one_notes": "One row per version of a note to a question of a one-on-one.",
        "one_on_one_comments": "One row per version of a comment on a one-on-one.",
        "action_items": "One row per version of an action item, the removed ones marked.",
        "action_item_participants": "One row per version of a person's part in an action item.",
        "code_labels": "One row per code that is understood: table, column, code and what it means.",
    },
}
