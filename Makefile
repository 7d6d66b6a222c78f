# Everything a fresh machine needs is Python 3.11 or newer and make.
NEW := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
  $$p -c '$(NEW)' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help run test test-fast check docs golden validity finalists soak bench clean

help:  ## List the targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/.run  ## Start the app (ARGS="--port 8600" and the like are passed on)
	$(BIN)/drill serve $(ARGS)

# Without kept bytecode, every process that a test starts would compile all it imports.
unexport PYTHONDONTWRITEBYTECODE
SLOWEST := --durations=10 --durations-min=1
# One worker more than there are processors: some tests wait for processes that they kill.
WORKERS = -n $$($(BIN)/python -c 'import os; print(1 + (os.cpu_count() or 1))') --dist worksteal

# Browsers come last and by themselves, so that nothing else takes their cores.
test: check $(VENV)/.browser $(VENV)/.postgres  ## Run the checks and every test, those in a browser included
ifdef ARGS
	$(BIN)/python -m pytest $(ARGS)
else
	$(BIN)/python -m pytest $(WORKERS) -m "not e2e and not long" $(SLOWEST)
	$(BIN)/python -m pytest -m "e2e and not long" tests/e2e $(SLOWEST)
endif

test-fast: $(VENV)/.dev  ## Run the tests without browsers and whole drills, in less than a minute
	$(BIN)/python -m pytest -q -m "not slow" --ignore=tests/e2e $(SLOWEST) $(ARGS)

soak: $(VENV)/.dev  ## Try all of what a build tries some of; it takes long
	$(BIN)/python -m pytest -n auto --dist worksteal -m "long and not e2e" $(SLOWEST) $(ARGS)
	$(BIN)/python -m pytest -m "long and e2e" tests/e2e $(SLOWEST)
	$(BIN)/python -m tests.soak all

check: $(VENV)/.dev  ## Lint, check types, and look at pins and licences of what is installed
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q tests/test_lock.py

docs: $(VENV)/.dev  ## Write the tables anew that the documentation takes from the playbooks
	$(BIN)/python -m tests.handbooks

golden: $(VENV)/.dev  ## Write the recorded drills under tests/golden anew; review the diff
	GOLDEN=write $(BIN)/python -m pytest -q -m golden

SEEDS := 30
SWEEP := yes
validity: $(VENV)/.dev  ## Hold the score against judged traces, and every truth over seeds (SEEDS=3 for fewer, SWEEP= for none)
	$(BIN)/python -m tests.validity $(if $(SWEEP),--seeds $(SEEDS)) $(ARGS)

finalists: $(VENV)/.dev  ## Search the best courses of every scenario and variant again; review the diff
	$(BIN)/drill finalists $(ARGS)

bench: $(VENV)/.dev  ## Measure what must stay fast
	$(BIN)/python -m pytest benchmarks -q -s

clean:  ## Remove the environment and what tools leave behind
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/bin/python:
	@[ -n "$(PYTHON)" ] && $(PYTHON) -c '$(NEW)' 2>/dev/null || \
	  { echo "Incident Drill needs Python 3.11 or newer, found $(or $(PYTHON),none); try make PYTHON=/path/to/it" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
	  { rm -rf $(VENV); echo "Could not create $(VENV). On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }

$(VENV)/.run: requirements.txt pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --no-deps --editable .
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.run
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile -r requirements-dev.txt
	@touch $@

# Tests in a browser use the system's chromium. Without one they are skipped; on CI (CI=true) that is an error.
$(VENV)/.browser: | $(VENV)/.dev
	@for name in "$$CHROMIUM" chromium chromium-browser google-chrome; do \
	  if [ -n "$$name" ] && command -v "$$name" >/dev/null 2>&1; then touch $@; exit 0; fi; \
	done; \
	if [ "$$(id -u)" = 0 ]; then as=; else as="sudo -n"; fi; \
	if command -v apt-get >/dev/null 2>&1 && $$as true 2>/dev/null; then \
	  echo "Installing chromium for the tests in a browser ..."; \
	  $$as apt-get update -qq && $$as env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null \
	    && touch $@ && exit 0; \
	fi; \
	echo "No chromium: install Chromium or Chrome, or set CHROMIUM=/path/to/it. Tests in a browser are skipped." >&2; \
	[ "$$CI" != true ]

# Tests of PostgreSQL start Debian's server themselves, so its package is kept from making and starting one. Without the
# programs they are skipped; on CI (CI=true) that is an error.
$(VENV)/.postgres: | $(VENV)/.dev
	@for name in "$$POSTGRES_BIN" /usr/lib/postgresql/*/bin "$$(dirname "$$(command -v initdb)")"; do \
	  if [ -x "$$name/initdb" ]; then touch $@; exit 0; fi; \
	done; \
	if [ "$$(id -u)" = 0 ]; then as=; else as="sudo -n"; fi; \
	if command -v apt-get >/dev/null 2>&1 && $$as true 2>/dev/null; then \
	  echo "Installing PostgreSQL for the tests of the store ..."; \
	  get="$$as env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends"; \
	  $$as apt-get update -qq && $$get postgresql-common >/dev/null \
	    && $$as sed -i 's/^#* *create_main_cluster.*/create_main_cluster = false/' /etc/postgresql-common/createcluster.conf \
	    && $$get postgresql >/dev/null \
	    && $$as sed -i 's/^create_main_cluster = false/#create_main_cluster = true/' /etc/postgresql-common/createcluster.conf \
	    && touch $@ && exit 0; \
	fi; \
	echo "No PostgreSQL: install its server, or set POSTGRES_BIN=/folder/of/initdb. Its tests are skipped." >&2; \
	[ "$$CI" != true ]
