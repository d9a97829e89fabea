# Every way to run, test and look after the product. `make help` lists them.
PYTHON ?= python3.11
SETUP = $(PYTHON) -m tools.setup
BIN = .venv/bin
.DEFAULT_GOAL := help
.PHONY: help run test lint bench bench-triage train setup lock screenshots clean python

help: ## List what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: python ## Set up and start everything with demo data (PORT=8000 RASA_PORT=5005 ACTIONS_PORT=5055)
	@exec $(SETUP) run

test: python ## Set up and test everything (ARGS="tests/triage -k fever" chooses)
	@exec $(SETUP) test $(ARGS)

lint: python ## Check style, types and the direction of imports
	@$(SETUP) prepare --dev --no-agent
	$(BIN)/ruff check .
	$(BIN)/mypy bot actions
	$(BIN)/lint-imports

setup: python ## Set up both environments and the model, start nothing
	@exec $(SETUP) prepare

train: python ## Train the agent's model if what it is made from changed
	@exec $(SETUP) prepare

bench: python ## Measure speed and accuracy
	@$(SETUP) prepare --dev
	$(BIN)/python -m bench.triage

bench-triage: python ## Measure triage beside its peers, Rasa's default pipeline included (tens of minutes)
	@$(SETUP) prepare --dev
	$(BIN)/python -W ignore -m bench.triage

screenshots: python ## Take the screenshots of the manuals again
	@$(SETUP) prepare --dev
	$(BIN)/python -m tools.screenshot

lock: python ## Resolve the hand-kept lists (*.in) into full locks (*.txt); ARGS=--upgrade takes newer versions
	@$(PYTHON) -m tools.lock $(ARGS)

clean: ## Remove the environments, the models and every cache; the demo's data in var/ stays
	rm -rf .venv .venv-rasa models .rasa node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null || \
	{ echo "Python 3.11 was not found as '$(PYTHON)': install it, or name it with: make PYTHON=/path/to/python3.11" >&2; exit 1; }
