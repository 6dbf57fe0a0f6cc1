# Everything a developer does more than once. `make` alone lists the targets.

PYTHON ?= $(shell command -v python3 || command -v python)
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --quiet --disable-pip-version-check
WHEELS := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/findspot-wheels

# What `make run` indexes and asks: make run REPO=~/src/django Q="where are upload retries scheduled"
REPO ?= .
Q    ?= where is a chunk turned into the text that a model reads

# What the VS Code extension is built and checked with; npm writes the second lock file itself.
VSCODE := client-vscode/node_modules/.package-lock.json
NODE    = PATH="$$($(CURDIR)/scripts/node.sh):$$PATH"

CODE := server scripts tests $(wildcard models/findspot_training benchmarks)

.DEFAULT_GOAL := help
.PHONY: help run test slow check format bench faults figures rows e2e docs clean
.DELETE_ON_ERROR:

help: ## list the targets
	@sed -n 's/^\([a-z0-9]*\):.*## /\1|/p' Makefile | while IFS='|' read -r name text; do printf '  make %-8s %s\n' "$$name" "$$text"; done

$(VENV)/bin/python:
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Findspot needs Python 3.11 or newer; this is $(PYTHON). Choose another: make PYTHON=python3.12"; exit 1; }
	@echo "==> creating $(VENV)"
	@"$(PYTHON)" -m venv $(VENV) || { echo "The venv module is missing. On Debian or Ubuntu: apt-get install python3-venv"; exit 1; }

# An install is repeated only when what it depends on has changed.
$(VENV)/installed: pyproject.toml constraints.txt scripts/llama_wheel.py | $(VENV)/bin/python
	@$(BIN)/python scripts/llama_wheel.py "$(WHEELS)"
	@echo "==> installing Findspot (about 295 MB, a minute)"
	@$(PIP) install --find-links "$(WHEELS)" --constraint constraints.txt --editable .
	@touch $@

$(VENV)/installed-dev: $(VENV)/installed
	@echo "==> installing what tests and checks need"
	@$(PIP) install --find-links "$(WHEELS)" --constraint constraints.txt --editable '.[dev]'
	@touch $@

$(VSCODE): client-vscode/package-lock.json
	@$(NODE) npm ci --prefix client-vscode --loglevel=error

run: $(VENV)/installed ## index a repository and answer a question (REPO=path Q="question")
	@echo "==> findspot index --root $(REPO)"
	@$(BIN)/findspot index --root "$(REPO)"
	@echo "==> findspot --root $(REPO) \"$(Q)\""
	@$(BIN)/findspot search --root "$(REPO)" --top-k 5 --no-text "$(Q)"

test: $(VENV)/installed-dev ## run all but the slow tests on all cores (T="-k name" chooses)
	@$(BIN)/python -m pytest -n auto -m "not slow and not editors and not agents" $(T)

slow: $(VENV)/installed-dev ## run the slow tests
	@$(BIN)/python -m pytest -n auto -m slow $(T)

check: $(VENV)/installed-dev $(VSCODE) ## formatting, lint, types, import contracts, generated pages
	@echo "==> ruff format" && $(BIN)/ruff format --check $(CODE)
	@echo "==> ruff check" && $(BIN)/ruff check $(CODE)
	@echo "==> mypy" && $(BIN)/mypy $(CODE)
	@echo "==> import contracts" && $(BIN)/lint-imports --no-logo
	@echo "==> generated pages" && $(BIN)/python -m scripts.generate_docs --check
	@echo "==> luacheck, stylua" && scripts/lua.sh check
	@echo "==> tsc, biome" && $(NODE) npm run --silent --prefix client-vscode check

format: $(VENV)/installed-dev $(VSCODE) ## format the code and mend what can be mended
	@$(BIN)/ruff format $(CODE)
	@$(BIN)/ruff check --fix $(CODE)
	@$(NODE) npm run --silent --prefix client-vscode format
	@scripts/lua.sh format

bench: $(VENV)/installed-dev ## measure speed and memory beside ripgrep and a plain BM25
	@$(BIN)/python benchmarks/run.py $(B)

faults: $(VENV)/installed-dev ## run the fault tests area by area and write down how they ended
	@$(BIN)/python -m benchmarks.faults $(F)

figures: $(VENV)/installed-dev ## write the pages of performance and reliability from the last results
	@$(BIN)/python -m benchmarks.figures

rows: $(VENV)/installed-dev ## run the tests and show which rows of the checklist have a passing one
	@$(BIN)/python -m pytest --quiet -n auto --rows $(T)

e2e: $(VENV)/installed-dev $(VSCODE) ## use the wheel in an empty environment, a real browser, editors and agent programs
	@PYTHON="$(PYTHON)" WHEELS="$(WHEELS)" scripts/e2e.sh
	@PYTHON="$(PYTHON)" FINDSPOT="$(CURDIR)/$(BIN)/findspot" scripts/e2e_vscode.sh
	@PYTHON="$(PYTHON)" FINDSPOT="$(CURDIR)/$(BIN)/findspot" scripts/e2e_web.sh
	@PYTHON="$(PYTHON)" scripts/e2e_nvim.sh
	@FINDSPOT="$(CURDIR)/$(BIN)/findspot" scripts/e2e_emacs.sh
	@PYTHON="$(PYTHON)" scripts/e2e_agents.sh
	@scripts/e2e_tui.sh

docs: $(VENV)/installed-dev ## write the generated pages below docs/reference
	@$(BIN)/python -m scripts.generate_docs

clean: ## remove what can be made again (not the wheels in the cache folder)
	rm -rf client-vscode/node_modules client-vscode/dist client-vscode/dist-test
	rm -rf $(VENV) build dist bench-results .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
