# make demo: try it in the browser. make test: run all checks and tests. Both install what they need.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
SITE   := .venv-docs
PORT   ?= 8088
DATA   ?= demo-data
CONFIG ?= config.toml
WORKERS ?= 4
# The tests start the program often: keep compiled modules, even where the environment says otherwise.
PYTEST := PYTHONDONTWRITEBYTECODE= $(BIN)/pytest

.DEFAULT_GOAL := help
.PHONY: help install demo demo-reset run test check lint bench soak lock docs font texts clean

help:
	@echo "make demo         sandbox, bot and chat page; PORT=$(PORT)"
	@echo "make demo-reset   delete the data of the demo"
	@echo "make run          run the bot with $(CONFIG)"
	@echo "make check        linters and type checker"
	@echo "make test         check, then all tests but the long ones"
	@echo "make bench        benchmarks, as ratios"
	@echo "make soak         the long tests, and all end-to-end tests on PostgreSQL"
	@echo "make docs         build the documents as a site in site/, and check their links"
	@echo "make texts        update the catalogue of English texts"

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; make PYTHON=/path/to/python3.11 ..."; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: $(BIN)/python requirements.lock pyproject.toml
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/installed-dev: $(VENV)/installed requirements-dev.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

install: $(VENV)/installed

demo: install
	@exec $(BIN)/python -m bot demo --port $(PORT) --data $(DATA)

demo-reset:
	rm -rf $(DATA)

run: install
	@exec $(BIN)/python -m bot run --config $(CONFIG)

check: $(VENV)/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy

test: check
	$(PYTEST) -n $(WORKERS) --dist worksteal -m "not soak"

soak: $(VENV)/installed-dev
	$(PYTEST) -m soak --timeout 3600 --ignore tests/e2e
	$(PYTEST) -n $(WORKERS) --dist worksteal -m soak tests/e2e

bench: $(VENV)/installed-dev
	$(BIN)/python -m benchmarks.run

$(SITE)/installed: requirements-docs.lock
	$(PYTHON) -m venv $(SITE)
	$(SITE)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-docs.lock
	@touch $@

docs: $(SITE)/installed
	$(SITE)/bin/python -m sphinx --quiet --fail-on-warning --fresh-env -c docs -d $(SITE)/doctrees . site

font: $(VENV)/installed-dev
	$(BIN)/python tools/make_font.py

texts: $(VENV)/installed-dev
	$(BIN)/python tools/make_texts.py

clean:
	rm -rf $(VENV) $(SITE) site .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
