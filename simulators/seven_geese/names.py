"""The REST names of things, as paths and as the hyperlinks both transports show."""

from __future__ import annotations

BASE = "/api/v/2.0/"
# table: path. The ones without a listing of their own have only the hyperlink.
PATHS = {
    "networks": "networks",
    "profiles": "userprofiles",
    "users": "users",
    "departments": "departments",
    "labels": "labels",
    "objectives": "objectives",
    "objective_relationships": "objectiverelationships",
    "key_results": "objectivekeyresults",
    "checkins": "objectivecheckins",
    "badges": "badges",
    "recognitions": "recognitions",
    "feedback_requests": "feedbackrequests",
    "feedback_responders": "feedbackresponders",
    "feedbacks": "feedbacks",
    "one_on_ones": "oneonones",
    "one_on_one_templates": "oneononetemplates",
    "question_sets": "oneononequestionsets",
    "questions": "oneononequestions",
    "notes": "oneononenotes",
    "comments": "oneononecomments",
    "private_notes": "privatenotes",
}


def table_url(origin: str, table: str, id: int) -> str:
    return f"{origin}{BASE}{PATHS.get(table, table)}/{id}/"
