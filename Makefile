# Two commands do everything on a machine that has Python and make: `make verify` and `make test`.
PYTHON ?= python3
BIN := .venv/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
INSTALLED := .venv/.installed

.PHONY: verify test check lint types floors catalogue format wheel dist coverage interpreters lowest soak clean

verify: $(INSTALLED)  ## the main job: every promise of every vendor, against the embedded mock
	$(BIN)/troth verify --complete

test: $(INSTALLED)  ## all tests
	$(BIN)/pytest -q -n 2

check: test verify lint types floors  ## everything that CI checks

lint: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/troth lint
	$(BIN)/troth catalogue --check

types: $(INSTALLED)
	$(BIN)/mypy

floors: $(INSTALLED)
	$(BIN)/lint-imports

catalogue: $(INSTALLED)  ## docs/promises, from the contracts
	$(BIN)/troth catalogue

format: $(INSTALLED)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

wheel: $(INSTALLED)
	$(BIN)/python -m build --wheel

dist: $(INSTALLED)  ## what is released: the source distribution and, built from it, the wheel
	rm -rf dist
	$(BIN)/python -m build

# What follows takes longer than a developer waits, and has CI jobs of its own.
coverage: $(INSTALLED)  ## branch coverage of all tests, and of the processes that they start; fails below its floor
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -q -n 2
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

interpreters: $(INSTALLED)  ## all tests against the built wheel, under VERSIONS or each declared Python that is here
	$(BIN)/python .ci/wheel_suite.py $(VERSIONS)

lowest: $(INSTALLED)  ## all tests with the lowest dependencies that pyproject.toml allows, under the lowest Python
	$(BIN)/python .ci/wheel_suite.py --lowest

soak: $(INSTALLED)  ## long campaigns: bench/soak.py lists them
	$(BIN)/python bench/soak.py

clean:
	rm -rf .venv build dist .coverage .coverage.* .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(INSTALLED): pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $(INSTALLED)
