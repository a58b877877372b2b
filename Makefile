# Every target makes its own set-up: .venv from the hashed files in requirements/, then this project, editable.
# Another Python: make test PYTHON=python3.12. More for pytest: make test PYTEST_ARGS="-k shifts".

PYTHON ?= python3
PYTEST_ARGS ?=
BENCH_ARGS ?=
SECONDS ?= 600
SOAK_ARGS ?=
MUTANTS_ARGS ?=
LOCK_ARGS ?=
DAGSTER_ARGS ?=

BIN := .venv/bin
INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile
PROJECT = $(INSTALL) --no-deps --no-build-isolation --editable .
LOCK := $(BIN)/uv pip compile --universal --python-version 3.10 --no-strip-extras --generate-hashes --no-emit-index-url \
	--no-annotate --no-header --quiet
RESOLVE := $(LOCK) pyproject.toml --extra postgres
COMPILE := $(RESOLVE) --extra dbt --extra report

NEW_ENOUGH := $(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 10) else "Python 3.10 or newer is \
needed, this is %d.%d. Name another one: make PYTHON=python3.12 ..." % sys.version_info[:2])'

.PHONY: help demo test test-long test-airflow test-dagster dagster test-destinations check check-graphql bench bench-airbyte test-scale soak crash weather mutants docs lock clean

help:
	@echo "make demo   load two days of simulated restaurants and show what was picked up; no account needed"
	@echo "make test   every test; also the style, the types, the import contracts and the generated pages"
	@echo "make test-long  more cases of what \`make test\` shows (2 minutes)"
	@echo "make test-airflow  run the DAGs of Airflow against both simulators, in an environment of their own (.venv-airflow)"
	@echo "make test-destinations  the same truth on DuckDB, PostgreSQL, DuckLake, Delta and Iceberg (about 15 minutes)"
	@echo "make check  only the style, the types, the import contracts and the generated pages"
	@echo "make check-graphql SCHEMA=PATH  hold the 7Geese queries against an SDL file or an introspection result"
	@echo "make bench  measure (about 15 minutes; BENCH_ARGS=--write puts it into docs/benchmarks.md)"
	@echo "make bench-airbyte  its first part with Airbyte's loader beside the others, in an environment of its own (7 minutes)"
	@echo "make test-scale  two machines, fifty companies, one quota, at the vendor's real pace (2 minutes)"
	@echo "make soak   random edits, runs, weather and crashes for SECONDS=600; SOAK_ARGS=--seed=N to see one again"
	@echo "make crash  kill 200 runs on DuckDB and 50 on PostgreSQL, and compare after each (about 25 minutes)"
	@echo "make weather  try every fault of docs/reliability.md and write its table (about 10 minutes)"
	@echo "make mutants  put 300 faults into the kit, one at a time, and see whether the tests notice (MUTANTS_ARGS=--help)"
	@echo "make docs   generate docs/tables.md and the table in README.md"
	@echo "make lock   resolve requirements/ anew from pyproject.toml (LOCK_ARGS=--upgrade for newer releases)"
	@echo "make dagster  Dagster on this machine, in an environment of its own (docs/operating.md)"
	@echo "make test-dagster  the tests of what Dagster is given, in that environment"
	@echo "make clean  remove what these targets made"

demo: .venv/run.stamp
	@$(BIN)/python -m pipelines.cli demo

test: .venv/dev.stamp
	@$(BIN)/python -m pytest -n 3 --dist worksteal $(PYTEST_ARGS)

test-long: .venv/dev.stamp
	@$(BIN)/python -m pytest -n 3 -m long $(PYTEST_ARGS)

test-airflow: .venv-airflow/run.stamp
	@.venv-airflow/bin/python -m pytest --confcutdir=tests/airflow tests/airflow $(PYTEST_ARGS)

test-destinations: .venv-lake/run.stamp
	@.venv-lake/bin/python -m pytest -n 2 tests/destinations $(PYTEST_ARGS)

check: .venv/dev.stamp
	$(BIN)/python -m ruff check .
	$(BIN)/python -m mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m docs.generate --check

check-graphql:
	@tools/check_graphql "$(SCHEMA)"

bench: .venv/dev.stamp
	@missed=0; for part in benchmarks benchmarks.postgres benchmarks.quota benchmarks.companies benchmarks.reviews benchmarks.transform; do \
		echo "python -m $$part $(BENCH_ARGS)"; $(BIN)/python -m $$part $(BENCH_ARGS) || missed=1; done; exit $$missed

bench-airbyte: .venv/dev.stamp .venv-airbyte/run.stamp
	@$(BIN)/python -m benchmarks $(BENCH_ARGS)

test-scale: .venv/dev.stamp
	@$(BIN)/python -m pytest tests/scale $(PYTEST_ARGS)

soak: .venv/dev.stamp
	@$(BIN)/python -m tests.model.soak --seconds $(SECONDS) $(SOAK_ARGS)

crash: .venv/dev.stamp
	@$(BIN)/python -m tests.crash --kills 200 --postgres 50

weather: .venv/dev.stamp
	@$(BIN)/python -m tests.weather --write docs/reliability.md

mutants: .venv/dev.stamp
	@nice $(BIN)/python -m tools.mutants $(MUTANTS_ARGS)

# Dagster keeps its runs and partitions in .dagster; the settings there are yours once they are.
dagster: .venv-dagster/run.stamp
	@mkdir -p .dagster && { test -e .dagster/dagster.yaml || cp deploy/dagster.yaml .dagster/; }
	@DAGSTER_HOME="$(CURDIR)/.dagster" .venv-dagster/bin/dagster dev -m pipelines.dagster_defs $(DAGSTER_ARGS)

test-dagster: .venv-dagster/run.stamp
	@.venv-dagster/bin/python -m pytest tests/dagster $(PYTEST_ARGS)

docs: .venv/run.stamp
	@$(BIN)/python -m docs.generate

# The short file takes its versions from the long one: both fit into one environment.
lock: $(BIN)/uv
	$(COMPILE) $(LOCK_ARGS) --group dev --output-file requirements/dev.txt
	$(COMPILE) $(LOCK_ARGS) --group build --constraint requirements/dev.txt --output-file requirements/run.txt
	$(COMPILE) $(LOCK_ARGS) --extra dagster --group test --constraint requirements/dev.txt --output-file requirements/dagster.txt
	$(RESOLVE) $(LOCK_ARGS) --extra airflow --group test --output-file requirements/airflow.txt
	$(RESOLVE) $(LOCK_ARGS) --extra lake --group lake --output-file requirements/lake.txt
	$(LOCK) $(LOCK_ARGS) --group airbyte --output-file requirements/airbyte.txt

clean:
	rm -rf .venv .venv-* .dagster .sevens demo build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# An environment that works is kept, whoever made it; one that does not run, or lacks pip, is made again. Debian
# keeps `ensurepip` in a package of its own; without it, pip comes from the pip of the system, if there is one.
%/made.stamp:
	@$*/bin/python -c "" 2>/dev/null || rm -rf $*
	@$*/bin/python -m pip --version >/dev/null 2>&1 || { $(NEW_ENOUGH) && echo "Making $* with $(PYTHON)" && { \
		$(PYTHON) -m venv $* >/dev/null 2>&1 || \
		{ $(PYTHON) -m venv --without-pip $* && $(PYTHON) -m pip --python $*/bin/python install -q pip; } || \
		{ rm -rf $*; echo "No $* could be made. On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }; }; }
	@touch $@

.venv/run.stamp: requirements/run.txt pyproject.toml .venv/made.stamp
	@echo "Installing requirements/run.txt"
	@$(INSTALL) --require-hashes --no-deps -r requirements/run.txt
	@$(PROJECT)
	@touch $@

.venv/dev.stamp: requirements/dev.txt pyproject.toml .venv/made.stamp
	@echo "Installing requirements/dev.txt"
	@$(INSTALL) --require-hashes --no-deps -r requirements/dev.txt
	@$(PROJECT)
	@touch .venv/run.stamp $@

# What does not fit into .venv has an environment of its own: .venv-NAME from requirements/NAME.txt.
.PRECIOUS: %/made.stamp .venv-%/run.stamp
.venv-%/run.stamp: BIN = .venv-$*/bin
.venv-%/run.stamp: requirements/%.txt pyproject.toml .venv-%/made.stamp
	@echo "Installing requirements/$*.txt"
	@$(INSTALL) --require-hashes --no-deps -r requirements/$*.txt
	@$(PROJECT)
	@touch $@

$(BIN)/uv: | .venv/made.stamp
	$(INSTALL) "uv>=0.9"
	@touch $@
