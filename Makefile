# Everything a person or a CI machine runs. `make` alone lists it.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

# What may be given on the command line: `PORT=8001 make demo`.
PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
JOBS ?= 2
WORKERS ?= 3
FILE ?=
REPLACE ?=
BENCH ?=
UPGRADE ?=

VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
INSTALLED_DEV := $(VENV)/.installed-dev
UV := $(VENV)/uv/bin/uv
# Whoever is done first takes tests from the others; the slowest come first.
PYTEST := $(BIN)/python -m pytest -n $(JOBS) --dist worksteal --durations 10
# Production as `make lint` judges it: nothing from this shell or from .env decides.
PRODUCTION := env DEBUG=0 SECURE=1 DATABASE_URL= ALLOWED_HOSTS=shop.example.com BEHIND_TLS_PROXY=1 \
	STAFF_SECOND_FACTOR_REQUIRED=all SECRET_KEY="$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(64))')" \
	ACCOUNTS_CODE_KEYS="$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(32))')"

# Compiled code is kept, whatever this shell says of it: compiling all of Django takes each process seconds.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help install demo serve backup restore test coverage mutants lint format lock bench hammer screenshots docs load attack audit

help: ## Show this list
	@awk -F ':[^#]*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: $(INSTALLED) .env ## Prepare .venv and .env (every other target does this first)

demo: export DEBUG := 1
demo: export DEMO := 1
demo: | $(BIN)/python ## Serve an example shop with a few months of history (PORT=8001 for another port)
	@$(BIN)/python -m backoffice.make_helpers port $(HOST) $(PORT)
	@$(MAKE) --silent install
	@$(BIN)/python manage.py create_demo --migrate --port $(PORT)
	@echo
	@# The worker does large imports. Both end with this shell, however it ends.
	@$(BIN)/python manage.py db_worker --no-reload & worker=$$!; \
	$(BIN)/python manage.py runserver --noreload $(HOST):$(PORT) & server=$$!; \
	trap 'kill $$worker $$server 2>/dev/null || true' EXIT; trap 'exit 0' INT TERM; wait $$server

serve: export DEBUG := 0
serve: install ## Serve as in production: gunicorn, static files by whitenoise
	@$(BIN)/python -m backoffice.make_helpers port $(HOST) $(PORT)
	@$(BIN)/python manage.py check --database default
	@# Says what of a demo is here: nobody has to open a shop with it unawares. `make lint` and operators have it fail.
	@$(BIN)/python manage.py check --deploy --tag demo --fail-level CRITICAL
	@$(BIN)/python manage.py migrate --check || { status=$$?; \
		[[ $$status -ne 1 ]] || echo "Migrations are pending: run \`$(BIN)/python manage.py migrate\` first." >&2; exit $$status; }
	@$(BIN)/python manage.py collectstatic --no-input --verbosity 0
	@exec $(BIN)/gunicorn --config backoffice/gunicorn.py --bind $(HOST):$(PORT) --workers $(WORKERS) backoffice.wsgi

backup: install ## Copy the whole database to a file (FILE=/backups/2026-11-21.dump)
	@[[ -n "$(FILE)" ]] || { echo "Say where to: FILE=/backups/today.dump make backup" >&2; exit 1; }
	@$(BIN)/python manage.py backup "$(FILE)"

restore: install ## Fill the database from such a file, then verify the books (REPLACE=1 drops what is there)
	@[[ -n "$(FILE)" ]] || { echo "Say what from: FILE=/backups/today.dump make restore" >&2; exit 1; }
	@$(BIN)/python manage.py restore "$(FILE)" $(if $(filter 1,$(REPLACE)),--replace)
	@$(BIN)/python manage.py migrate --verbosity 0
	@$(BIN)/python manage.py verify_ledger

test: $(INSTALLED_DEV) ## Run all tests, on SQLite and on PostgreSQL (TEST_DATABASE_URL: on your own server)
	TEST_ENGINE=sqlite $(PYTEST) -m "not browser and not any_engine"
	TEST_ENGINE=postgresql $(PYTEST)

coverage: $(INSTALLED_DEV) ## Show what no test reaches; below 95 % (lines and branches) it fails
	rm -f .coverage
	TEST_ENGINE=sqlite $(PYTEST) -m "not browser and not concurrency and not any_engine" --cov --cov-report=
	TEST_ENGINE=postgresql $(PYTEST) -m "not browser and not concurrency" --cov --cov-append --cov-report=
	$(BIN)/coverage report

mutants: $(INSTALLED_DEV) ## Change posting and allocation in hundreds of ways; list the changes that no test notices
	$(BIN)/python -m tests.mutants

lint: $(INSTALLED_DEV) ## Check format, style, types, imports, migrations and production settings
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(PRODUCTION) $(BIN)/mypy accounts_ledger oscar_integration backoffice
	$(BIN)/lint-imports
	$(PRODUCTION) $(BIN)/python manage.py makemigrations --check --dry-run
	$(PRODUCTION) $(BIN)/python manage.py check --deploy --fail-level WARNING

format: $(INSTALLED_DEV) ## Put the code into its format
	$(BIN)/ruff check --fix --select I .
	$(BIN)/ruff format .

lock: $(INSTALLED_DEV) ## Pin what the three requirements*.in name, with hashes (UPGRADE=1: the newest of what they need)
	for name in requirements-uv requirements requirements-dev; do \
		$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-header \
			$(if $(filter 1,$(UPGRADE)),--upgrade) $$name.in -o $$name.txt; \
	done

screenshots: $(INSTALLED_DEV) ## Take the pictures in docs/screenshots anew
	UPDATE_SCREENSHOTS=1 TEST_ENGINE=postgresql $(BIN)/python -m pytest -m browser

docs: $(INSTALLED_DEV) ## Build the documentation as a site, into site/
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet

bench: $(INSTALLED_DEV) ## Measure the ledger on PostgreSQL, beside pgbench (BENCH="throughput": only that)
	$(BIN)/python -m benchmarks $(BENCH)

hammer: $(INSTALLED_DEV) ## Let many processes spend at once, then reconcile
	$(BIN)/python -m benchmarks.hammer

load: $(INSTALLED_DEV) ## Let visitors use the whole site for a minute, on 1,000,000 transfers
	$(BIN)/python -m benchmarks.website

attack: $(INSTALLED_DEV) ## Guess gift card codes 100,000 times, and count how many are looked up
	$(BIN)/python -m benchmarks.attack

audit: $(INSTALLED_DEV) ## Look the requirements up in the database of known vulnerabilities (needs PyPI itself)
	$(BIN)/python .ci/audit.py requirements.txt requirements-dev.txt

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) was not found. Install Python 3.11 or newer, or name it: PYTHON=/path/to/python3 make install" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$$($(PYTHON) --version 2>&1) is too old: Python 3.11 or newer is needed. Name it: PYTHON=/path/to/python3 make install" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "This Python cannot make virtual environments. On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@rm -rf $(VENV)
	@$(PYTHON) -m venv $(VENV)

$(INSTALLED): requirements.txt requirements-uv.txt | $(BIN)/python
	@echo "Installing the requirements into $(VENV) ..."
	@.ci/sync requirements.txt
	@rm -f $(INSTALLED_DEV)
	@touch $@

# Holds everything that $(INSTALLED) stands for, so that a fresh clone installs once.
$(INSTALLED_DEV): requirements-dev.txt requirements.txt requirements-uv.txt | $(BIN)/python .env
	@echo "Installing what tests and checks need into $(VENV) ..."
	@# Compiled now: the tests make errors of warnings, also of those that compiling other people's code gives.
	@.ci/sync requirements-dev.txt --compile-bytecode
	@# So that plain `pytest` finds the plugin tests.database, as `python -m pytest` does.
	@echo "$(CURDIR)" > "$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/backoffice.pth"
	@touch $(INSTALLED) $@

.env: | $(BIN)/python
	@$(BIN)/python -m backoffice.make_helpers new-env .env.example .env
