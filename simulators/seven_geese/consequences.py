"""What a change entails: derived columns, links kept in step, and what vanishes together."""

from __future__ import annotations

from simulators.seven_geese.state import NetworkState
from simulators.seven_geese.tables import PARENTS, REFERENCES, Key, Row, key_of


def created(state: NetworkState, table: str, row: Row) -> None:
    """Complete a row somebody made with few fields."""
    if table == "profiles" and not row["user_id"]:
        row["user_id"] = state.numbers.take("users")
    if table == "profiles" and not row["username"]:
        row["username"] = f"person{row['id']}"
        row["email"] = row["email"] or f"person{row['id']}@{state.slug}.example.test"
    if table == "objectives":
        row["owner_ids"] = row["owner_ids"] or [row["creator_id"]]
        row["objective_url"] = row["objective_url"] or f"https://geese.example.test/objectives/{row['id']}"
    if table == "recognitions" and not row["recognition_web_view_url"]:
        row["recognition_web_view_url"] = f"https://geese.example.test/r/{row['id']:x}"
    if table == "one_on_ones":
        made = {name: row[name] for name in ("created", "modified")}
        creator = row["facilitator_id"] or state.admin
        state.insert("question_sets", one_on_one_id=row["id"], creator_id=creator, **made)
    if table == "notes":
        row["one_on_one_id"] = state.get("questions", row["question_id"])["one_on_one_id"]
    _complete_new_feedback(state, table, row)
    edited(state, table, {}, row)


def _complete_new_feedback(state: NetworkState, table: str, row: Row) -> None:
    if table == "feedbacks" and row["responder_id"] is None:
        asked = {"feedback_request_id": row["feedback_request_id"], "profile_id": state.admin, "state": row["state"]}
        row["responder_id"] = state.insert("feedback_responders", **asked)["id"]
    if table == "feedbacks":
        responder = state.get("feedback_responders", row["responder_id"])
        state.put("feedback_responders", {**responder, "feedback_id": row["id"]})


def edited(state: NetworkState, table: str, before: Row, row: Row) -> None:
    """`before` is empty for a new row."""
    if table == "profiles":
        row["full_name"] = f"{row['first_name']} {row['last_name']}"
    elif table == "departments":
        _name_departments(state)
    elif table == "objectives" and before.get("parent_objective_ids", []) != row["parent_objective_ids"]:
        _link_parents(state, row)
    elif table == "objective_relationships":
        _list_parents(state, {row["child_objective_id"], before.get("child_objective_id")})
    elif table == "notes" and before.get("question_id") != row["question_id"]:
        row["one_on_one_id"] = state.get("questions", row["question_id"])["one_on_one_id"]
    elif table == "feedbacks":
        _count_responses(state, row["feedback_request_id"])
    elif table == "snapshots":
        _complete_cycle(state, row["snapshot_group_id"])


def remove(state: NetworkState, table: str, key: Key) -> None:
    """Gone for good, with its children; nothing points to it any more."""
    row = state.tables[table].remove(key)
    state.version += 1
    for child, (column, parent) in PARENTS.items():
        if parent == table:
            for below in list(state.tables[child].by(column, row["id"])):
                remove(state, child, key_of(child, below))
    for other, columns in REFERENCES.items():
        for column, target in columns.items():
            if target == table:
                _forget(state, other, column, row["id"])
    if table == "objective_relationships":
        _list_parents(state, {row["child_objective_id"]})
    elif table == "feedbacks" and row["feedback_request_id"] in state.tables["feedback_requests"].rows:
        _count_responses(state, row["feedback_request_id"])


def remember_progress(state: NetworkState, objective: int) -> None:
    row = state.get("objectives", objective)
    shown = {name: row[name] for name in ("closed", "progress", "overall_assessment_status")}
    state.insert("objective_history", objective_id=objective, **shown)


def _forget(state: NetworkState, table: str, column: str, gone: int) -> None:
    for row in list(state.tables[table].by(column, gone)):
        if table == "objective_relationships":
            remove(state, table, row["id"])
        elif column.endswith("_ids"):
            state.put(table, {**row, column: [one for one in row[column] if one != gone]})
        else:
            state.put(table, {**row, column: None})


def _name_departments(state: NetworkState) -> None:
    """The path of every department follows the names above it; nothing counts as modified."""
    table = state.tables["departments"]
    for row in table.all():
        path, seen, above = [row["name"]], {row["id"]}, row["parent_id"]
        while above in table.rows and above not in seen:
            seen.add(above)
            path.insert(0, table.rows[above]["name"])
            above = table.rows[above]["parent_id"]
        row["full_name"] = " > ".join(path)


def _link_parents(state: NetworkState, row: Row) -> None:
    links = state.tables["objective_relationships"]
    wanted = [one for one in row["parent_objective_ids"] if one in state.tables["objectives"].rows]
    row["parent_objective_ids"] = wanted
    held = {link["objective_id"]: link["id"] for link in links.by("child_objective_id", row["id"])}
    for parent in set(held) - set(wanted):
        links.remove(held[parent])
    for parent in sorted(set(wanted) - set(held)):
        state.insert("objective_relationships", objective_id=parent, child_objective_id=row["id"])
    state.version += 1


def _list_parents(state: NetworkState, children: set[int | None]) -> None:
    for child in children & set(state.tables["objectives"].rows):
        links = state.tables["objective_relationships"].by("child_objective_id", child)
        row = state.get("objectives", child)
        parents = sorted({link["objective_id"] for link in links})
        state.put("objectives", {**row, "parent_objective_ids": parents})


def _count_responses(state: NetworkState, request: int) -> None:
    given = state.tables["feedbacks"].by("feedback_request_id", request)
    row = state.get("feedback_requests", request)
    count = sum(feedback["state"] == 2 for feedback in given)
    if row["num_responses_submitted"] != count:
        state.put("feedback_requests", {**row, "num_responses_submitted": count})


def _complete_cycle(state: NetworkState, cycle: int) -> None:
    reviews = [row for row in state.tables["snapshots"].by("snapshot_group_id", cycle) if not row["deleted"]]
    row = state.get("snapshot_groups", cycle)
    complete = bool(reviews) and all(review["state"] == 4 for review in reviews)
    if row["is_complete"] != complete:
        state.put("snapshot_groups", {**row, "is_complete": complete})
