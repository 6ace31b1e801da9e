# make demo    the 60-second tour
# make test    everything CI runs: format, vet, staticcheck, tests with -race
# make bench   edgesim beside its peers, as ratios
# make lint    format, vet and staticcheck alone
# make build   the static binary, in bin/
# make release  binaries for every system, checksums, SBOMs, completions, man page, in dist/
# make notice   NOTICE, from what the binary is made of
# make prebuilt  what the images are made of where none can be pulled, in bin/

GO ?= go
STATICCHECK = $(GO) tool -modfile=tools/go.mod staticcheck

.PHONY: quick soak vuln demo test bench lint build prebuilt release notice fuzz

demo:
	@echo "Building edgesim. The first build takes a minute or two and prints nothing until it is done."
	$(GO) run ./cmd/edgesim demo

# What only computes: ciphers, hashes, compression, and the C of SQLite, whose memory is not
# Go's. To watch these takes up to half of the time of the packages that use them most, and
# finds nothing. Everything that is ours, and every lock and channel, is watched.
UNWATCHED := crypto/des crypto/md5 crypto/rc4 crypto/sha1 \
	$(addprefix crypto/internal/fips140/,aes/... bigmod edwards25519/... mlkem nistec/... sha256 sha3 sha512) \
	compress/flate github.com/andybalholm/brotli/... modernc.org/libc/... modernc.org/sqlite/lib
# -w leaves out what only debuggers read.
RACE := -race -ldflags=-w $(UNWATCHED:%=-gcflags=%=-race=false)

# -count=1: the tests in e2e build the program, which the test cache does not see.
# -vet=off: lint has just vetted everything. The packages that take longest come first,
# so that the others run beside them. Containers come after the browsers, as a browser drops
# its connections at each interface that comes or goes; they wait much, so packages without
# browsers run beside them. GORACE: without it every test program sleeps a second before it
# exits. RACE is for the builds in tests.
LAST := /test/compose|/policy|/proxy|/internal/(functions|ingest|store|tlslegacy)
test: export GORACE ?= atexit_sleep_ms=0
test: export RACE := $(RACE)
test:
	@echo "make test: 1 of 5, format, vet and staticcheck"
	@$(MAKE) --no-print-directory lint
	@echo "make test: 2 of 5, $$($(GO) list ./... | grep -Evc '$(LAST)') packages with the race detector; one line each as they end"
	$(GO) test $(RACE) -vet=off -count=1 -timeout 15m ./test/e2e ./test/page ./originconn $$($(GO) list ./... | grep -Ev '$(LAST)')
	@echo "make test: 3 of 5, containers, and the other $$($(GO) list ./... | grep -Ec '$(LAST)') packages"
	$(GO) test $(RACE) -vet=off -count=1 -timeout 15m ./test/compose $$($(GO) list ./... | grep -E '$(LAST)')
	@echo "make test: 4 of 5, the benchmarks' own tests"
	cd test/bench && $(GO) vet ./... && $(GO) test $(RACE) -vet=off -count=1 -timeout 5m ./...
	@echo "make test: 5 of 5, a gRPC client and server that are not ours"
	cd test/e2e/grpc && $(GO) vet ./... && $(GO) test $(RACE) -vet=off -count=1 -timeout 5m ./...
	@$(GO) run ./internal/peers/cmd/missing

# What a change breaks first: no containers, no browsers, no databases, no JVM, no race
# detector, and fewer generated cases (-short).
quick:
	$(GO) vet ./...
	$(GO) test -short $$($(GO) list ./... | grep -v /edgesim/test/)

lint:
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); \
	if [ -n "$$unformatted" ]; then echo "gofmt would change:"; echo "$$unformatted"; exit 1; fi
	$(GO) vet ./...
	$(STATICCHECK) ./...
	$(GO) -C tools vet ./...

# Two edges under load: random faults, viewers that leave, kills, full disks, database
# restarts, reloads, invalidations, functions that loop and die; what is promised is
# checked at the end. make test has it for half a minute.
SOAK ?= 10m
soak:
	EDGESIM_SOAK=$(SOAK) EDGESIM_KILLS=40 $(GO) test -race -count=1 -timeout 4h -v -run 'TestSoak|TestKilled|TestDiskFull' ./test/e2e

# Known vulnerabilities in what the program calls. Where their database cannot be
# reached, that is said and nothing fails.
vuln:
	@out=$$($(GO) tool -modfile=tools/go.mod govulncheck ./... 2>&1); code=$$?; \
	case "$$out" in \
	*"vuln.go.dev"*|*"fetching vulnerabilities"*) echo "govulncheck is skipped: its database cannot be reached from here" ;; \
	*) echo "$$out"; exit $$code ;; esac

bench: build
	cd test/bench && $(GO) build -o ../../bin/bench .
	bin/bench $(BENCH)

build:
	CGO_ENABLED=0 $(GO) build -trimpath -o bin/edgesim ./cmd/edgesim

prebuilt:
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags="-s -w" -o bin/edgesim ./cmd/edgesim
	CGO_ENABLED=0 $(GO) test -c -trimpath -o bin/compose-tests ./test/compose/tests

# The version is the one that the toolchain notes in the binary: that of the tag
# it is built from. VCS is off only where a test builds from what is not a checkout.
DIST ?= dist
TARGETS ?= linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64
VCS ?= true
VERSION ?= $(shell git describe --tags --match 'v*' --always 2>/dev/null || echo v0.0.0)
release:
	rm -rf "$(DIST)" && mkdir -p "$(DIST)/completions"
	@set -e; for target in $(TARGETS); do \
	  os=$${target%/*}; arch=$${target#*/}; file="$(DIST)/edgesim_$${os}_$${arch}"; [ $$os != windows ] || file=$$file.exe; \
	  echo "building $$file"; \
	  CGO_ENABLED=0 GOOS=$$os GOARCH=$$arch $(GO) build -trimpath -buildvcs=$(VCS) -ldflags="-s -w" -o "$$file" ./cmd/edgesim; \
	  $(GO) -C tools run ./sbom "$(abspath $(DIST))/$${file##*/}" > "$$file.cdx.json"; \
	done
	@set -e; for shell in bash zsh fish; do $(GO) run ./cmd/edgesim completion $$shell > "$(DIST)/completions/edgesim.$$shell"; done
	$(GO) run ./cmd/edgesim man > "$(DIST)/edgesim.1"
	cp NOTICE "$(DIST)/NOTICE"
	@set -e; for target in $(filter linux/%,$(TARGETS)); do for format in deb rpm; do \
	  DIST="$(DIST)" ARCH=$${target#*/} VERSION="$(VERSION)" $(GO) tool -modfile=tools/go.mod nfpm package --config tools/nfpm.yaml --packager $$format --target "$(DIST)/"; \
	done; done
	cd "$(DIST)" && find . -type f ! -name SHA256SUMS | sed 's|^[.]/||' | sort | xargs $$(command -v sha256sum || echo shasum -a 256) > SHA256SUMS
	$(GO) -C tools run ./formula "$(VERSION)" "$(abspath $(DIST))" > "$(DIST)/edgesim.rb.new" && mv "$(DIST)/edgesim.rb.new" "$(DIST)/edgesim.rb"
	cd "$(DIST)" && $$(command -v sha256sum || echo shasum -a 256) edgesim.rb >> SHA256SUMS
	@cat "$(DIST)/SHA256SUMS"

# The licenses of everything in the binary, checked by a test.
notice: build
	$(GO) -C tools run ./notice "$(CURDIR)/bin/edgesim" > NOTICE.new && mv NOTICE.new NOTICE

# FUZZTIME each, over every fuzz target of the module.
FUZZTIME ?= 20s
fuzz:
	@for pkg in $$($(GO) list ./...); do \
	  for target in $$($(GO) test -list '^Fuzz' $$pkg | grep '^Fuzz'); do \
	    echo "$$pkg $$target"; $(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 1x $$pkg || exit 1; \
	  done; \
	done
