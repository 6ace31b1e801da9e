# make demo    the 60-second tour
# make test    everything CI runs: format, vet, staticcheck, tests with -race
# make bench   edgesim beside its peers, as ratios
# make lint    format, vet and staticcheck alone
# make build   the static binary, in bin/
# make prebuilt  what the images are made of where none can be pulled, in bin/

GO ?= go
STATICCHECK = $(GO) tool -modfile=tools/go.mod staticcheck

.PHONY: demo test bench lint build prebuilt fuzz

demo:
	$(GO) run ./cmd/edgesim demo

# -count=1: the tests in e2e build the program, which the test cache does not see.
test: lint
	$(GO) test -race -count=1 -timeout 15m ./...
	@$(GO) run ./internal/peers/cmd/missing

lint:
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); \
	if [ -n "$$unformatted" ]; then echo "gofmt would change:"; echo "$$unformatted"; exit 1; fi
	$(GO) vet ./...
	$(STATICCHECK) ./...

bench: build
	$(GO) run ./bench $(BENCH)

build:
	CGO_ENABLED=0 $(GO) build -trimpath -o bin/edgesim ./cmd/edgesim

prebuilt:
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags="-s -w" -o bin/edgesim ./cmd/edgesim
	CGO_ENABLED=0 $(GO) test -c -trimpath -o bin/compose-tests ./compose/tests

# FUZZTIME each, over every fuzz target of the module.
FUZZTIME ?= 20s
fuzz:
	@for pkg in $$($(GO) list ./...); do \
	  for target in $$($(GO) test -list '^Fuzz' $$pkg | grep '^Fuzz'); do \
	    echo "$$pkg $$target"; $(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) $$pkg || exit 1; \
	  done; \
	done
