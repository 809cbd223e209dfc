# Everything happens in virtual environments of this folder; nothing here
# needs the system's package manager. `make run` and `make test` work on a
# fresh clone.

PYTHON ?= python3
TORCH ?= torch==2.13.0
NODE ?= node

BIN := .venv/bin
INSTALLED := .venv/.installed
SDK2 := .venv-sdk2/.installed
NODE_SDK := tests/sdk/node/node_modules/.installed
OIDC := tests/oidc/provider/node_modules/.installed
LOCAL_MODEL := .venv-local-model/.installed

PIP := -m pip --disable-pip-version-check --no-input
COMPILE := $(BIN)/uv pip compile --quiet --generate-hashes --no-header --universal --python-version 3.11

.DEFAULT_GOAL := help
.PHONY: help install run test check format test-long test-sdk test-oidc test-local-model bench eval-redaction dashboards dashboards-pages lock clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1: /p' $(MAKEFILE_LIST)

install: $(INSTALLED) ## the environment in .venv, from hash-locked requirements

run: $(INSTALLED) ## serve on 127.0.0.1:8080 with the shipped policies
	$(BIN)/deepseek-gateway serve

test: $(INSTALLED) ## everything that is quick, on all cores
	$(BIN)/pytest -n auto --dist worksteal

check: $(INSTALLED) ## format, lint, types and import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(INSTALLED) ## rewrite in the one format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

test-long: $(INSTALLED) $(SDK2) $(NODE_SDK) $(OIDC) $(LOCAL_MODEL) ## what takes minutes or other environments, the three below included
	$(BIN)/pytest -m long

test-sdk: $(INSTALLED) $(SDK2) $(NODE_SDK) ## the official clients against the gateway
	$(BIN)/pytest -m "long or not long" tests/sdk

test-oidc: $(INSTALLED) $(OIDC) ## a real OpenID provider in front of the gateway
	$(BIN)/pytest -m "long or not long" tests/oidc

test-local-model: $(INSTALLED) $(LOCAL_MODEL) ## a real model server on the CPU behind the gateway
	$(BIN)/pytest -m "long or not long" tests/local_model

bench: $(INSTALLED) ## speed and memory, beside floors of the same run
	$(BIN)/python -m benchmarks

eval-redaction: $(INSTALLED) ## how well private data is found; writes docs/redaction-evaluation.md
	$(BIN)/python -m benchmarks.redaction $(PRESIDIO:%=--presidio %) $(PRESIDIO_MODEL:%=--presidio-model %)

dashboards: $(INSTALLED) ## write deploy/grafana/dashboards anew from monitoring/
	$(BIN)/python -m monitoring

dashboards-pages: $(INSTALLED) ## every dashboard and the rules as text in build/dashboard-pages/, from a real Prometheus and a gateway in use
	DASHBOARD_PAGES=build/dashboard-pages $(BIN)/pytest -m long tests/monitoring/test_live.py

lock: $(INSTALLED) ## choose versions anew and write their hashes
	$(COMPILE) --upgrade pyproject.toml -o requirements.lock
	$(COMPILE) --upgrade --extra dev --constraint requirements.lock pyproject.toml -o requirements-dev.lock
	$(COMPILE) --upgrade --extra fast --extra audit --constraint requirements-dev.lock pyproject.toml -o requirements-image.lock
	$(COMPILE) --upgrade --constraint requirements-dev.lock deploy/build.in -o requirements-build.lock
	$(COMPILE) --upgrade tests/sdk/requirements.in -o requirements-sdk2.lock
	$(COMPILE) --upgrade --override tests/local_model/overrides.txt --no-emit-package torch \
		tests/local_model/requirements.in -o requirements-local-model.lock

clean: ## remove the environments and caches
	rm -rf .venv .venv-sdk2 .venv-local-model tests/sdk/node/node_modules tests/oidc/provider/node_modules
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(INSTALLED): requirements-dev.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed; say which with PYTHON=...") if sys.version_info < (3, 11) else None'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python $(PIP) install -qq --require-hashes -r requirements-dev.lock
	$(BIN)/python $(PIP) install -qq --no-deps --no-build-isolation --editable .
	touch $@

$(SDK2): requirements-sdk2.lock
	test -x .venv-sdk2/bin/python || $(PYTHON) -m venv .venv-sdk2
	.venv-sdk2/bin/python $(PIP) install -qq --require-hashes -r requirements-sdk2.lock
	touch $@

$(NODE_SDK): tests/sdk/node/package.json
	cd tests/sdk/node && npm install --no-package-lock --no-audit --no-fund --silent
	touch $@

$(OIDC): tests/oidc/provider/package.json
	cd tests/oidc/provider && npm install --no-package-lock --no-audit --no-fund --silent
	touch $@

# Without torch first: its own pure-Python parts are in the lock with hashes,
# so that pip only adds the build of torch that fits this machine.
$(LOCAL_MODEL): requirements-local-model.lock
	test -x .venv-local-model/bin/python || $(PYTHON) -m venv .venv-local-model
	.venv-local-model/bin/python $(PIP) install -qq --require-hashes --no-deps -r requirements-local-model.lock
	.venv-local-model/bin/python $(PIP) install -qq "$(TORCH)"
	touch $@
