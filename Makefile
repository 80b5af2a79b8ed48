# Two commands do all set-up: `make run` and `make test`. The same as plain `python -m …` lines stands in README.md.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STUDY ?= studies/teda_2025

.PHONY: run test slow lint messages benchmarks clean

run: $(VENV)/.installed
	$(BIN)/heatnet run $(STUDY)

test: $(VENV)/.installed-dev
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile

slow: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -m slow

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# Babel takes "5 % in" for a placeholder of %-formatting and says so; ours are checked by tests/test_i18n.py
messages: $(VENV)/.installed-dev
	$(BIN)/pybabel -q extract -F babel.cfg --no-location --sort-output --project heatnet -o heatnet/locale/heatnet.pot heatnet
	$(BIN)/pybabel -q update --no-fuzzy-matching --ignore-obsolete -D heatnet -i heatnet/locale/heatnet.pot -d heatnet/locale -l zh
	-$(BIN)/pybabel -q compile -D heatnet -d heatnet/locale -l zh

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable .
	touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[dev]"
	touch $@

clean:
	rm -rf $(VENV) results
