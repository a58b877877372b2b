"""What the vendor's codes mean, where anybody has written it down. An unknown code has no label and is no error."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

_ASSESSMENT = {1: "on track", 2: "off track"}
_MEASUREMENT = {
    1: "percent", 2: "USD", 3: "numeric", 4: "EUR", 5: "JPY", 6: "GBP", 7: "binary", 8: "BRL", 9: "CNY", 10: "krona",
    11: "INR", 12: "krone", 13: "PHP", 14: "MXN", 15: "TRY", 16: "ZAR", 17: "dinar", 18: "ILS", 19: "IDR", 20: "COP",
}  # fmt: skip
_PUBLISHED = {0: "draft", 1: "published"}
_REVIEW = {
    0: "employee submission", 1: "manager approval", 2: "skip-level approval", 3: "admin approval", 4: "finalized",
    5: "admin final approval", 6: "one-on-one",
}  # fmt: skip
_RESPONSE = {0: "not started", 1: "draft", 2: "submitted", 3: "declined"}

CODES: Mapping[tuple[str, str], Mapping[int, str]] = {
    ("objectives", "objective_type"): {1: "personal", 2: "department", 3: "organization"},
    ("objectives", "overall_assessment_status"): _ASSESSMENT,
    ("objectives", "measurement_type"): _MEASUREMENT,
    ("objective_history", "overall_assessment_status"): _ASSESSMENT,
    ("objective_checkins", "status"): _ASSESSMENT,
    ("key_results", "measurement_type"): _MEASUREMENT,
    ("review_cycles", "state"): _PUBLISHED,
    ("reviews", "state"): _REVIEW,
    ("reviews", "next_state"): _REVIEW,
    ("review_approvals", "previous_state"): _REVIEW,
    ("review_approvals", "new_state"): _REVIEW,
    ("feedback_requests", "state"): _PUBLISHED,
    ("feedback_requests", "type"): {0: "personal", 1: "survey", 2: "unsolicited", 3: "threesixty"},
    ("feedback_requests", "respondents_names_visible_to"): {0: "no one", 1: "creator", 2: "all participants"},
    ("feedback_requests", "recipient_permissions"): {
        0: "cannot view",
        1: "can view",
        2: "can view with management tree",
    },
    ("feedback_responders", "state"): _RESPONSE,
    ("feedback", "state"): _RESPONSE,
    ("one_on_ones", "status"): {0: "upcoming", 1: "completed"},
}


def rows() -> Iterator[dict[str, object]]:
    """The rows of `code_labels`."""
    for (table, column), labels in CODES.items():
        for code, label in labels.items():
            yield {"table_name": table, "column_name": column, "code": code, "label": label}
