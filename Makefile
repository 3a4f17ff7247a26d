# The two commands of this project are `make serve` and `make test`. Everything goes into .venv; nothing else is changed.

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
# What renews the lock lives apart: nobody else needs it.
UV := build/uv/bin/uv
# One more than there are processors: much of a test's time is waiting for a page or a server.
WORKERS := $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)

.PHONY: install serve test lint lock bench screenshots dictionary clean

install: $(READY)

serve: $(READY)
	$(BIN)/kpi serve $(ARGS)

# The files in their order: those of the browser, which take longest, first. By default the one of most tests begins, and the
# longest, of few tests each, are left to the end, when one worker has one and the others have nothing.
test: $(READY)
	sh tests/browser/install.sh
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# The pins of pyproject.toml's packages, for every system and Python from 3.11 on. Those that still fit stay; newer ones
# come with ARGS=--upgrade, or ARGS='--upgrade-package NAME' for one.
lock: $(UV)
	$(UV) pip compile pyproject.toml --all-extras --universal --generate-hashes --no-emit-index-url --no-header \
	    --python-version 3.11 --quiet -o requirements.lock $(ARGS)

bench: $(READY)
	$(BIN)/python -m tests.bench $(ARGS)
	$(BIN)/python -m tests.bench_pages $(ARGS)

# The pictures in docs/: every page in every state, as the tests open them.
screenshots: $(READY)
	sh tests/browser/install.sh
	rm -f docs/screenshots/*.png
	KPI_PICTURES=docs/screenshots $(BIN)/python -m pytest tests/browser/test_states.py

# The tables and columns as a bureau reads them, from sources/.
dictionary: $(READY)
	$(BIN)/python -m tests.dictionary

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis build *.egg-info

# Made anew whenever the locked packages or the project's own metadata change. The hashes are checked before anything
# runs, and the project itself is built with the locked setuptools, so that nothing comes in that is not in the lock.
# Where Python may not write bytecode by itself, it would compile every package anew at each start: two seconds more.
$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	    echo '$(PYTHON) is missing or older than Python 3.11: install a newer one, or name it: make PYTHON=python3.12 …' >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	    echo '$(PYTHON) cannot make virtual environments: on Debian or Ubuntu run: apt-get install python3-venv' >&2; exit 1; }
	$(PYTHON) -m venv .venv
	@echo 'Installing the pinned packages into .venv; the first time takes a minute or two.'
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q -j 0 .venv/lib >/dev/null || true
	@touch $@

# Of one series, as another may write the lock in another way.
$(UV):
	$(PYTHON) -m venv build/uv
	build/uv/bin/python -m pip install --quiet --disable-pip-version-check --no-input 'uv>=0.13,<0.14'
