# The commands of the house. `make run` and `make test` are all a newcomer needs.
PORT ?= 8000
DATA ?= var
VENV := .venv
PY := $(VENV)/bin/python
CATALOGUE := marketplace/translations/en/LC_MESSAGES/messages.mo

.PHONY: run test check bench drill reset shots translations lock help

help:
	@echo "make run [PORT=8000] [DATA=var]   the site with its demo, on http://127.0.0.1:PORT"
	@echo "make test                         every test"
	@echo "make check                        format, lint, types, import contracts, migrations, translations"
	@echo "make reset [DATA=var]             throw the demo's data away"
	@echo "make bench [NAME=search]          measurements at the sizes of the design; JSON under var/bench/"
	@echo "make drill NAME=kills [TIMES=50] [SEED=1] [DATABASE=postgresql]   kill -9 under load; what is lost or doubled?"
	@echo "make drill NAME=rush [DATABASE=both]       200 bids in the last second before a deadline"
	@echo "make drill NAME=hostile [TIMES=10000] [DATABASE=both]   hostile values in every field; does anything break?"
	@echo "make shots                        pictures of the pages, into shots/"
	@echo "make translations                 bring the English catalogue in step with the texts"
	@echo "make lock                         new versions of the libraries, within the bounds of pyproject.toml"

# The environment: plain venv, then uv from the hashed lock, compiled once as pip does by itself: the site starts in a third of the
# time. Plain pip from the same lock where uv fails.
define environment
	@python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed."; exit 1; }
	@test -x $(PY) || python3 -m venv $(VENV) || { echo "Install python3-venv first: apt install python3-venv"; exit 1; }
	@test -x $(VENV)/bin/uv || $(VENV)/bin/pip install --quiet --disable-pip-version-check uv || true
	@echo "Installing from $(1) …"
	@$(VENV)/bin/uv pip install --quiet --compile-bytecode --python $(PY) --require-hashes -r $(1) 2>/dev/null || $(VENV)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r $(1)
	@touch $(2)
endef

$(VENV)/.run: requirements.lock
	$(call environment,requirements.lock,$@)

$(VENV)/.dev: requirements-dev.lock
	$(call environment,requirements-dev.lock,$@)
	@touch $(VENV)/.run

$(CATALOGUE): marketplace/translations/en/LC_MESSAGES/messages.po | $(VENV)/.run
	@$(VENV)/bin/pybabel -q compile -d marketplace/translations 2>/dev/null

run: $(VENV)/.run $(CATALOGUE)
	@$(PY) -m marketplace run --port $(PORT) --data "$(DATA)"

reset: $(VENV)/.run
	@$(PY) -m marketplace reset --data "$(DATA)" --yes

test: $(VENV)/.dev $(CATALOGUE)
	@tests/prepare.sh
	@$(PY) -m pytest -n 3 --dist loadfile --no-loadscope-reorder

check: $(VENV)/.dev $(CATALOGUE)
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	$(PY) -m tests.contracts.catalogue
	$(PY) -m tests.contracts.migrations

bench: $(VENV)/.dev $(CATALOGUE)
	@$(PY) -m tests.bench $(NAME)

drill: $(VENV)/.dev $(CATALOGUE)
	@$(PY) -W ignore -m tests.drills.$(NAME) $(if $(TIMES),--times $(TIMES)) $(if $(SEED),--seed $(SEED)) $(if $(DATABASE),--database $(DATABASE))

shots: $(VENV)/.dev $(CATALOGUE)
	@tests/prepare.sh
	@$(PY) -m tests.journeys.shots

translations: $(VENV)/.dev
	$(PY) -m tests.contracts.catalogue --update

# New versions within the bounds of pyproject.toml.
lock: $(VENV)/.dev
	$(VENV)/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header pyproject.toml -o requirements.lock
	$(VENV)/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header pyproject.toml --extra prod --extra dev -o requirements-dev.lock
	$(VENV)/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header pyproject.toml --extra prod -c requirements-dev.lock -o requirements-prod.lock
