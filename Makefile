# Every target visits every module: "./..." stops at the border of a module.
MODULES  := $(shell find . -name go.mod -not -path './bin/*' -exec dirname {} \; | sort)
LINTER   := $(CURDIR)/bin/golangci-lint
APIDIFF  := $(CURDIR)/bin/apidiff
BASE     ?=
FUZZTIME ?= 30s
RACES    ?= 10000
MUTANTS  ?= 20000
UNIVERSES ?= 20000
CRASHES  ?= 2000
CUTS     ?= 20000
ROUNDS   ?= 50
BENIGN   ?= 16
SEED     ?= $(shell date +%s)
TESTFLAGS ?=
E2EFLAGS ?=

# each,COMMAND runs COMMAND in every module; it continues after a failure and fails at the end.
each = @failed=; for m in $(MODULES); do (cd $$m && $(1)) || failed="$$failed $$m"; done; \
	[ -z "$$failed" ] || { echo "$@ failed in:$$failed" >&2; exit 1; }

.DEFAULT_GOAL := help
.PHONY: help build test lint fmt vet tidy outdated bench soak microbench fuzz differential universes crashes powercuts builders races api cross cross-windows cross-darwin e2e nightly cover graph weight check prerequisites

help: ## list the targets
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

build: ## compile everything
	$(call each,go build ./...)

test: prerequisites ## run all tests, with the race detector, never from the cache
	$(call each,go test -race -count=1 $(TESTFLAGS) ./...)

lint: vet fmt $(LINTER) ## go vet, gofmt and golangci-lint
	@$(LINTER) config verify --config $(CURDIR)/.golangci.yml
	$(call each,$(LINTER) run --config $(CURDIR)/.golangci.yml ./...)

vet: ## go vet
	$(call each,go vet ./...)

fmt: ## name the files that gofmt would change
	@files=$$(gofmt -l $$(find . -name '*.go' -not -path './bin/*')); [ -z "$$files" ] || { echo "gofmt would change:"; echo "$$files"; exit 1; }

tidy: ## go mod tidy
	$(call each,go mod tidy)

outdated: ## name the required modules that have newer releases
	@.ci/outdated $(MODULES)

bench: prerequisites ## time the library against the tools that a script would use
	go -C examples run ./bench

soak: ## put packd under load: 500 readers beside 50 installations; 8 processes x 1,000 operations on one root, with kills, over each kind of records, and 32 x 200 beside readers; three hosts on one root; 25,000 crashes
	go -C examples run ./packd/soak
	go -C registry/historytest test -count=1 -v -timeout=1h -run='TestLinearizable|TestHosts' . -operations=1000
	go -C registry/historytest test -count=1 -v -timeout=1h -run=TestHostile . -crowd=200
	$(MAKE) crashes CRASHES=25000 SEED=$(SEED)

microbench: ## run the Go benchmarks of every package
	$(call each,go test -run='^$$' -bench=. -benchmem ./...)

fuzz: ## fuzz every parser for FUZZTIME (30s)
	@.ci/fuzz $(FUZZTIME)

races: ## copy a directory RACES (10000) times while it changes, in each of several ways
	go test -count=1 -timeout=4h ./source/localsource -run=TestHostile/I06_races -races=$(RACES)

differential: prerequisites ## compare MUTANTS (20000) changed archives with other unpackers, and pack many
	go test -count=1 -v -timeout=1h -run='TestDifferential|TestBenign' ./internal/archive/differential -mutants=$(MUTANTS) -seed=$(SEED) -benign=$(BENIGN)

universes: prerequisites ## compare UNIVERSES (20000) choices of versions with all selections, and with a SAT solver
	PACK_UNIVERSES=$(UNIVERSES) go test -count=1 -v -timeout=1h -run='TestRandom|TestUniverses' ./internal/solve ./deps ./installer/pipeline -seed=$(SEED)
	PACK_UNIVERSES=$(UNIVERSES) go -C internal/solve/sattest test -count=1 -v -timeout=1h . -seed=$(SEED)

crashes: prerequisites ## interrupt operations on roots CRASHES (2000) times, at each step and in each way
	go -C registry/crashtest test -count=1 -v -timeout=4h -run='TestFailpoints|TestPlantedFaults' . -runs=$(CRASHES) -seed=$(SEED)

builders: prerequisites ## have 16 processes build 4 environments ROUNDS (50) times; some are killed, some stopped
	go test -count=1 -v -timeout=2h -run=TestManyProcesses ./envbuild -rounds=$(ROUNDS)

powercuts: prerequisites ## cut the power CUTS (20000) times on roots in ext4, btrfs and xfs; Linux, as root
	go -C registry/crashtest test -count=1 -v -timeout=10h -run=TestHostile/M07 . -cuts=$(CUTS) -seed=$(SEED)

e2e: prerequisites ## build environments from the public package registries; E2EFLAGS=-every for those of all packs of the corpus
	go -C examples test -count=1 -v -timeout=2h -tags=e2e ./e2e/... $(E2EFLAGS)

nightly: prerequisites ## run the checks that take hours: five seeds of the differential, universes, longer races and fuzzing, e2e, soak
	@.ci/nightly

cover: ## print the coverage of every package
	$(call each,go test -cover ./...)

api: $(APIDIFF) ## print the differences of the exported API from BASE: the last tag or, without one, the previous commit
	@.ci/api "$(BASE)" $(filter-out ./internal/tools,$(MODULES))

cross: cross-windows cross-darwin ## compile and vet everything, tests too, for Windows and macOS

cross-windows cross-darwin: cross-%:
	$(call each,GOOS=$* go build ./... && GOOS=$* go vet -tags=e2e ./...)

graph: ## print the dependencies between the rooms
	@go test -count=1 -v -run='^TestGraph$$' .

weight: ## measure four small host programs
	go run ./internal/house/weight

check: build lint test weight ## run all checks that have to pass before a merge

prerequisites:
	@.ci/prerequisites

$(LINTER): internal/tools/go.mod
	GOBIN=$(CURDIR)/bin go -C internal/tools install github.com/golangci/golangci-lint/v2/cmd/golangci-lint
	@touch $@

$(APIDIFF): internal/tools/go.mod
	GOBIN=$(CURDIR)/bin go -C internal/tools install golang.org/x/exp/cmd/apidiff
	@touch $@
