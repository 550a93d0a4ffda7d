# Everything that people and continuous integration run. `make help` lists it.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# What a rebuild depends on: editable installs fix the list of packages when they are made.
SOURCES := CMakeLists.txt pyproject.toml $(shell find native -type f) $(shell find src -name __init__.py)
OUT ?=
EPOCHS ?=

.DEFAULT_GOAL := help
.PHONY: help run test explore check format torch oracle bench bench-choice docs sanitize sanitize-quick sanitize-threads clean

help: ## Show the commands
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 20

run: $(VENV)/.built ## Build, train a network on handwritten digits, write the report
	$(BIN)/convolens train $(if $(OUT),--out $(OUT)) $(if $(EPOCHS),--epochs $(EPOCHS))

test: $(VENV)/.test ## Run the tests (those against torch are skipped if it is not installed)
	$(BIN)/python -m pytest -n 2 --dist worksteal

explore: $(VENV)/.test ## Run the tests whose examples hypothesis draws, with new examples
	CONVOLENS_HYPOTHESIS=explore $(BIN)/python -m pytest -n 2 --dist worksteal -m hypothesis

check: $(VENV)/.check ## Check levels, types, style and the kernels' symbols
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/clang-format --dry-run --Werror $$(find native tests -name '*.cpp' -o -name '*.h')
	$(BIN)/python tools/check_symbols.py build

torch: $(VENV)/.test ## Install torch, against which tests compare
	$(BIN)/python -m pip install --quiet --disable-pip-version-check torch==2.13.0

oracle: torch ## Run the tests against torch, which it installs
	$(BIN)/python -m pytest -n 2 --dist worksteal -m oracle

format: $(VENV)/.check ## Format the sources
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/clang-format -i $$(find native tests -name '*.cpp' -o -name '*.h')

bench: $(VENV)/.test ## Measure a training step against its peers
	$(BIN)/python -m benchmarks training_step

docs: $(VENV)/.built ## Write the page of each operator
	$(BIN)/python -m tools.operator_pages

bench-choice: $(VENV)/.test ## Measure whether the choice between algorithms is the fastest
	$(BIN)/python -m benchmarks choice

sanitize: $(VENV)/.test ## Try kernels and threads under sanitizers, on every instruction set
	$(BIN)/python -m tools.sanitize all

sanitize-quick: $(VENV)/.test ## Try one instruction set on a part of the calls, and threads
	$(BIN)/python -m tools.sanitize quick

sanitize-threads: $(VENV)/.test ## Try the pool of threads under ThreadSanitizer
	$(BIN)/python -m tools.sanitize threads

clean: ## Remove what was built
	rm -rf $(VENV) build

$(VENV)/bin/python:
	@command -v $(PYTHON) >/dev/null || { echo "convolens needs Python 3.11 or newer: install it, or name it with PYTHON=..."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "convolens needs Python 3.11 or newer, but $(PYTHON) is $$($(PYTHON) --version). Name a newer one: make PYTHON=python3.12 ..."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "Python's venv module is missing: sudo apt install python3-venv"; exit 1; }
	@command -v $${CXX:-c++} >/dev/null || command -v g++ >/dev/null || command -v clang++ >/dev/null || { echo "convolens needs a C++20 compiler and found none. Install one: 'sudo apt install g++' (Debian, Ubuntu), 'sudo dnf install gcc-c++' (Fedora), 'xcode-select --install' (macOS)."; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.tools: $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check 'scikit-build-core>=0.11' 'nanobind>=2.4' 'numpy>=2.0' cmake ninja
	@touch $@

$(VENV)/.built: $(VENV)/.tools $(SOURCES)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --editable .
	@touch $@

$(VENV)/.test: $(VENV)/.built
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --editable '.[test]'
	@touch $@

$(VENV)/.check: $(VENV)/.built
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --editable '.[test,check]'
	@touch $@
