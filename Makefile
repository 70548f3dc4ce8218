# lcshealth. "make help" lists the targets.

GOLANGCI_VERSION := v2.15.0
GOLANGCI := build/bin/golangci-lint-$(GOLANGCI_VERSION)
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo devel)
LDFLAGS := -X main.release=$(VERSION)
TESTFLAGS ?=

export CGO_ENABLED ?= 0

.DEFAULT_GOAL := help

.PHONY: help
help: ## list the targets
	@awk -F':.*## ' '/^[a-z]+:.*## /{printf "  make %-7s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: build
build: ## build build/lcshealth
	go build -trimpath -ldflags '$(LDFLAGS)' -o build/lcshealth ./cmd/lcshealth

.PHONY: demo
demo: build ## check the simulated deployment, and write build/demo.html
	@build/lcshealth demo --report html=build/demo.html; code=$$?; \
	echo; echo "exit code $$code (1: causes are present); the same report as a page: build/demo.html"; \
	test $$code -eq 1

.PHONY: test
test: peers ## install the real peers (as root, on Debian) and run every test
	go test $(TESTFLAGS) ./...

.PHONY: race
race: peers ## the same with the race detector, without what is done many times over
	CGO_ENABLED=1 go test -race -short $(TESTFLAGS) ./...

.PHONY: peers
peers:
	@.ci/peers

.PHONY: lint
lint: $(GOLANGCI) ## gofmt, go vet, staticcheck and the other linters
	@unformatted=$$(gofmt -l .); if [ -n "$$unformatted" ]; then echo "not gofmt-clean:"; echo "$$unformatted"; exit 1; fi
	go vet ./...
	GOOS=windows go vet ./...
	$(GOLANGCI) run ./...

$(GOLANGCI):
	@mkdir -p $(@D)
	GOBIN=$(CURDIR)/$(@D)/.install go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_VERSION)
	@mv $(@D)/.install/golangci-lint $@ && rmdir $(@D)/.install

.PHONY: bench
bench: peers ## benchmarks against real peers on the same work; writes build/bench.md
	BENCH_REPORT=$(CURDIR)/build/bench.md go test -run '^$$' -bench . -benchtime 3x -timeout 60m ./...

.PHONY: check
check: lint test race ## everything that must pass before a change lands

.PHONY: dist
dist: ## binaries for Linux and Windows in dist/
	@mkdir -p dist
	GOOS=linux GOARCH=amd64 go build -trimpath -ldflags '-s -w $(LDFLAGS)' -o dist/lcshealth-linux-amd64 ./cmd/lcshealth
	GOOS=windows GOARCH=amd64 go build -trimpath -ldflags '-s -w $(LDFLAGS)' -o dist/lcshealth-windows-amd64.exe ./cmd/lcshealth
	@cd dist && sha256sum lcshealth-* > SHA256SUMS && cat SHA256SUMS
