# make train   a network trained and shown        make test    everything that CI checks
# make parity  gradients and runs against PyTorch  make bench   bpcli beside a bare NumPy loop

PYTHON ?= python3
CONFIG ?= configs/xor.yaml
ARGS   ?=

VENV   := .venv
BIN    := $(VENV)/bin
PARITY := .venv-parity

.PHONY: train test parity bench clean

train: $(VENV)/.installed
	$(BIN)/bpcli train $(CONFIG) $(ARGS)

test: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict bpcli
	$(BIN)/pytest -q -n auto

parity: $(PARITY)/.installed
	$(PARITY)/bin/pytest -q tests/parity

bench: $(VENV)/.installed
	$(BIN)/python benchmarks/bare_loop.py configs/mnist.yaml $(ARGS)

clean:
	rm -rf $(VENV) $(PARITY) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(VENV)/.installed: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "bpcli needs Python 3.11 or later: make PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

$(PARITY)/.installed: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "bpcli needs Python 3.11 or later: make PYTHON=python3.11")'
	$(PYTHON) -m venv $(PARITY)
	$(PARITY)/bin/python -m pip install --quiet --disable-pip-version-check torch==2.13.0
	$(PARITY)/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@
