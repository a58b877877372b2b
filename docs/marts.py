"""`docs/marts.md`: the marts of the dbt project, from the YAML beside their models."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

INTRODUCTION = """# Marts

Generated from `dbt_project/models/marts/` by `make docs`; edit that instead.

`sevens transform` builds them into the schema `sevens_marts`. By which rules they count is in
[metrics.md](metrics.md). *null* says whether a column may be empty.
"""
TITLES = {"seven_shifts": "7shifts", "seven_geese": "7Geese", "people": "Across both"}


def marts(models: Path) -> str:
    """The page, from the folder of the marts."""
    return INTRODUCTION + "".join(part for slug, title in TITLES.items() for part in _folder(models / slug, title))


def _folder(folder: Path, title: str) -> Iterator[str]:
    yield f"\n## {title}\n"
    for model in yaml.safe_load((folder / f"_{folder.name}__marts.yml").read_text(encoding="utf-8"))["models"]:
        yield f"\n### {model['name']}\n\n{model['description'].strip()}\n\n"
        yield f"Key: {', '.join(f'`{name}`' for name in _key(model))}\n\n"
        yield "| column | type | null | what it is |\n| --- | --- | --- | --- |\n"
        for column in model["columns"]:
            null = "no" if column.get("constraints") else "yes"
            told = " ".join(column.get("description", "").split()).replace("|", "\\|")
            yield f"| `{column['name']}` | {column['data_type']} | {null} | {told} |\n"


def _key(model: dict[str, Any]) -> list[str]:
    tests = [test for test in model["data_tests"] if "unique_combination" in test]
    key: list[str] = tests[0]["unique_combination"]["arguments"]["columns"]
    return key
