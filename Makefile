# Two commands: `make maps` and `make test`; `make report` for Word, HTML, PDF and slides. Each sets up all that it
# needs in .venv (PDF needs the system's Pango besides).
PYTHON ?= python3
BIN := .venv/bin

# rules for the pages' own scripts; allowed: what older browsers need, Leaflet's names, helpers beside their use
SCRIPT_RULES := --deny-warnings -D correctness -D suspicious -D perf -A unicorn/no-array-sort \
  -A unicorn/no-array-reverse -A no-underscore-dangle -A unicorn/prefer-add-event-listener \
  -A unicorn/consistent-function-scoping -A oxc/no-map-spread

.PHONY: maps report test bench lint clean

maps: .venv/run.stamp
	$(BIN)/eppv-atlas --atlas . build

report: .venv/report.stamp
	mkdir -p reports
	$(BIN)/eppv-atlas --lang zh --atlas . figure national --to pdf --out reports/national.pdf
	$(BIN)/eppv-atlas --lang zh --atlas . report --out reports/atlas-zh.docx
	$(BIN)/eppv-atlas --lang en --atlas . report --out reports/atlas-en.docx
	$(BIN)/eppv-atlas --lang zh --atlas . report --out reports/atlas-zh.html
	$(BIN)/eppv-atlas --lang zh --atlas . report --out reports/atlas-zh.pptx
	$(BIN)/eppv-atlas --lang en --atlas . report --out reports/atlas-en.md
	$(BIN)/eppv-atlas --lang en --atlas . report --out reports/atlas-en.qmd
	$(BIN)/eppv-atlas --lang zh --atlas . table comparison --out reports/comparison.xlsx
	$(BIN)/eppv-atlas --lang zh --atlas . report --out reports/atlas-zh.pdf

test: .venv/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/oxlint $(SCRIPT_RULES) src/eppv_atlas/render/static src/eppv_atlas/report/static
	$(BIN)/pytest

bench: .venv/dev.stamp
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[bench]'
	$(BIN)/python benchmarks/area.py --stream 5000000
	$(BIN)/python benchmarks/tally.py
	$(BIN)/python benchmarks/maps.py
	$(BIN)/python benchmarks/figures.py --reports

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; name it: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 2; }
	$(PYTHON) -m venv .venv

.venv/run.stamp: pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

.venv/report.stamp: pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[pdf]'
	@touch $@ .venv/run.stamp

.venv/dev.stamp: pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@ .venv/report.stamp .venv/run.stamp

clean:
	rm -rf .venv maps reports
