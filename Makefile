# Everything a newcomer needs: `make run`, `make test`. Each target installs what it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: run install test lint bench docs lock clean

run: $(READY)
	$(BIN)/middlegame solve venezuela-2026 --report venezuela-2026.html

install: $(READY)

$(READY): requirements/dev.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "middlegame needs Python 3.11 or newer")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --only-binary :all: -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch $(READY)

test: $(READY)
	-tests/ledger/install_postgres.sh
	-tests/workbench/install_chromium.sh
	$(BIN)/python -m pytest -n 2 --dist loadgroup --cov --cov-report=term:skip-covered

lint: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

bench: $(READY)
	$(BIN)/python -m benchmarks

docs: $(READY)
	$(BIN)/mkdocs build --strict --site-dir build/site

lock:
	$(BIN)/pip-compile --quiet --strip-extras --extra dev --no-header --no-emit-index-url --no-emit-find-links \
		--output-file requirements/dev.txt pyproject.toml

clean:
	rm -rf $(VENV) build dist htmlcov .coverage .mypy_cache .ruff_cache .pytest_cache
