"""Holding the GraphQL documents against somebody's schema: `python -m sources.seven_geese.drift PATH`.

PATH is an SDL file or an introspection result as JSON. What the schema does not have is listed; the exit code is 1
only if nothing of a document is left.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from graphql import GraphQLError, GraphQLSchema, build_client_schema, build_schema, validate

from sources.seven_geese.documents import load, names
from sources.seven_geese.pruning import prune


def schema_of(path: Path) -> GraphQLSchema:
    """The schema in a file. Ends the program with 2, and the reason, if it is none."""
    try:
        text = path.read_text("utf-8-sig")
        if text.lstrip().startswith("{"):
            content = json.loads(text)
            schema = build_client_schema(content.get("data", content))
        else:
            schema = build_schema(text)
        if not schema.query_type:
            raise ValueError("it has no Query")
        return schema
    except (OSError, ValueError, TypeError, KeyError, GraphQLError) as error:
        print(f"{path} is neither GraphQL SDL nor an introspection result: {error}", file=sys.stderr)
        raise SystemExit(2) from None


def compare(schema: GraphQLSchema) -> tuple[list[str], list[str]]:
    """A line per document, and the documents of which nothing is left."""
    lines, lost = [], []
    for name in names():
        document, dropped = prune(load(name), schema)
        if document is None:
            lost.append(name)
            lines.append(f"LOST  {name}: nothing of it is left, not offered: {', '.join(dropped)}")
        else:
            remaining = validate(schema, document)
            assert not remaining, remaining
            lines.append(f"ok    {name}" + (f": not offered: {', '.join(dropped)}" if dropped else ""))
    return lines, lost


def main(arguments: Sequence[str]) -> int:
    """Print the comparison; 1 if a document is lost, 2 for wrong usage."""
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    lines, lost = compare(schema_of(Path(arguments[0])))
    print("\n".join(lines))
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
