# Two commands matter: `make demo` shows the program, `make test` proves it.
# Another Python than python3: make clean, then make PYTHON=python3.13 demo.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help demo test check lint types imports servers bench faults screenshots keys lock clean

help: ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or later is needed" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index -e .
	$(BIN)/python -m compileall -q tui_mailer
	touch $@

demo: $(READY) ## the program on embedded servers and fictional patients
	@$(BIN)/tui-mailer demo

test: check servers ## everything: style, types, architecture, tests on real servers (as root)
	$(BIN)/pytest -n 3 --dist loadgroup

check: lint types imports ## style, types and architecture only

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)
	$(BIN)/mypy

imports: $(READY)
	$(BIN)/lint-imports

servers: $(READY) ## Dovecot and Postfix, for the tests, where this machine may install them
	sh tests/servers/install.sh

bench: $(READY) servers ## measure beside neomutt, aerc, alpine and a bare socket (N="1000" REPEATS=5)
	-command -v apt-get >/dev/null && apt-get install -qq -y --no-install-recommends neomutt aerc alpine
	cd tests && ../$(BIN)/python -m bench $(if $(N),--messages $(N)) $(if $(REPEATS),--repeats $(REPEATS))

faults: $(READY) servers ## bad lines, kill -9, full disks, at length (MOMENTS=200 SEED=20261124)
	FAULT_MOMENTS=$(or $(MOMENTS),200) $(if $(SEED),FAULT_SEED=$(SEED)) \
	  $(BIN)/pytest tests/faults -rP -n 2 --dist loadgroup

screenshots: $(READY) ## draw screenshots/ anew from the demo
	$(BIN)/python screenshots/draw.py

keys: $(READY) ## write the table of keys into the README
	$(BIN)/python -m tui_mailer.ui.commands.reference README.md

lock: $(READY) ## resolve the dependencies anew, with their hashes
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-emit-find-links --no-header --all-extras pyproject.toml -o requirements.lock

clean: ## remove .venv and what the tools keep, before another PYTHON=python3.13
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
