# Two commands: `make maps` and `make test`; `make report` for Word, HTML, PDF and slides. Each sets up all that it
# needs in .venv (PDF needs the system's Pango besides).
PYTHON ?= python3
BIN := .venv/bin

# rules for the pages' own scripts; allowed: what older browsers need, Leaflet's names, helpers beside their use
SCRIPT_RULES := --deny-warnings -D correctness -D suspicious -D perf -A unicorn/no-array-sort \
  -A unicorn/no-array-reverse -A no-underscore-dangle -A unicorn/prefer-add-event-listener \
  -A unicorn/consistent-function-scoping -A oxc/no-map-spread

.PHONY: maps report test bench lock lowest sbom audit clean

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
	$(BIN)/python benchmarks/scale.py
	$(BIN)/python benchmarks/many.py
	$(BIN)/python benchmarks/national.py
	$(BIN)/python benchmarks/server.py

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

# LOCKED=1 (CI): every package by its hash, as requirements/dev.txt has it
.venv/dev.stamp: pyproject.toml requirements/dev.txt requirements/checks.txt | .venv/bin/python
ifeq ($(LOCKED),1)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
else
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
endif
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/checks.txt
	@touch $@ .venv/report.stamp .venv/run.stamp

# the lock files anew, from pyproject.toml (needs uv)
COMPILE := uv pip compile --no-strip-extras --no-annotate --no-header --quiet --upgrade
lock:
	printf 'hatchling>=1.25\neditables\n' > .venv/build.in
	$(COMPILE) pyproject.toml .venv/build.in --extra dev --universal --python-version 3.11 --generate-hashes -o requirements/dev.txt
	$(COMPILE) pyproject.toml --extra pdf --universal --python-version 3.11 --generate-hashes -o requirements/run.txt
	$(COMPILE) pyproject.toml --extra pdf --python-version 3.11 --resolution lowest-direct -o .venv/lowest.in
	sed -i 's/\[[a-z]*\]//' .venv/lowest.in
	$(COMPILE) pyproject.toml .venv/build.in --extra dev --python-version 3.11 --constraint .venv/lowest.in --generate-hashes -o requirements/lowest.txt

# all tests but the browser's, with the oldest packages that pyproject.toml allows
lowest:
	$(PYTHON) -m venv .venv-lowest
	.venv-lowest/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/lowest.txt
	.venv-lowest/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	.venv-lowest/bin/python -m pytest -m 'not browser' -W default -p no:cacheprovider $(TESTS)

# what an installation brings along, with licences (needs network)
sbom:
	$(PYTHON) -m venv .venv-sbom
	.venv-sbom/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.txt
	$(PYTHON) -m venv .venv-tools
	.venv-tools/bin/python -m pip install --quiet --disable-pip-version-check cyclonedx-bom pip-audit
	.venv-tools/bin/cyclonedx-py environment --output-reproducible --short-PURLs --pyproject pyproject.toml --mc-type library -o docs/sbom.cdx.json .venv-sbom/bin/python
	$(PYTHON) scripts/third_party.py

# known vulnerabilities of the locked packages (needs network)
audit:
	$(PYTHON) -m venv .venv-tools
	.venv-tools/bin/python -m pip install --quiet --disable-pip-version-check pip-audit
	.venv-tools/bin/pip-audit --no-deps --disable-pip -r requirements/run.txt

clean:
	rm -rf .venv .venv-lowest .venv-sbom .venv-tools maps reports
