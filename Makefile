# Two commands do everything on a machine that has Python and make: `make verify` and `make test`.
PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/.installed

.PHONY: verify test check lint types floors catalogue format wheel clean

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

clean:
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(INSTALLED): pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $(INSTALLED)
