# Everything there is to do in this tree: `make help`. The work is done by CMake presets and tools/build.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:

PYTHON := /usr/bin/python3 -B
JOBS ?= $(shell nproc)
PRESET ?= release
BUILD := build/$(PRESET)
DATA ?= data
LISTEN ?= 127.0.0.1:8080
SECONDS ?= 60
SEED ?= 1
ROUNDS ?= 50
MINUTES ?= 10
FAULTS ?=
RUNS ?= 1
TIER ?= 1
PREFIX ?= /usr/local
SCENARIOS ?=
STORY ?=
SERVER ?=
KEEP ?=
COVERAGE ?=
MESSAGES ?= 10000000
DESTDIR ?=
# The Node that tools/build/node.sh brought, where this machine's own is too old.
export PATH := $(CURDIR)/build/tools/node/bin:$(PATH)

say = printf '\033[1m==>\033[0m %s\n'
# Configures only when it was never done: ninja does it again by itself when a CMake file changed.
configure = if [[ ! -f build/$(1)/build.ninja ]]; then $(say) "Configuring preset $(1)"; cmake --preset $(1) >build-$(1).log 2>&1 \
  || { cat build-$(1).log; echo "Configuring failed: see above. 'make clean' and another try help after an upgrade."; exit 1; }; \
  mkdir -p build && mv build-$(1).log build/$(1)/configure.log; fi
compile = $(call configure,$(1)); cmake --build build/$(1) -j $(JOBS) $(2) \
  || { echo "The build failed: the first 'error:' above says where."; exit 1; }

.PHONY: help run build test unit stories screens pictures lint format generate fuzz sim sim-coverage mutants plug hostile soak asan tsan bench bench-web bench-store bench-report install deb deb-test clean setup

help: ## Show this list
	@printf 'Parley. From clone to chat: make run\n\n'
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20
	@printf '\nVariables: JOBS=%s PRESET=%s DATA=%s LISTEN=%s SECONDS=%s PREFIX=%s\n' '$(JOBS)' '$(PRESET)' '$(DATA)' '$(LISTEN)' '$(SECONDS)' '$(PREFIX)'

run: ## Install what is missing, build server and web app, and start them on http://127.0.0.1:8080
	@tools/build/setup.sh build
	@$(call compile,release,--target parleyd parley)
	@$(say) "Starting build/release/bin/parleyd on http://$(LISTEN) with its data in $(abspath $(DATA)) (Ctrl-C stops it)"
	@$(say) "Next, in another terminal: build/release/bin/parley signup YOUR_HANDLE    (README.md has the rest)"
	@$(say) "Or in a browser: open http://$(LISTEN)"
	@exec build/release/bin/parleyd --data '$(DATA)' --listen '$(LISTEN)'

setup: ## Install everything that building, testing and linting need
	@tools/build/setup.sh build test lint

build: ## Build everything (PRESET=release, asan or tsan)
	@tools/build/setup.sh build
	@$(call compile,$(PRESET),)
	@$(say) "Binaries are in $(BUILD)/bin"

test: ## Set up, build, and run every test
	@tools/build/setup.sh build test
	@$(call compile,$(PRESET),)
	@rm -rf $(BUILD)/results && mkdir -p $(BUILD)/results
	@$(say) "Testing"
	@status=0; ctest --test-dir $(BUILD) -j $(JOBS) --output-on-failure --output-junit results/ctest.junit || status=$$?; \
	  $(PYTHON) tools/build/test_summary.py $(BUILD)/results $(BUILD)/results/ctest.junit || status=1; \
	  if ((status)); then echo "Run one alone: ctest --test-dir $(BUILD) -R NAME --output-on-failure"; fi; exit $$status

unit: ## Build and run the unit tests only
	@$(call compile,$(PRESET),--target tests)
	@ctest --test-dir $(BUILD) -j $(JOBS) -L unit --output-on-failure

stories: ## Play what people do with the web app in Chromium (STORY=offline for those whose file is called so)
	@tools/build/setup.sh build test
	@$(call compile,release,--target parleyd)
	@PARLEY_BIN=$(abspath build/release/bin) npx playwright test -c web/e2e $(STORY)

screens: ## Look at every screen of the web app with every theme, size and direction; pictures go to build/web-e2e/screens
	@tools/build/setup.sh build test
	@$(call compile,release,--target parleyd)
	@SCREENS=all PARLEY_BIN=$(abspath build/release/bin) npx playwright test -c web/e2e screens

pictures: ## Make the pictures of README.md in docs/images
	@tools/build/setup.sh build test
	@$(call compile,release,--target parleyd)
	@SCREENS=readme PARLEY_BIN=$(abspath build/release/bin) npx playwright test -c web/e2e screens

lint: ## Check format, clang-tidy, layers, generated pages, and the TypeScript's types and style
	@tools/build/setup.sh build lint
	@$(call compile,release,--target parley_tables parley_proto_sources)
	@$(PYTHON) tools/build/check_layers.py || { echo "What a layer may include is in docs/architecture.md."; exit 1; }
	@$(PYTHON) tools/build/generate.py --proto proto --docs docs --typescript sdk/src/gen --check
	@npm run --silent lint && npm run --silent types
	@$(PYTHON) tools/build/lint.py --build build/release --jobs $(JOBS)
	@$(say) "Lint is clean"

format: ## Format the C++ in place
	@tools/build/setup.sh lint
	@$(PYTHON) tools/build/lint.py --fix

generate: ## Write docs/errors.md, docs/limits.md and sdk/src/gen again from proto/
	@$(PYTHON) tools/build/generate.py --proto proto --docs docs
	@npm run --silent generate

fuzz: ## Run every fuzzer for SECONDS each
	@tools/build/setup.sh build
	@$(call compile,fuzz,--target fuzzers)
	@$(call compile,release,--target parley_sim)
	@build/release/bin/parley_sim --corpus build/fuzz/simulated 1 50 >build/fuzz/simulated.log 2>&1 \
	  || echo "The simulator failed, and the fuzzers start from what it wrote until then and from tests/fuzz/corpus; its output is in build/fuzz/simulated.log"
	@$(PYTHON) tools/build/run_fuzzers.py --build build/fuzz --seconds $(SECONDS) --simulated build/fuzz/simulated

sim: ## Run the simulator: SEED=7 replays one seed, KEEP=0-7,12 some of its steps, RUNS=n tries n seeds from there, MINUTES=n new ones on all cores and then their line coverage (COVERAGE=no: without), TIER=2 over the real store
	@tools/build/setup.sh build
	@$(call compile,release,--target parley_sim)
	@status=0; $(BUILD)/bin/parley_sim --tier $(TIER) --jobs $(JOBS) --shrink 60 $(if $(KEEP),--keep $(KEEP)) \
	  $(if $(filter command line environment,$(origin MINUTES)),--minutes $(MINUTES) \
	    $(if $(filter command line environment,$(origin SEED)),$(SEED)),$(SEED) $(RUNS)) || status=$$?; \
	  $(if $(filter command line environment,$(origin MINUTES)),$(if $(filter no,$(COVERAGE)),,make --no-print-directory sim-coverage || status=$$?;)) \
	  exit $$status

sim-coverage: ## Run RUNS=300 seeds, and 30 over the real store, and tell which lines of the server they reach
	@tools/build/setup.sh build coverage
	@$(call compile,coverage,--target parley_sim)
	@$(PYTHON) tools/build/sim_coverage.py --jobs $(JOBS) $(if $(filter command line environment,$(origin RUNS)),--runs $(RUNS))

mutants: ## Break each promise on purpose (ONLY="a b" for some) and see the simulator notice, within RUNS=300 seeds
	@tools/build/setup.sh build
	@$(PYTHON) tools/build/mutants.py --jobs $(JOBS) $(if $(ONLY),--only $(ONLY)) \
	  $(if $(filter command line environment,$(origin RUNS)),--runs $(RUNS))

plug: ## Kill the server under load, ROUNDS=50 times, and check everything after each
	@tools/build/setup.sh build test
	@$(call compile,release,--target parleyd)
	@PARLEY_PLUG_ROUNDS=$(ROUNDS) PARLEY_BIN=$(abspath build/release/bin) PARLEY_GEN=$(abspath build/release/gen/python) \
	  $(PYTHON) -m pytest -q -s -p no:cacheprovider tests/e2e/test_plug.py -k kill_9_under_load

hostile: ## Lie to a server over the whole contract: SERVER=http://… for one of your own, else it starts one
	@tools/build/setup.sh build test
	@$(call compile,release,--target parleyd)
	@PARLEY_BIN=$(abspath build/release/bin) PARLEY_GEN=$(abspath build/release/gen/python) PYTHONPATH=tests \
	  $(PYTHON) -m hostile $(if $(SERVER),--server '$(SERVER)') $(if $(filter command line environment,$(origin SEED)),--seed $(SEED))

soak: ## Everything that can fail fails under load for MINUTES=10 (SEED=7 for one schedule, FAULTS="pause,net cut" for some)
	@tools/build/setup.sh build test soak
	@$(call compile,release,--target parleyd)
	@PARLEY_BIN=$(abspath build/release/bin) $(PYTHON) tests/soak/soak.py --minutes $(MINUTES) --faults "$(FAULTS)" \
	  $(if $(filter file,$(origin SEED)),,--seed $(SEED))

asan: ## Build with AddressSanitizer and UBSan and run the suite
	@$(MAKE) --no-print-directory test PRESET=asan

tsan: ## Build with ThreadSanitizer and run the suite
	@$(MAKE) --no-print-directory test PRESET=tsan

bench: ## Run the standard set of load tests (SCENARIOS="direct group" for some) and draw the results
	@tools/build/setup.sh build bench
	@$(call compile,release,--target parleyd parley-bench parley-bare-publisher)
	@$(PYTHON) tools/build/bench.py --bin build/release/bin $(SCENARIOS)

bench-store: ## Fill a store with MESSAGES messages and measure it (ten million: several minutes, 10 GB of disk)
	@tools/build/setup.sh build bench
	@$(call compile,release,--target parleyd parley-bench)
	@$(PYTHON) tools/build/bench.py --bin build/release/bin --store --messages $(MESSAGES)

bench-web: ## Measure the web app in Chromium (BENCH=send for those whose file is called so)
	@tools/build/setup.sh build test
	@$(call compile,release,--target parleyd)
	@[[ -d web/bench/lighthouse/node_modules ]] || npm ci --silent --prefix web/bench/lighthouse
	@PARLEY_BIN=$(abspath build/release/bin) npx playwright test -c web/bench $(BENCH)

bench-report: ## Write the last results of bench and bench-store into docs/performance.md
	@$(PYTHON) tools/build/bench.py --publish docs/performance.md

install: ## Install binaries, man pages and documentation under PREFIX (below DESTDIR)
	@tools/build/setup.sh build
	@$(call compile,release,)
	@DESTDIR='$(DESTDIR)' cmake --install build/release --prefix '$(PREFIX)'

deb: ## Make the Debian packages in build/deb
	@tools/build/setup.sh build deb
	@$(call compile,release,--target parleyd parley parley-bench man_pages)
	@$(say) "Packing"
	@tools/build/deb.sh
	@lintian --allow-root --fail-on error,warning --info build/deb/*.changes
	@$(say) "Install with: apt install ./$$(echo build/deb/parley_*.deb)"

deb-test: deb ## Install, upgrade, remove and purge the package in a Debian of its own (as root)
	@tools/build/setup.sh deb-test
	@$(PYTHON) tools/build/deb_test.py

clean: ## Remove everything that was built (never ./data)
	@rm -rf build
