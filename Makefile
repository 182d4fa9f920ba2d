# The only commands to remember. Each works from a fresh checkout, and the second run re-uses what the first one made.
PYTHON ?= python3
SEED ?= 1
BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)
export PYTHONUNBUFFERED := 1

.PHONY: demo test test-fast lint setup browser audit matrix defects torture lock clean help
.DEFAULT_GOAL := help

help:
	@echo "make demo       set up, then land, build, test, publish and render the demo organisation"
	@echo "make test       set up, then every check: format, types, SQL, unit and data tests, the report in a browser"
	@echo "make test-fast  the checks that need no build and no browser (under a minute)"
	@echo "make lint       format, types and SQL alone"
	@echo "make audit      known vulnerabilities in what the locks install, where the registry can be asked"
	@echo "make matrix     write down what each source is tested with (SOURCE=jira,linear for these alone)"
	@echo "make defects    put known defects back in, one at a time, and see that their tests turn red"
	@echo "make torture    kills, power cuts and made-up data in large numbers (an hour or more)"
	@echo "make lock       resolve requirements.lock again from pyproject.toml"
	@echo "make clean      remove what can be made again; never data/"

demo: setup
	engops demo

test: lint browser
	pytest -n auto --dist worksteal

# SQL is linted where it differs from the last commit; `make lint` reads all of it.
test-fast: setup
	ruff format --check .
	ruff check .
	mypy
	@changed=$$(git diff --name-only --diff-filter=d HEAD -- models tests/data | grep '[.]sql$$'); \
		if [ -n "$$changed" ]; then sqlfluff lint --disable-progress-bar $$changed; fi
	pytest -n auto -m "not slow"

lint: setup
	ruff format --check .
	ruff check .
	mypy
	sqlfluff lint --processes 2 --disable-progress-bar models tests/data

setup: .venv/stamp

.venv/stamp: requirements.lock pyproject.toml .ci/bootstrap.py
	@$(PYTHON) .ci/bootstrap.py

browser: setup
	@python .ci/browser.py

audit: setup
	@python .ci/audit.py

matrix: setup
	ENGOPS_MATRIX=1 SOURCE=$(SOURCE) pytest tests/test_every_source.py

defects: setup
	python tests/defects/run.py

# The tests that read HYPOTHESIS_PROFILE make far more examples then. Kills and cuts: the same seed, the same choices.
torture: setup
	python -m tests.torture --seed $(SEED)
	HYPOTHESIS_PROFILE=torture pytest -n auto $$(grep -rl HYPOTHESIS_PROFILE tests --include='test_*.py')

# No address of any registry or machine may stand in it.
lock:
	uv pip compile --quiet --universal --generate-hashes --no-annotate --no-header \
		--no-emit-index-url --no-emit-find-links --extra dev --upgrade pyproject.toml -o requirements.lock

clean:
	rm -rf .venv target logs .mypy_cache .pytest_cache .ruff_cache *.egg-info reports/node_modules reports/.evidence reports/build
