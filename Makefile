# make demo: try it in the browser. make test: run all checks and tests. Both install what they need.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
SITE   := .venv-docs
PORT   ?= 8088
DATA   ?= demo-data
TOOLS  := .venv-tools
CONFIG ?= config.toml
WORKERS ?= 6
# The tests start the program often: keep compiled modules, even where the environment says otherwise.
PYTEST := PYTHONDONTWRITEBYTECODE= $(BIN)/pytest

.DEFAULT_GOAL := help
.PHONY: help install demo demo-reset run test check compiled bench soak lock audit licences wheel docs font texts clean

help:
	@echo "make demo         sandbox, bot and chat page; PORT=$(PORT)"
	@echo "make install      install the program: $(BIN)/xuanhao"
	@echo "make demo-reset   delete the data of the demo"
	@echo "make run          run the bot with $(CONFIG)"
	@echo "make check        linters and type checker"
	@echo "make test         check, then all tests but the long ones"
	@echo "make bench        benchmarks, as ratios"
	@echo "make soak         the long tests, and all end-to-end tests on PostgreSQL"
	@echo "make docs         build the documents as a site in site/, and check their links"
	@echo "make lock         lock the versions of all packages; UPGRADE=1: newer ones, PACKAGE=name: of one"
	@echo "make audit        ask whether the locked versions have known vulnerabilities; needs a network"
	@echo "make licences     write docs/licences.md from the locked packages"
	@echo "make wheel        build dist/*.whl; the version is that of the git tag"
	@echo "make texts        update the catalogue of English texts"
	@echo "make font         rebuild the font of the pictures; needs npm"
	@echo "make clean        delete what make has installed and built, but not the data"

# Create a virtual environment: $(call create,FOLDER)
define create
@command -v "$(PYTHON)" >/dev/null && "$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	{ echo "Python 3.11 or newer is needed, and $(PYTHON) is not: make PYTHON=/path/to/python3.11 ..." >&2; exit 1; }
@"$(PYTHON)" -m venv $(1) || \
	{ rm -rf $(1); echo "$(1) could not be created: see above; on Debian the package python3-venv may be missing" >&2; exit 1; }
endef

# Install exactly what a lock file names: $(call install,FOLDER,FILE)
define install
@echo "installing $(2): a minute, or some on a slow line ..."
@$(1)/bin/python -m pip install $(PIP_OPTIONS) --require-hashes -r $(2) || \
	{ echo "$(2) could not be installed: see above; a package index must be reachable (PIP_INDEX_URL names" \
	"another one), and have its packages for this Python: 3.11 to 3.13 are tested" >&2; exit 1; }
endef

PIP_OPTIONS := -qq --disable-pip-version-check --retries 2

$(BIN)/python:
	$(call create,$(VENV))

$(VENV)/installed: $(BIN)/python requirements.lock pyproject.toml
	$(call install,$(VENV),requirements.lock)
	@$(BIN)/python -m pip install $(PIP_OPTIONS) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/installed-dev: $(VENV)/installed requirements-dev.lock
	$(call install,$(VENV),requirements-dev.lock)
	@touch $@

$(TOOLS)/installed: requirements-tools.lock
	$(call create,$(TOOLS))
	$(call install,$(TOOLS),requirements-tools.lock)
	@touch $@

install: $(VENV)/installed
	@echo "installed: $(BIN)/xuanhao"

demo: $(VENV)/installed
	@exec $(BIN)/python -m bot demo --port $(PORT) --data $(DATA)

demo-reset:
	rm -rf $(DATA)

run: $(VENV)/installed
	@exec $(BIN)/python -m bot run --config $(CONFIG)

check: $(VENV)/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy

# While the checks use one core: otherwise every worker would compile all the tests for itself.
compiled: $(VENV)/installed-dev
	@$(PYTEST) --collect-only -qq -m "not soak" >/dev/null 2>&1 || true  # what is wrong is told by the run

test: $(VENV)/installed-dev
	@$(MAKE) --no-print-directory -j 2 check compiled
	$(PYTEST) -n $(WORKERS) --dist worksteal -m "not soak"

soak: $(VENV)/installed-dev
	$(PYTEST) -m soak --timeout 3600 --ignore tests/e2e
	$(PYTEST) -n $(WORKERS) --dist worksteal -m soak tests/e2e

bench: $(VENV)/installed-dev
	$(BIN)/python -m benchmarks.run

$(SITE)/bin/python:
	$(call create,$(SITE))

$(SITE)/installed: $(SITE)/bin/python requirements-docs.lock
	$(call install,$(SITE),requirements-docs.lock)
	@touch $@

docs: $(SITE)/installed
	$(SITE)/bin/python -m sphinx --quiet --fail-on-warning --fresh-env -c docs -d $(SITE)/doctrees . site

COMPILE = $(TOOLS)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	--no-annotate --no-emit-index-url $(if $(UPGRADE),--upgrade) $(if $(PACKAGE),--upgrade-package $(PACKAGE))
GROUP = --group pyproject.toml:

lock: $(TOOLS)/installed
	$(COMPILE) --all-extras $(GROUP)build pyproject.toml -o requirements.lock
	$(COMPILE) --all-extras $(GROUP)build $(GROUP)dev $(GROUP)bench -c requirements.lock pyproject.toml \
		-o requirements-dev.lock
	$(COMPILE) $(GROUP)tools -o requirements-tools.lock
	$(COMPILE) $(GROUP)docs -o requirements-docs.lock

audit: $(TOOLS)/installed
	@$(TOOLS)/bin/python tools/audit.py

licences: $(VENV)/installed
	$(BIN)/python tools/make_licences.py

wheel: $(VENV)/installed
	$(BIN)/python -m hatchling build -t wheel -d dist

font: $(VENV)/installed-dev
	$(BIN)/python tools/make_font.py

texts: $(VENV)/installed-dev
	$(BIN)/python tools/make_texts.py

clean:
	rm -rf $(VENV) $(SITE) $(TOOLS) .venv-peers site .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
