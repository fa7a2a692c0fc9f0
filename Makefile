# Needs Python 3.11 or newer and nothing else: the targets fetch the rest into .venv.

ifndef PYTHON
PYTHON := $(shell for name in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	"$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$name"; break; }; done)
endif
PORT ?= 8000
export PORT

.PHONY: help serve demo demo-remove test test-long check format messages screenshots lock python environment
.DEFAULT_GOAL := help

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r name text; do printf '%-12s%s\n' "$$name" "$$text"; done

serve: python ## Run the portal on http://127.0.0.1:8000 (PORT=… changes it), with everything it needs
	@exec $(PYTHON) -m tools.serve

demo: python ## Run a portal of its own with a sample association, to look at members and activities
	@exec $(PYTHON) -m tools.demo

demo-remove: ## Delete the sample association and all that make demo made
	@rm -rf var/demo

test: environment ## Run checks and tests on SQLite, PostgreSQL and in a browser (ARGS="tests/news -k draft": only these)
	@exec .venv/bin/python -m tools.run_tests $(ARGS)

test-long: environment ## Run the tests that take minutes
	@exec .venv/bin/python -m tools.run_tests --long $(ARGS)

check: environment ## Check format, lint, templates, floors, migrations, deployment settings and catalogues
	@exec .venv/bin/python -m tools.check

format: environment ## Format Python and templates
	@.venv/bin/ruff check --quiet --fix . ; .venv/bin/ruff format --quiet .
	@find templates -name '*.html' -exec .venv/bin/djade {} +

messages: environment ## Bring the message catalogues up to the code
	@exec .venv/bin/python tools/messages.py update

screenshots: environment ## Take the pictures of README and documents anew
	@exec .venv/bin/python -m tools.screenshots

lock: environment ## Write the locks from pyproject.toml (ARGS=--upgrade: with the newest versions)
	@.venv/bin/uv pip compile $(LOCK_OPTIONS) $(ARGS) -o requirements.txt pyproject.toml
	@.venv/bin/uv pip compile $(LOCK_OPTIONS) $(ARGS) -o requirements-dev.txt --group dev --constraint requirements.txt pyproject.toml

LOCK_OPTIONS = --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url

environment: python
	@$(PYTHON) -m tools.environment requirements-dev.txt

python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed: install it (Debian, Ubuntu: apt install python3 python3-venv) and run make again." >&2; exit 1; }
