# `make demo` and `make test` set up everything they need; `make help` lists the rest.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

HOST ?= 127.0.0.1
PORT ?= 8000
VENV ?= .venv
# The first of these that is new enough makes the environment.
PYTHON ?= python3.13 python3.12 python3.11 python3
ARGS ?=
TEST_POSTGRESQL_SERVER ?= postgresql://postgres@127.0.0.1:5432

export HOST PORT TEST_POSTGRESQL_SERVER
# Without compiled files, each of the many processes that the tests start compiles every module again.
unexport PYTHONDONTWRITEBYTECODE

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
# Many tests wait for a browser, a lock or another process, so two per core.
TEST_WORKERS ?= $(shell expr 2 '*' $$(getconf _NPROCESSORS_ONLN))
# The fast tests hardly wait, and each worker needs seconds of its own for imports and templates.
FAST_TEST_WORKERS ?= $(shell expr 1 + $$(getconf _NPROCESSORS_ONLN))
PYTEST = $(BIN)/python -m pytest --numprocesses $(TEST_WORKERS) --dist worksteal
PINS := --constraint .ci/pins.txt
DEMO_ENV := env -u DATABASE_URL -u DATAFAST_API_URL -u ALLOWED_HOSTS -u DEBUG -u HTTPS \
	-u SECRET_KEY -u CREDENTIAL_KEY -u METRICS_TOKEN LOG_FORMAT=lines STATE_DIR=.state/demo ENV_FILE=.state/demo/env

.PHONY: help demo serve doctor test-fast test test-matrix test-all bench screenshots lint format pins clean

help: ## List what can be made
	@grep -hE '^[a-z.-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

demo: $(VENV)/ready-run .state/demo/env ## Serve the product with sample visitors; no key, nothing else to install
	@$(DEMO_ENV) $(BIN)/python manage.py demo --host "$(HOST)" --port "$(PORT)"

serve: $(VENV)/ready-run .env ## Run the production server, with the settings in the environment and in .env
	@$(BIN)/python manage.py serve --host "$(HOST)" --port "$(PORT)" $(ARGS)

doctor: $(VENV)/ready-run ## Say what is configured, reachable and wrong (ARGS=--offline without asking DataFast)
	@$(BIN)/python manage.py doctor $(ARGS)

test-fast: $(VENV)/ready-test ## Run the tests that need no browser, no other process and no server (ARGS="-k word" for a part)
	@$(PYTEST) --numprocesses $(FAST_TEST_WORKERS) --ignore tests/browser \
		-m "not (browser or process or slow or matrix or postgresql)" $(ARGS)

test: $(VENV)/ready-test ## Run a test of every behavior (ARGS="-k word" for a part)
	@$(PYTEST) -m "not (matrix or postgresql)" $(ARGS)

# The service, on the other database.
SERVICE_TESTS := tests/profiles tests/lookup/people tests/accounts tests/audit tests/websites tests/journey_page/views tests/web \
	tests/integrations/tokens tests/integrations/cards/test_set_up.py tests/team
test-matrix: $(VENV)/ready-test ## Run what `make test` leaves out: all themes and widths, long property tests, PostgreSQL
	@$(PYTEST) -m "matrix or hypothesis or postgresql" --hypothesis-profile long $(ARGS)
	@TEST_DATABASE_URL="$(TEST_POSTGRESQL_SERVER)" $(PYTEST) -m "not (browser or matrix or sqlite)" $(SERVICE_TESTS) $(ARGS)

test-all: test test-matrix ## Run everything

bench: $(VENV)/ready-test ## Print how fast pages are beside a bare Django view (ARGS=--json for a machine, ARGS=--browser for Chromium, ARGS=--scale with 300,000 visitors)
	@$(BIN)/python -m tests.bench $(ARGS)

screenshots: $(VENV)/ready-test ## Take a picture of every state of the pages, into .state/screenshots (needs Chromium)
	@$(BIN)/python -m tests.screenshots $(ARGS)

lint: $(VENV)/ready-lint ## Check style, formats, types, and what is known to be unsafe
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy dashboard visitors
	@$(BIN)/lint-imports
	@$(BIN)/djlint --lint --quiet templates
	@$(BIN)/typos
	@$(BIN)/bandit --quiet --recursive dashboard visitors --configfile pyproject.toml
	@$(BIN)/python .ci/audit.py

format: $(VENV)/ready-lint ## Bring everything into the form that lint wants
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format --quiet .

pins: $(VENV)/ready-lint $(VENV)/ready-test ## Renew .ci/pins.txt with the newest versions that pyproject.toml admits
	@$(PIP) install --upgrade --upgrade-strategy eager -e . --group test --group lint
	@$(BIN)/python -m pip freeze --exclude-editable > .ci/pins.txt

clean: ## Remove the environment, and what demo, tests and screenshots wrote; not what a server keeps
	rm -rf $(VENV) .state/demo .state/screenshots .mypy_cache .pytest_cache .ruff_cache .hypothesis

# --- The environment ------------------------------------------------------------------------------------------------
$(VENV)/bin/python:
	@for candidate in $(PYTHON); do \
		if $$candidate -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			echo "Creating $(VENV) with $$($$candidate --version) …"; $$candidate -m venv $(VENV); exit $$?; \
		fi; \
	done; \
	echo "Journeydesk needs Python 3.11 or later with its venv module (on Debian: apt install python3-venv)." >&2; exit 1

$(VENV)/ready-pip: | $(VENV)/bin/python
	@$(PIP) install 'pip==26.0' && touch $@

$(VENV)/ready-run: pyproject.toml .ci/pins.txt $(VENV)/ready-pip
	@echo "Installing what Journeydesk runs on …"
	@$(PIP) install $(PINS) -e . && touch $@

$(VENV)/ready-test: $(VENV)/ready-run
	@echo "Installing what the tests need …"
	@$(PIP) install $(PINS) --group test && touch $@

$(VENV)/ready-lint: $(VENV)/ready-run
	@echo "Installing the linters …"
	@$(PIP) install $(PINS) --group lint && touch $@

# --- Keys, made once per machine ------------------------------------------------------------------------------------
.env .state/demo/env: | $(VENV)/bin/python
	@umask 077; mkdir -p $(@D); $(BIN)/python -c "import base64, secrets as s; \
		print(f'SECRET_KEY={s.token_urlsafe(50)}\nCREDENTIAL_KEY={base64.urlsafe_b64encode(s.token_bytes(32)).decode()}')" > $@
