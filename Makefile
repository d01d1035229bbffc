# One command each. Lists of packages: requirements.lock (to run), requirements-dev.lock (to work on it).
.PHONY: run environment dev test check fix bench acceptance test-servers chaos loop loop-playground dist lock clean
.DEFAULT_GOAL := run

PYTHON3 := $(shell command -v python3 || command -v python)
BROWSER = CLARION_TEST_BROWSER="$$(.venv/bin/python tools/browser.py)" && export CLARION_TEST_BROWSER
PYTEST = $(BROWSER) && .venv/bin/pytest

run: environment ## everything on this machine; make run ARGS="--port 9000"
	@CLARION_DATA="$${CLARION_DATA:-$(CURDIR)/.data}" .venv/bin/clarion up $(ARGS)

environment dev:
	@test -n "$(PYTHON3)" || { echo "Clarion needs Python 3.11 or newer: sudo apt install python3 python3-venv"; exit 1; }
	@$(PYTHON3) tools/environment.py $(patsubst environment,run,$@)

test: dev ## all tests but those that need servers of others or kill processes
	@$(PYTEST) -m "not servers" --ignore tests/chaos -n auto --dist loadfile $(ARGS)

acceptance: dev ## how many of the lines in docs/acceptance.md are met; ARGS=--all for the slow ones
	@$(BROWSER) && .venv/bin/python -m tools.acceptance $(ARGS)
	@.venv/bin/python -m tools.readme

test-servers: dev ## against real servers of real networks, run on this machine
	@CLARION_SERVERS=1 .venv/bin/pytest -m servers $(ARGS)

chaos: dev ## kill every process at the worst moment, and see that the test would notice
	@$(PYTEST) -s tests/chaos $(ARGS)

loop: loop-playground ## once around: plan, make, publish, talk, listen, measure, spend, learn
	@.venv/bin/python -m tools.loop bluesky $(ARGS)

loop-playground: dev ## the same without the servers of Bluesky
	@.venv/bin/python -m tools.loop playground $(ARGS)

check: dev ## style, types, imports, migrations: everything that is no test
	@.venv/bin/python tools/check.py $(ARGS)

fix: dev ## what can be repaired by a program
	@.venv/bin/ruff check --fix --quiet . ; .venv/bin/ruff format --quiet .

bench: dev ## every figure of the performance page; make bench ARGS=start for one
	@for each in $(or $(ARGS),$(basename $(notdir $(wildcard bench/*.py)))); do echo "== $$each"; .venv/bin/python -P bench/$$each.py || exit 1; done

dist: dev ## a wheel in dist/
	@rm -rf dist && .venv/bin/pip wheel --quiet --no-deps --wheel-dir dist . && ls dist

lock: dev ## the newest versions that fit together
	@.venv/bin/pip install --quiet uv
	@for each in "requirements.lock" "requirements-dev.lock --group dev -c requirements.lock"; do \
	  .venv/bin/uv pip compile --upgrade --universal --python-version 3.11 --no-emit-index-url --no-annotate --no-header -q pyproject.toml -o $$each; done

clean: ## all that was made here, but not the data in .data
	@rm -rf .venv dist coverage.xml .coverage .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .grimp_cache
