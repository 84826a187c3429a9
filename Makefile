# Everything a newcomer needs: `make run`, `make test`. Each target installs what it needs, with
# uv, which pip brings into .venv where the machine has none.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(or $(shell command -v uv 2>/dev/null),$(BIN)/uv)
INSTALL = $(UV) pip install --quiet --python $(BIN)/python
# Two processes, each of which runs whole files, so that what a file solves is solved once.
PYTEST = $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder
TO_RUN := $(VENV)/.to-run
TO_DEVELOP := $(VENV)/.to-develop

# Written bytecode is what makes the many short processes of the tests start quickly.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run install test coverage lint bench validity docs pictures gallery build lock platforms clean

run: $(TO_RUN)
	$(BIN)/middlegame solve venezuela-2026 --report venezuela-2026.html

install: $(TO_DEVELOP)

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "middlegame needs Python 3.11 or newer")'
	$(PYTHON) -m venv $(VENV)

$(BIN)/uv: | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --only-binary :all: \
		--constraint requirements/dev.txt uv

$(TO_RUN): requirements/run.txt pyproject.toml | $(BIN)/python $(UV)
	$(INSTALL) --only-binary :all: -r requirements/run.txt
	$(INSTALL) --no-deps --editable .
	touch $@

$(TO_DEVELOP): requirements/dev.txt | $(TO_RUN)
	$(INSTALL) --only-binary :all: --compile-bytecode -r requirements/dev.txt
	touch $@

test: $(TO_DEVELOP)
	-tests/ledger/install_postgres.sh
	-tests/workbench/install_chromium.sh
	$(PYTEST)

# Takes several times as long as the tests alone.
coverage: $(TO_DEVELOP)
	$(PYTEST) --cov --cov-report=term:skip-covered

lint: $(TO_DEVELOP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/mypy

bench: $(TO_DEVELOP)
	$(BIN)/python -m benchmarks

# What fitted contests predict, beside regressions: docs/validity/. The data are read from the folder
# MIDDLEGAME_DATA; some six minutes on one core.
validity: $(TO_DEVELOP)
	$(BIN)/python -m benchmarks.validity

docs: $(TO_DEVELOP)
	$(BIN)/mkdocs build --strict --site-dir build/site

# The documentation's pictures of the workbench, a report and the terminal.
pictures: $(TO_DEVELOP)
	$(BIN)/python -m pytest tests/workbench/draw_pictures.py

# Every view and report of three contests, light and dark, wide and narrow, and in print, as one
# sheet of pictures: build/gallery/index.html and index.png.
gallery: $(TO_DEVELOP)
	$(BIN)/python -m pytest tests/workbench/draw_gallery.py

# The wheel, tried out where nothing else is installed: with the newest libraries, and with the
# lowest versions that pyproject.toml declares.
build: $(TO_DEVELOP)
	rm -rf dist
	$(UV) build --quiet --wheel --out-dir dist
	$(BIN)/python -m tests.build.try_wheel $(UV) dist/*.whl

# Versions without addresses: the lock ties nobody to one registry. One lock for every system.
LOCK = $(UV) pip compile --quiet --universal --no-header --no-emit-index-url --no-emit-find-links

lock: | $(BIN)/python $(UV)
	$(LOCK) --extra dev --output-file requirements/dev.txt pyproject.toml
	$(LOCK) --no-annotate -c requirements/dev.txt --output-file requirements/run.txt pyproject.toml

# Wheels of all that is locked, for each system that is not at hand.
platforms: | $(BIN)/python $(UV)
	for system in linux windows aarch64-apple-darwin; do for python in 3.11 3.12 3.13; do \
		for set in run dev; do \
			echo "$$set on $$system, Python $$python"; \
			$(UV) pip compile --quiet --no-deps --only-binary :all: --python-platform $$system \
				--python-version $$python --output-file /dev/null requirements/$$set.txt || exit 1; \
	done; done; done

clean:
	rm -rf $(VENV) build dist htmlcov .coverage .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
