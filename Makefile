# make train             a virtual environment, bpcli in it, and a network trained: CONFIG=configs/mnist.yaml ARGS='seed=1'
# make test              formatting, types and the whole test suite
# make lowest            the test suite again, with the oldest versions that pyproject.toml allows of what bpcli builds on
# make parity            the same gradients and trajectories as PyTorch, which goes into an environment of its own
# make bench             bpcli beside PyTorch, JAX, scikit-learn and a bare NumPy loop: MNIST=FOLDER ARGS='--rounds 5' OUTPUT=benchmark
# make torture           everything a run must survive, tried at full size: OUTPUT=FILE ARGS='--rows 1,4'
# make coverage          the share of lines and branches that the tests run through
# make mutants           thousands of small bugs planted in nn/, optim/ and training/, and whether the tests see them
# make help              this list
# make clean             remove what these made, but not runs/

PYTHON ?= python3
CONFIG ?= configs/xor.yaml
ARGS ?=
OUTPUT ?=
MNIST ?= $(if $(BPCLI_TEST_DATA),$(BPCLI_TEST_DATA)/mnist)

VENV := .venv
LOWEST := .venv-lowest
PARITY := .venv-parity
BENCH := .venv-bench
MUTANTS := .venv-mutants

.PHONY: help train test lowest parity torture coverage mutants bench clean
.DELETE_ON_ERROR:

help:
	@sed -n 's/^# \(make .*\)/\1/p' Makefile

train: $(VENV)/installed
	@$(VENV)/bin/bpcli train $(CONFIG) $(ARGS)

test: $(VENV)/installed-dev
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy --strict bpcli
	$(VENV)/bin/pytest -q -n auto

# What old packages find deprecated in one another is not for us, and torture asks nothing of their versions that the
# other tests do not.
lowest: $(LOWEST)/installed
	$(LOWEST)/bin/pytest -q -n auto -W ignore::DeprecationWarning --ignore=tests/torture

parity: $(PARITY)/installed
	$(PARITY)/bin/pytest -q tests/parity

torture: $(VENV)/installed-dev
	@$(VENV)/bin/python -m torture $(if $(OUTPUT),--output $(OUTPUT)) $(ARGS)

coverage: $(VENV)/installed-dev
	$(VENV)/bin/pytest -q -n auto --cov --cov-report=term:skip-covered --ignore=tests/torture

mutants: $(MUTANTS)/installed
	rm -rf mutants
	$(MUTANTS)/bin/mutmut run 'bpcli.plain_data.*'   # makes them all, and learns which test runs through which function
	cd mutants && ../$(MUTANTS)/bin/python -m pytest -q -s --tb=no -p no:cacheprovider -p tests.mutants

bench: $(BENCH)/installed
	@$(BENCH)/bin/python -m benchmarks $(if $(MNIST),--mnist $(MNIST)) --output $(or $(OUTPUT),benchmark) $(ARGS)

clean:
	rm -rf $(VENV) $(LOWEST) $(PARITY) $(BENCH) $(MUTANTS) mutants build bpcli.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage
	find bpcli tests benchmarks torture -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamps: an environment is made once, and filled again where pyproject.toml is newer.

$(VENV)/installed: $(VENV)/created pyproject.toml
	$(VENV)/bin/pip install -q -e .
	@touch $@

$(VENV)/installed-dev: $(VENV)/created pyproject.toml
	$(VENV)/bin/pip install -q -e '.[dev]'
	@touch $@ $(VENV)/installed

$(LOWEST)/installed: $(LOWEST)/created pyproject.toml
	$(LOWEST)/bin/pip install -q uv
	$(LOWEST)/bin/uv pip install -q --python $(LOWEST)/bin/python --resolution lowest-direct --upgrade -e '.[dev]'
	@touch $@

$(PARITY)/installed: $(PARITY)/created pyproject.toml
	$(PARITY)/bin/pip install -q -e '.[dev,parity]'
	@touch $@

$(MUTANTS)/installed: $(MUTANTS)/created pyproject.toml
	$(MUTANTS)/bin/pip install -q -e '.[dev,mutants]'
	@touch $@

$(BENCH)/installed: $(BENCH)/created pyproject.toml
	$(BENCH)/bin/pip install -q -e '.[bench]'
	@touch $@

$(LOWEST)/created: PYTHON := python3.11

$(VENV)/created $(LOWEST)/created $(PARITY)/created $(BENCH)/created $(MUTANTS)/created:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo 'bpcli needs Python 3.11 or newer: say which with make PYTHON=python3.12' >&2; exit 1; }
	$(PYTHON) -m venv $(@D)
	@touch $@
