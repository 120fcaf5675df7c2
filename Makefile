# `make run` and `make test` set up everything they need in .venv; nothing else has to be installed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SOURCES := pyproject.toml $(shell find bridge behavior models runtime examples unreal_plugin/Mien/Source/MienCore -type f ! -path '*/__pycache__/*' 2>/dev/null)
PACKAGES := $(addprefix -p mien.,bridge behavior models runtime examples.tavern)

.DEFAULT_GOAL := help
.PHONY: help run tavern test lint unit bench develop clean

help: ## Say what there is to make
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: $(VENV)/installed ## Watch a character answer the sample clip (no camera needed)
	$(BIN)/mien demo

tavern: $(VENV)/installed ## Play in a tavern whose people feel (no camera needed; options in ARGS)
	$(BIN)/python -m mien.examples.tavern $(ARGS)

test: lint unit ## Check everything: style, types, tests

lint: $(VENV)/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy $(PACKAGES)

unit: $(VENV)/installed
	$(BIN)/python -m pytest

bench: $(VENV)/installed ## Print the tables of figures (never pass or fail)
	$(BIN)/python -m benchmarks

develop: $(VENV)/dependencies ## Install in editable mode, for working on Mien itself
	$(BIN)/pip install --quiet --no-deps --editable .
	touch $(VENV)/installed

clean: ## Remove what the targets above made
	rm -rf $(VENV) build out *.egg-info .mypy_cache .pytest_cache .ruff_cache

$(VENV)/dependencies: pyproject.toml
	@echo "setting up $(VENV): this takes a minute or two, once"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet ".[cpu,dev]"
	touch $@

# An ordinary wheel, not an editable install: it catches a package that pyproject.toml forgot.
$(VENV)/installed: $(VENV)/dependencies $(SOURCES)
	rm -rf build/lib build/bdist* *.egg-info
	$(BIN)/pip install --quiet --no-deps --force-reinstall .
	touch $@
