# Two verbs for a newcomer (demo, test), five for a developer (test-all, sweep, bench, lint, golden).
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: demo test test-all sweep bench lint golden clean

demo: $(READY)  ## a film from specs/detective.yaml, without any API key
	$(BIN)/manjuc build --preview specs/detective.yaml

test: $(READY) lint  ## lint, types and the tests: less than two minutes
	$(BIN)/python -m pytest -n auto --dist loadscope --no-loadscope-reorder

test-all: $(READY)  ## the long tests too: faults, kills, two dialects more, displays
	$(BIN)/python -m pytest -n auto --dist loadscope --no-loadscope-reorder --all

sweep: $(READY)  ## every fault, and every point at which to be killed or to find the disk full; half an hour
	$(BIN)/python -m pytest --sweep -s tests/test_faults.py tests/test_sweep.py

bench: $(READY)  ## a thousand paid calls against a late and faulty relay; some four minutes on a machine with nothing else to do
	$(BIN)/python tests/benchmarks/paid_calls.py
	$(BIN)/python tests/benchmarks/front_end.py

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

golden: $(READY)  ## write the golden files anew; review their diff as code
	$(BIN)/python -m pytest --update-golden

clean:
	rm -rf $(VENV) build .manjuc

$(READY): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $(READY)
