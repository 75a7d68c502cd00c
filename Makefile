# Everything here needs Go, make and git; see README.md.

PREFIX ?= /usr/local
BIN    := $(CURDIR)/bin

.PHONY: build install demo test lint proto bench mutants check clean

build: ## sz, its plugins and the emulator into bin/
	@scripts/build $(BIN)

install: build ## into PREFIX/bin and PREFIX/libexec/sz/plugins
	@scripts/install $(BIN) $(DESTDIR)$(PREFIX)

demo: build ## apply a Secretfile against a local Key Vault, twice
	@scripts/demo $(BIN)

test: build ## every test of every module
	@SZ_BIN=$(BIN) scripts/test

lint: ## linters and import rules
	@scripts/lint

proto: ## generate the Go code of the wire contract
	@scripts/proto

bench: build ## benchmarks
	@SZ_BIN=$(BIN) scripts/bench

mutants: ## break the code as testdata/mutants says: the tests must notice
	@scripts/mutants

check: test lint ## what CI runs

clean:
	rm -rf $(BIN)
