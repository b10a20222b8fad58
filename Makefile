# `make help` lists what there is. Nothing but make and Python 3.11 is needed beforehand.

SHELL := /bin/sh
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PY := .venv/bin/python
FLASK := $(PY) -m flask --app app
CODE := $(wildcard app.py subscriptions scripts tests benchmarks)
LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --custom-compile-command "make lock"

# Extra words for the command behind a target, for instance: make test ARGS="-k confirm"
ARGS ?=
# Tests run in this many processes.
JOBS ?= 2

# Tests start many processes: each would compile the whole service where the environment says this.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help run test check format translations bench lock screenshots pictures env env-dev

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{printf "%-20s %s\n", $$1, $$2}'

run: env ## set everything up, then serve on http://127.0.0.1:8000 until Ctrl-C
	@exec $(FLASK) serve $(ARGS)

test: env-dev ## every test: SQLite and PostgreSQL, browser included
	@$(PY) -m tests.support.chromium
	@exec $(PY) -m pytest -n $(JOBS) $(ARGS)

check: env-dev ## format, lint, types, import rules, drift of the documents and translations
	@echo 'format ...';       $(PY) -m ruff format --check $(CODE)
	@echo 'lint ...';         $(PY) -m ruff check $(CODE)
	@echo 'types ...';        $(PY) -m mypy --strict $(CODE)
	@echo 'import rules ...'; $(PY) -c "from importlinter.cli import lint_imports_command as c; c()" --no-logo
	@echo 'documents ...';    $(FLASK) docs check
	@echo 'translations ...'; $(PY) -m scripts.translations check

format: env-dev ## put every file into the house format
	@$(PY) -m ruff format $(CODE)
	@$(PY) -m ruff check --fix $(CODE)

translations: env-dev ## take new words into the catalogues, drop old ones, compile
	@$(PY) -m scripts.translations update

bench: env-dev ## measure sign-up, confirmation, unsubscribe, export, import and the admin's pages
	@exec $(PY) -m benchmarks $(ARGS)

screenshots: env-dev ## a picture of every page, phone to desktop, light and dark, in screenshots/
	@$(PY) -m tests.support.chromium
	@exec $(PY) -m tests.support.screenshots screenshots

pictures: env-dev ## take the pictures of the documents again
	@$(PY) -m tests.support.chromium
	@exec $(PY) -m tests.support.screenshots

lock: ## write the requirement locks again from the *.in files (needs uv: pip install uv)
	@$(LOCK) $(ARGS) requirements.in -o requirements.txt
	@$(LOCK) $(ARGS) requirements-dev.in -o requirements-dev.txt

env:
	@scripts/bootstrap.sh run

env-dev:
	@scripts/bootstrap.sh dev
