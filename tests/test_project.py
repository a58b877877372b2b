"""The project itself: style, types, the direction of imports, generated pages and the locked requirements."""

from __future__ import annotations

import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parent.parent
CONTRACTS = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_logo=True))"
LOCKS = ("run.txt", "dev.txt", "dagster.txt", "airflow.txt", "lake.txt", "airbyte.txt")
PINNED = re.compile(r"^(?P<name>[a-z0-9._-]+)(\[.*\])?==(?P<version>[^ ;]+)(?P<rest>.*)$")


def python(*arguments: str) -> None:
    """Run a tool of the environment in the project's folder; its output is the test's failure."""
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False
    )
    if done.returncode:
        pytest.fail(f"{done.stdout}{done.stderr}", pytrace=False)


def test_the_code_follows_the_style():
    python("-m", "ruff", "check", "--quiet", "--output-format=concise", ".")


def test_the_types_hold():
    python("-m", "mypy")


def test_a_vendor_is_imported_when_it_is_first_asked_for():
    asked = ("import sys; from pipelines.run import VENDORS; print(*VENDORS); VENDORS['seven_shifts']; "
             "print(*{'sources.seven_shifts', 'sources.seven_geese'} & {*sys.modules})")  # fmt: skip
    found = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)

    assert found.stdout.splitlines() == ["seven_shifts seven_geese", "sources.seven_shifts"]


def test_imports_point_down_and_no_vendor_imports_another():
    python("-c", CONTRACTS)


def test_generating_the_pages_again_changes_nothing():
    python("-m", "docs.generate", "--check")


@cache
def locked(file: str) -> dict[str, list[Version]]:
    """Versions by name; several where they differ by Python or platform."""
    found: dict[str, list[Version]] = {}
    for line in (ROOT / "requirements" / file).read_text(encoding="utf-8").splitlines():
        pin = PINNED.match(line)
        if pin:
            found.setdefault(pin["name"], []).append(Version(pin["version"]))
    return found


def declared(file: str) -> list[Requirement]:
    """What `pyproject.toml` asks for in this lock."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups, extras = project["dependency-groups"], project["project"]["optional-dependencies"]
    own = {
        "run.txt": extras["dbt"],
        "dev.txt": extras["dbt"] + groups["test"] + groups["dev"],
        "dagster.txt": extras["dbt"] + groups["test"] + extras["dagster"],
        "airflow.txt": groups["test"] + extras["airflow"],
        "lake.txt": groups["test"] + groups["lake"] + extras["lake"],
    }
    ours = project["project"]["dependencies"] + extras["postgres"]
    wanted = groups["build"] + (groups["airbyte"] if file == "airbyte.txt" else ours + own[file])
    return [Requirement(entry) for entry in wanted if isinstance(entry, str)]


@pytest.mark.parametrize("file", LOCKS)
def test_the_lock_holds_what_the_project_declares(file: str):
    for requirement in declared(file):
        versions = locked(file).get(requirement.name.lower().replace("_", "-"), [])
        assert versions, f"{requirement} is not in requirements/{file}. Run: make lock"
        for version in versions:
            assert version in requirement.specifier, f"{requirement} is locked as {version}. Run: make lock"


def test_the_environment_of_a_demo_is_part_of_the_one_of_the_tests():
    for name, versions in locked("run.txt").items():
        assert locked("dev.txt").get(name) == versions, f"{name} differs between the locks. Run: make lock"


@pytest.mark.parametrize("file", LOCKS)
def test_every_locked_release_has_a_hash_and_no_address_of_a_registry(file: str):
    text = (ROOT / "requirements" / file).read_text(encoding="utf-8")
    assert "://" not in text
    for entry in re.split(r"\n(?=\S)", text.strip()):
        assert "--hash=sha256:" in entry, f"no hash: {entry}"


def test_no_file_names_a_folder_of_somebodys_machine():
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if listed.returncode:
        pytest.skip("not a git checkout")
    machine = re.compile(rb"(?<![\w.}/])/(?:work|root|Users|home)/")
    files = [ROOT / name for name in listed.stdout.split("\0") if name]
    found = [file for file in files if file.is_file() and machine.search(file.read_bytes())]
    assert not found
