# TimeTracker. `make help` lists what there is.

SHELL         := /bin/bash
.SHELLFLAGS   := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS     += --no-print-directory

GOLANGCI_VERSION := v2.15.0
GOLANGCI         := .tools/golangci-lint-$(GOLANGCI_VERSION)
GOVULNCHECK      := .tools/govulncheck-v1.8.0
GITLEAKS         := .tools/gitleaks-v8.30.1
CYCLONEDX_VERSION := v1.10.0
CYCLONEDX         := .tools/cyclonedx-gomod-$(CYCLONEDX_VERSION)
BICEP            := deploy/tools/azure/node_modules/.package-lock.json
BINARY           := bin/timetracker
EXTENSION_SOURCE := $(shell find extension/src extension/host -type f 2>/dev/null) $(wildcard extension/*.html extension/*.ts extension/*.json) internal/money/iso4217.json internal/privacy/notices.json
NPM              := npm --prefix extension

# Build, lint and tests compile with the same flags, so that each package is compiled once for all of them.
export GOFLAGS := -trimpath $(GOFLAGS)

.PHONY: dev
dev: $(BINARY) ## start the product on this machine; pass flags as ARGS="--listen 127.0.0.1:9080"
	@exec $(BINARY) dev $(ARGS)

.PHONY: browser
browser: chromium ## open Chromium with a throw-away profile that trusts the running dev's certificates
	@deploy/dev/browser.sh $(ARGS)

.PHONY: build
build: $(BINARY) ## build bin/timetracker with the extension in it

.PHONY: test
test: ## run all tests; installs what they need
	@failed=""; \
	for suite in test-extension test-go test-image test-e2e; do \
		echo "== make $$suite"; \
		$(MAKE) $$suite || failed="$$failed $$suite"; \
	done; \
	[ -z "$$failed" ] || { echo "FAILED:$$failed (each runs alone by its name)"; exit 1; }; \
	echo "PASSED: test-extension test-go test-image test-e2e"

# Most of the time would be spent in others' code that parses. It is left out of the race detector, and the checks of unsafe
# pointers are left out everywhere. All that calls this code is checked. A package can be left out only if it shares nothing by
# atomics or sync.Map: the detector would not see what these order, and report races that are none.
PARSERS   := modernc.org/... regexp github.com/santhosh-tekuri/... github.com/sqlc-dev/...
RACEFLAGS := -race -gcflags=all=-d=checkptr=0 $(foreach parser,$(PARSERS),-gcflags='$(parser)=-d=checkptr=0 -race=false')

.PHONY: test-go
test-go: bin/.extension zones compiler fonts ## run the Go tests with the race detector
	@go test $(RACEFLAGS) -timeout 30m ./...
	@[ -n "$${TIMETRACKER_TEST_SQLSERVER_URL:-}" ] || \
		echo "NOT RUN: the store's tests on SQL Server; see make test-sqlserver"

# Docker is needed unless TIMETRACKER_TEST_SQLSERVER_URL names a server on which databases may be created and dropped. The
# container and what it holds are removed at the end.
.PHONY: test-sqlserver
test-sqlserver: zones ## run the tests of the store on SQL Server, in a container unless one is named
	@if [ -z "$${TIMETRACKER_TEST_SQLSERVER_URL:-}" ]; then \
		compose="docker compose --project-name timetracker-test --file deploy/compose.yaml"; \
		$$compose version >/dev/null || { echo "needs Docker with Compose, or TIMETRACKER_TEST_SQLSERVER_URL"; exit 1; }; \
		export TIMETRACKER_SQLSERVER_PASSWORD="Aa1$$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')"; \
		export TIMETRACKER_API_PORT=18080 TIMETRACKER_WEBHOOK_PORT=18081; \
		trap "$$compose down --volumes" EXIT; \
		$$compose up --wait; \
		address="127.0.0.1:$${TIMETRACKER_SQLSERVER_PORT:-14333}"; \
		export TIMETRACKER_TEST_SQLSERVER_URL="sqlserver://sa:$$TIMETRACKER_SQLSERVER_PASSWORD@$$address?TrustServerCertificate=true"; \
	fi; \
	go test -count=1 -timeout 30m ./internal/sqlstore/... && \
	go test -count=1 -timeout 30m -run 'TestStoreKilled|TestAnEventTakesEffectOnce' ./internal/crashtest

.PHONY: test-extension
test-extension: extension/node_modules/.package-lock.json ## run the extension's unit tests
	@$(NPM) run --silent test

# The image is made without an engine, and run in namespaces of its own, for which a machine may lack the right.
.PHONY: test-image
test-image: $(BINARY) ## lay out the image without Docker, and serve from it
	@deploy/release/image.sh bin/.stage/image $(BINARY)
	@alone=""; unshare --mount --net --pid --fork true 2>/dev/null || alone="-skip TestServeFromTheImage"; \
	TIMETRACKER_TEST_STAGE="$(CURDIR)/bin/.stage" go test -C deploy/tools $$alone ./... ; \
	[ -z "$$alone" ] || echo "NOT RUN: the image itself, since this machine lets nobody unshare mounts, network and processes"

.PHONY: test-e2e
test-e2e: $(BINARY) chromium ## run the end-to-end tests in Chromium
	@$(NPM) run --silent e2e

.PHONY: lint
lint: $(GOLANGCI) extension/node_modules/.package-lock.json $(BICEP) bin/.extension zones ## check style, types and generated code
	@$(GOLANGCI) run ./...
	@cd deploy/tools && ../../$(GOLANGCI) run ./...
	@go test -C deploy/tools -run 'Dockerfile|Compose' ./...
	@npm --prefix deploy/tools/azure --silent test
	@$(NPM) run --silent lint
	@$(NPM) run --silent check
	@go generate ./api
	@$(NPM) run --silent generate
	@git diff --exit-code -- api/server.gen.go extension/src/api/schema.gen.ts || \
		{ echo "generated code is not what api/openapi.yaml says; commit the above"; exit 1; }

.PHONY: audit
audit: $(GOVULNCHECK) $(GITLEAKS) zones bin/.extension ## look for known weaknesses and for secrets; needs vuln.go.dev (or GOVULNDB=file:///copy) and npm
	@node deploy/audit/audit.mjs $(GOVULNCHECK) $(GITLEAKS)

.PHONY: bench
bench: zones ## measure against floors and a revision in the same run; ROUNDS=9 measures longer; see docs/performance.md
	@go test -run '^$$' -bench . -benchtime $(or $(ROUNDS),5)x -timeout 60m ./internal/bench $(if $(BASE),-args -base $(BASE))

# Each of the two takes its time once for one process and once for two, and as long again for the rest.
.PHONY: load
load: zones ## hold the product under the traffic of 200 connections, ten minutes each; see docs/performance.md
	@go test -run '^$$' -bench Load -benchtime 1x -timeout 60m ./internal/bench -args -load 10m

.PHONY: soak
soak: zones ## the same for an hour each
	@go test -run '^$$' -bench Load -benchtime 1x -timeout 300m ./internal/bench -args -load 1h

.PHONY: vsix
vsix: bin/.extension ## pack the extension for the Marketplace into extension/out
	@$(NPM) run --silent vsix

.PHONY: release
release: $(CYCLONEDX) bin/.extension zones ## make all files of a release in out/, for the version of the git tag
	@CYCLONEDX="$(CURDIR)/$(CYCLONEDX)" deploy/release/release.sh out

.PHONY: clean
clean: ## remove what was built
	@rm -rf bin out .tools extension/dist/ext extension/dist/host extension/out $(ZONES)/*

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  make %-16s %s\n", $$1, $$2}'

# What the targets above are made of.

.PHONY: $(BINARY)
$(BINARY): bin/.extension zones
	@deploy/dev/build.sh $(BINARY)

# The program carries the time zones of the toolchain that builds it.
ZONES := internal/calendar/zoneinfo
.PHONY: zones
zones:
	@source="$$(go env GOROOT)/lib/time"; \
	cmp -s "$$source/zoneinfo.zip" $(ZONES)/zoneinfo.zip || { \
		sed -n 's/^DATA=//p' "$$source/update.bash" > $(ZONES)/version; \
		cp "$$source/zoneinfo.zip" $(ZONES)/zoneinfo.zip; \
	}

bin/.extension: extension/node_modules/.package-lock.json $(EXTENSION_SOURCE)
	@echo "building the extension …"
	@$(NPM) run --silent build
	@mkdir -p bin && touch $@

extension/node_modules/.package-lock.json: extension/package-lock.json
	@echo "installing npm packages (some 290 MB, most of them for the tests) …"
	@$(NPM) ci --no-audit --no-fund --loglevel error
	@touch $@

# A grammar of Bicep. Its WebAssembly is in the package, so that nothing is compiled.
$(BICEP): deploy/tools/azure/package-lock.json
	@npm --prefix deploy/tools/azure ci --ignore-scripts --no-audit --no-fund --loglevel error >/dev/null
	@touch $@

$(GOLANGCI):
	@echo "building golangci-lint $(GOLANGCI_VERSION) (once, a few minutes) …"
	@GOBIN="$(CURDIR)/.tools" go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_VERSION)
	@mv .tools/golangci-lint $@

$(GOVULNCHECK):
	@GOBIN="$(CURDIR)/.tools" go install golang.org/x/vuln/cmd/govulncheck@$(lastword $(subst -, ,$@)) && mv .tools/govulncheck $@

$(GITLEAKS):
	@echo "building $(notdir $@) (once, some minutes) …"
	@GOBIN="$(CURDIR)/.tools" go install github.com/zricethezav/gitleaks/v8@$(lastword $(subst -, ,$@)) && mv .tools/gitleaks $@
$(CYCLONEDX):
	@echo "building cyclonedx-gomod $(CYCLONEDX_VERSION) (once) …"
	@GOBIN="$(CURDIR)/.tools" go install github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@$(CYCLONEDX_VERSION)
	@mv .tools/cyclonedx-gomod $@

SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)

.PHONY: chromium
chromium:
	@command -v chromium >/dev/null || { echo "installing Chromium …"; \
		$(SUDO) apt-get update -qq && $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; }

# Fonts for the names in the tests, and a reader that gives names back.
FONTS := fonts-wqy-microhei fonts-noto-ui-core poppler-utils

.PHONY: fonts
fonts:
	@[ "$$(dpkg-query --show --showformat '$${db:Status-Status}\n' $(FONTS) 2>/dev/null | grep -cx installed)" = $(words $(FONTS)) ] || { \
		echo "installing fonts …"; $(SUDO) apt-get update -qq && \
		$(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(FONTS) >/dev/null; }

# The race detector needs a C compiler.
.PHONY: compiler
compiler:
	@command -v gcc >/dev/null || { echo "installing gcc …"; \
		$(SUDO) apt-get update -qq && $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq gcc libc6-dev >/dev/null; }
