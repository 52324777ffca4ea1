# Everything a person does with this checkout. `make` lists it; Python 3.11 or newer with pip is all it needs.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

# Some images set this; then every process would compile all it imports anew, a second or more for each of the hundreds
# of processes of the tests.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help ready demo test every-test lint docs screenshots lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

ready: $(READY) ## install what requirements.lock names, and this checkout

demo: $(READY) ## install, then audit the sample province in sample_data
	@form=; [ -t 1 ] || form="-f text"; \
	code=0; $(BIN)/recaudit check sample_data $$form || code=$$?; \
	if [ $$code -ne 1 ]; then \
		echo "make demo: the audit ended with exit code $$code, but the gaps planted in sample_data must make it 1" >&2; \
		exit 1; \
	fi; \
	echo; \
	echo "The audit ended with exit code 1, and that is right: the sample has planted gaps, so a claim is refuted."

test: $(READY) ## lint and every test, side by side
	@$(MAKE) --no-print-directory --jobs 2 lint every-test

every-test: $(READY)
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder # tests/conftest.py says which files begin

lint: $(READY) ## style, types and import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/mypy docs/*.py
	$(BIN)/lint-imports

docs: $(READY) ## write docs/commands.md and the output in README.md anew
	$(BIN)/python docs/commands.py
	$(BIN)/python docs/readme.py

screenshots: $(READY) ## draw docs/screenshots anew; needs chromium
	$(BIN)/python docs/screenshots.py

lock: ## write both locks anew from pyproject.toml; run it with the oldest Python supported
	$(PYTHON) -m venv $(VENV)-lock
	$(VENV)-lock/bin/pip install --quiet pip-tools
	CUSTOM_COMPILE_COMMAND="make lock" $(VENV)-lock/bin/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe \
		--extra dev --build-deps-for wheel --build-deps-for editable \
		--no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
		--output-file requirements.lock pyproject.toml
	$(VENV)-lock/bin/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --no-header --no-annotate \
		--constraint requirements.lock --build-deps-for wheel \
		--no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
		--output-file requirements-run.lock pyproject.toml

clean: ## remove what was built or cached here
	rm -rf $(VENV) $(VENV)-lock build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Installs what the lock names, by hash, and this checkout beside it; again only when one of the two files changed.
# Most of the minute that pip takes goes into looking at wheels that do not fit: two look side by side, each at a part
# of the lock. None sees all dependencies; whether one is lacking is asked at the end.
$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("recaudit needs Python 3.11 or newer: make PYTHON=…" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	@awk -v to=$(VENV)/lock- '/^[a-z]/ { n++ } { print > (to n % 4) }' requirements.lock
	@printf '%s\n' $(VENV)/lock-* | xargs -n 1 -P 2 \
		$(BIN)/pip install --quiet --disable-pip-version-check --no-compile --no-deps --require-hashes -r
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	$(BIN)/pip --disable-pip-version-check check
	@touch $@
