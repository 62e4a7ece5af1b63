# `make` alone says what there is. Nothing is installed outside .venv/; stamps make a second run instant.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:
CHECKS := check-lint check-bandit check-format check-types check-floors check-tracked check-schema check-expands check-openapi check-docs check-licences
# A setting of the machine that has every process compile everything anew; what is compiled is not in git.
unexport PYTHONDONTWRITEBYTECODE
.PHONY: help demo serve restore-test image-test test test-slow test-browser pictures fuzz chaos hosts load check $(CHECKS) format openapi words docs assets lock upgrade outdated lock-report licences sbom audit shape clean

VENV ?= .venv
# Test processes at once; each has a PostgreSQL of its own, and of the browser tests a service and a browser of its own.
JOBS ?= 2
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

help: ## This list
	@echo "Rapid Response Team dispatch"
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s  %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo "Needs Python 3.11 or newer, make and git; PYTHON=python3.13 names one that is not called python3."

# make puts ONCE=1, DATABASE_URL=... of its command line into the command's environment.
demo: $(VENV)/.installed ## Run a whole deployment before your eyes, then keep serving (ONCE=1: then stop)
	@$(BIN)/rrt demo

serve: $(VENV)/.installed ## Serve the pages and the API, with the settings of the environment or .env
	@$(BIN)/rrt serve

test: $(VENV)/.dev ## Run the tests (ARGS="-k offers -x" goes to pytest; JOBS=1 one after the other)
	@$(BIN)/pytest -n $(JOBS) --dist worksteal $(ARGS)

test-slow: $(VENV)/.dev ## Run the tests that take minutes
	@$(BIN)/pytest -m slow $(ARGS)

test-browser: $(VENV)/.dev ## Drive the pages with a real browser; pictures into artefacts/ (finds or fetches Chromium)
	@$(BIN)/python -m tools.find_browser
	@$(BIN)/pytest -m "browser and not slow" -n $(JOBS) --dist loadfile tests/browser $(ARGS)

fuzz: $(VENV)/.dev ## Hammer the API as everybody, and every field with hostile text (FUZZ_AS=, FUZZ_EXAMPLES=, FUZZ_SEED=, FUZZ_FOLDER=)
	@$(BIN)/pytest -m slow tests/fuzz $(ARGS)

pictures: $(VENV)/.dev ## Take the docs' pictures anew, and every page into artefacts/ (ARGS="desk map": only these of the docs)
	@$(BIN)/python -m tools.find_browser
	@$(BIN)/python -m tools.pictures $(ARGS)

hosts: $(VENV)/.dev ## Three hosts over one database, one cut off, one killed (as root; HOSTS="--before REV": a rolling upgrade)
	@$(BIN)/python -m bench.hosts $(HOSTS)

load: $(VENV)/.dev ## A full mix of load, its knee, live boards (SECONDS=, BOARDS=, SOAK= minutes; needs wrk)
	@$(BIN)/python -m bench.load

chaos: $(VENV)/.dev ## Kill processes at random for 20 minutes (SECONDS=, KILLS=, DEPLOYMENTS=, SEED=, RATE=, KEEP=)
	@$(BIN)/python -m bench.chaos

restore-test: $(VENV)/.dev ## Lose the database in a dispatch, restore and reconcile it (DEPLOYMENTS=, LOST=, OUTAGE=, SEED=)
	@$(BIN)/python -m bench.restore

image-test: $(VENV)/.dev ## Build the container image and see it work (as root on Linux, with buildah and debootstrap)
	@$(BIN)/python -m tools.image_test

check: $(CHECKS) ## Lint, format, types, the rooms' floors, what is in git, the schema, the API's document, links, licences
check-lint: ; $(BIN)/ruff check .
check-bandit: ; $(BIN)/bandit -q -r app solver migrations tools -c pyproject.toml
check-format: ; $(BIN)/ruff format --check .
check-types: ; $(BIN)/mypy
check-floors: ; $(BIN)/lint-imports --no-cache --no-logo
check-tracked: ; $(BIN)/python -m tools.check_tracked
check-schema: ; $(BIN)/python -m tools.check_schema
check-expands: ; $(BIN)/python -m tools.check_expands
check-openapi: ; $(BIN)/python -m tools.check_openapi
check-docs: ; $(BIN)/python -m tools.check_docs
check-licences: ; $(BIN)/python -m tools.licences --quiet
$(CHECKS): $(VENV)/.dev

format: $(VENV)/.dev ## Format the code and fix what can be fixed by itself
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

openapi: $(VENV)/.dev ## Write docs/openapi.json anew, after an intended change of the API
	$(BIN)/python -m tools.check_openapi --write

assets: $(VENV)/.installed ## Build the pages' assets, if anything about them changed
	@$(BIN)/python build_assets.py

words: $(VENV)/.dev ## Bring the Spanish catalogues in step with the words of pages
	@$(BIN)/python -m tools.spanish

docs: $(VENV)/.docs ## Build the documentation's site into site/, and look at every link of it
	@rm -rf site
	@$(BIN)/sphinx-build -W --keep-going --quiet -j auto -b html docs site
	@$(BIN)/python -m tools.check_site site

lock: $(VENV)/.supply ## Pin what pyproject.toml asks for; what is pinned already keeps its version
	@$(BIN)/python -m tools.lock

upgrade: $(VENV)/.supply ## Newest allowed version of PACKAGE="a b" and of nothing else (all: of everything)
	@$(BIN)/python -m tools.lock --upgrade $(or $(PACKAGE),$(error Say which: make upgrade PACKAGE="fastapi htmx.org", or PACKAGE=all))

outdated: $(VENV)/.supply ## What an upgrade of everything would change; writes nothing
	@$(BIN)/python -m tools.lock --outdated

lock-report: $(VENV)/.dev ## Which pinned versions differ from those of SINCE=origin/main
	@$(BIN)/python -m tools.lock --since $(or $(SINCE),origin/main)

licences: $(VENV)/.dev ## Every part's licence; fails on one that is not allowed
	@$(BIN)/python -m tools.licences

sbom: $(VENV)/.supply $(VENV)/.installed ## The list of parts (CycloneDX) of what is shipped, into dist/
	@$(BIN)/python -m tools.sbom

audit: $(VENV)/.supply ## Known weaknesses of what is pinned, where the network lets us ask
	@$(BIN)/python -m tools.audit

shape: $(VENV)/.dev ## Print the longest functions and files, the tail to look at
	@$(BIN)/python -m tools.shape

clean: ## Remove the environment, built assets and caches (keeps the demo's data, .rrt/)
	rm -rf $(VENV) assets/node_modules app/web/static/vendor dist site
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/bin/python:
	@sh tools/make_venv.sh $(VENV) $(PYTHON)

$(VENV)/.requirements: requirements.txt | $(VENV)/bin/python
	@echo "Installing what the service needs, about a minute the first time ..."
	@$(PIP) install --require-hashes -r requirements.txt
	@touch $@

# Node only where there is no npm, and only to build the assets.
$(VENV)/.installed: $(VENV)/.requirements pyproject.toml hatch_build.py build_assets.py assets/package-lock.json
	@command -v npm >/dev/null || $(PIP) install --require-hashes -r requirements-node.txt
	@$(PIP) install --no-build-isolation --no-deps --editable .
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.installed
	@echo "Installing what the tests and checks need ..."
	@$(PIP) install --require-hashes -r requirements-dev.txt
	@touch $@

$(VENV)/.docs: requirements-docs.txt $(VENV)/.dev
	@echo "Installing what the documentation's site needs ..."
	@$(PIP) install --require-hashes -r requirements-docs.txt
	@touch $@

$(VENV)/.supply: requirements-supply.txt | $(VENV)/bin/python
	@echo "Installing what locks and lists the parts ..."
	@$(PIP) install --require-hashes -r requirements-supply.txt
	@touch $@
