GOLANGCI_LINT_VERSION = v2.15.0
WORKFLOWCHECK_VERSION = v0.6.0

# Tools are built once per version, into .dev/bin.
TOOLS = $(CURDIR)/.dev/bin
GOLANGCI_LINT = .dev/bin/golangci-lint-$(GOLANGCI_LINT_VERSION)
WORKFLOWCHECK = .dev/bin/workflowcheck-$(WORKFLOWCHECK_VERSION)

# Further flags for the tests, for instance: make test GOTESTFLAGS='-run Daily -v'
GOTESTFLAGS =

# The race detector. Without it, tests take less time: make test RACE=
RACE = -race

# Tests of a package that run side by side. Those with servers wait more than they compute, so more than one a core.
PARALLEL = 6

# Flags for the benchmark, for instance: make bench BENCHFLAGS='--millions 3,10 --skew one-hit'
BENCHFLAGS =

# How long each fuzz test runs, for instance: make fuzz FUZZTIME=10m
FUZZTIME = 1m

# What a long run under faults is made of, for instance: make chaos FAULTS=60 DAYS=10 SEED=7 REPLICAS=2
FAULTS = 300
DAYS = 30
SEED =
REPLICAS = 0

# How long the read side runs under faults, for instance: make chaos-api SECONDS=3600 SEED=7
SECONDS = 180

# Where make uitest puts its pictures. Those of the documentation are renewed by: make uitest PICTURES=$PWD/docs/images
PICTURES = $(CURDIR)/.dev/uitest

.DEFAULT_GOAL = help
.PHONY: help setup build demo dev test tidb fuzz chaos chaos-api failover uitest bench bench-api bench-growth bench-largest lint clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-13s %s\n", $$1, $$2 }' Makefile

setup: ## install what is missing: a database server, the Temporal dev server, a C compiler
	@sh internal/devstack/setup.sh

build: ## build the programs into bin/
	go build -o bin/ ./worker ./starter ./api

demo: setup build ## run the whole job on generated data, end to end
	./bin/starter demo

dev: setup build ## run the local stack with a worker, until interrupted
	./bin/starter dev

test: setup ## run all tests, on real servers
	go test $(RACE) -parallel $(PARALLEL) -timeout 30m $(GOTESTFLAGS) ./...

tidb: ## build a TiDB server for the tests (once, ten minutes) and print its path, for MYSQLD
	@internal/devstack/tidb.sh

fuzz: setup ## give every fuzz test of the repository FUZZTIME, one after the other
	@grep -ro --include='*_test.go' '^func Fuzz[A-Za-z0-9]*' . | sort | while IFS=: read -r file name; do \
		echo "$${file%/*}: $${name#func }"; \
		go test -run '^$$' -fuzz "^$${name#func }$$" -fuzztime $(FUZZTIME) "$${file%/*}" </dev/null || exit 1; \
	done

chaos: setup ## run days and weeks under random faults and compare every table (takes five to ten minutes); REPLICAS=2 scans on replicas
	CREATORPAY_CHAOS_FAULTS=$(FAULTS) CREATORPAY_CHAOS_DAYS=$(DAYS) CREATORPAY_CHAOS_REPLICAS=$(REPLICAS) CREATORPAY_TEST_SEED=$(SEED) \
		go test -count=1 -timeout 3h -v -run '^TestChaos$$' ./internal/e2e/chaos

chaos-api: setup ## read from two apis while servers and replicas fail, and compare every answer (takes three minutes)
	CREATORPAY_CHAOS_SECONDS=$(SECONDS) CREATORPAY_TEST_SEED=$(SEED) \
		go test -count=1 -timeout 24h -v -run '^TestReadSideUnderFaults$$' ./internal/e2e/readside

failover: setup ## kill the server that takes the writes in the middle of a day, with replicas, in a group of MySQL, in a cluster of Galera
	go test -count=1 -timeout 30m -v ./internal/e2e/failover

uitest: setup build ## use the Temporal UI and the creators' pages with a real browser (Chromium), taking pictures
	go test -C internal/uitest -count=1 -timeout 10m -v . -pictures "$(PICTURES)"

bench: setup build ## measure the daily run against an SQL script, a page reader, the floor and contestants from outside
	go run ./internal/bench measure $(BENCHFLAGS)

bench-api: setup build ## measure what readers wait for, and what they take from the daily run
	go run ./internal/bench api $(BENCHFLAGS)

bench-growth: setup build ## measure a week from its import to its audit, how that grows with the creators, and how fast mails are sent
	go run ./internal/bench growth $(BENCHFLAGS)

bench-largest: setup build ## measure a day of 300 million views (takes 50 GB of disk) and write what bigger days need
	go run ./internal/bench largest $(BENCHFLAGS)

lint: $(GOLANGCI_LINT) $(WORKFLOWCHECK) ## check format, style, and that workflows are deterministic
	@unformatted=$$(gofmt -l .); test -z "$$unformatted" || { echo "not formatted by gofmt:"; echo "$$unformatted"; exit 1; }
	go vet ./...
	$(GOLANGCI_LINT) run
	cd internal/uitest && "$(TOOLS)/$(notdir $(GOLANGCI_LINT))" run
	$(WORKFLOWCHECK) ./...

clean: ## remove what was built and all local data, but keep the tools
	rm -rf bin
	if [ -d .dev ]; then find .dev -mindepth 1 -maxdepth 1 ! -name bin -exec rm -rf {} +; fi

$(GOLANGCI_LINT):
	GOBIN="$(TOOLS)" go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_LINT_VERSION)
	mv .dev/bin/golangci-lint $@

$(WORKFLOWCHECK):
	GOBIN="$(TOOLS)" go install go.temporal.io/sdk/contrib/tools/workflowcheck@$(WORKFLOWCHECK_VERSION)
	mv .dev/bin/workflowcheck $@
