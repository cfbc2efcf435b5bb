# SPDX-FileCopyrightText: the Cadastre authors
# SPDX-License-Identifier: Apache-2.0

SHELL := /bin/bash
DIR ?= cadastre-quickstart
LIBRARY ?= ../shared/corpora/library
SECONDS_EACH ?= 60
CADASTRE := .build/release/cadastre

.PHONY: help quickstart build test format fuzz bench-books bench-grants bench-train bench-generate bench-gate \
  bench-admit bench-storage bench-log bench-verify crash-log evaluate evaluate-gate clean

help: ## Show what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 20

quickstart: ## Install what is missing, build, and run the whole main job on the King James text
	@Scripts/quickstart "$(DIR)"

build: ## Build the command line in release mode
	@Scripts/bootstrap
	swift build -c release --product cadastre

test: ## Everything that decides whether a change may land
	@Scripts/check

format: ## Format all Swift files in place
	swift format --in-place --recursive --parallel Package.swift Sources Tests Benchmarks

fuzz: ## Fuzz every reader of outside bytes for SECONDS_EACH seconds (60)
	@Scripts/bootstrap
	@Scripts/fuzz "$(SECONDS_EACH)"

bench-books: ## Measure what the books cost a run, and write Documentation/benchmarks/books.md
	@Scripts/bootstrap
	swift build -c release --product books-benchmark
	@mkdir -p .build Documentation/benchmarks && bible -f gen1:1-rev22:21 >.build/king-james.txt
	.build/release/books-benchmark .build/king-james.txt page=Documentation/benchmarks/books.md

bench-grants: ## Issue and verify a million grants, and write Documentation/benchmarks/grants.md
	@Scripts/bootstrap
	swift build -c release --product grants-benchmark
	@mkdir -p Documentation/benchmarks
	.build/release/grants-benchmark page=Documentation/benchmarks/grants.md

bench-train: ## Measure training steps beside PyTorch's, and write Documentation/benchmarks/train.md
	@Scripts/bootstrap
	swift build -c release --product step-benchmark
	@mkdir -p Documentation/benchmarks
	"$$(Scripts/benchmark-environment)" Benchmarks/peers/train.py .build/release/step-benchmark \
	  Documentation/benchmarks/train.md

bench-generate: ## Measure generation beside llama.cpp and PyTorch, and write Documentation/benchmarks/generate.md
	@Scripts/bootstrap
	swift build -c release --product generate-benchmark
	@mkdir -p Documentation/benchmarks
	"$$(Scripts/benchmark-environment)" Benchmarks/peers/generate.py .build/release/generate-benchmark \
	  Documentation/benchmarks/generate.md

bench-gate: ## Measure fingerprints and look-ups beside rensa and datasketch, and write Documentation/benchmarks/gate.md
	@Scripts/bootstrap
	swift build -c release --product gate-benchmark
	@mkdir -p .build Documentation/benchmarks && bible -f gen1:1-rev22:21 >.build/king-james.txt
	"$$(Scripts/gate-environment)" Benchmarks/peers/gate.py .build/release/gate-benchmark \
	  .build/king-james.txt "$(LIBRARY)" Documentation/benchmarks/gate.md

bench-admit: ## Measure the gate as a stream, and write Documentation/benchmarks/admit.md
	@Scripts/bootstrap
	swift build -c release --product cadastre
	@mkdir -p Documentation/benchmarks
	python3 Benchmarks/AdmitBenchmark/admit.py $(CADASTRE) "$(LIBRARY)/texts" Documentation/benchmarks/admit.md

bench-storage: ## Measure look-ups among ten million works, and write Documentation/benchmarks/storage.md
	@Scripts/bootstrap
	swift build -c release --product storage-benchmark
	@mkdir -p Documentation/benchmarks
	.build/release/storage-benchmark .build/storage-benchmark page=Documentation/benchmarks/storage.md

bench-log: ## Measure durable appends beside the disk's own syncs, and write Documentation/benchmarks/log.md
	@Scripts/bootstrap
	swift build -c release --product log-benchmark
	@mkdir -p .build/log-benchmark Documentation/benchmarks
	.build/release/log-benchmark .build/log-benchmark page=Documentation/benchmarks/log.md
	@rm -rf .build/log-benchmark

crash-log: ## Kill, fail and cut the power of a log's writer, many more times than the tests do
	@Scripts/bootstrap tests
	swift build --build-tests
	CADASTRE_CRASH_LOG=1 swift test --skip-build --disable-xctest --filter 'CrashTests|FaultTests|PowerLossTests'

bench-verify: ## Measure whole audits beside libsodium's bare rate, and write Documentation/benchmarks/verify.md
	@Scripts/bootstrap
	swift build -c release --product verify-benchmark
	@mkdir -p Documentation/benchmarks
	.build/release/verify-benchmark .build/verify-benchmark-registers page=Documentation/benchmarks/verify.md

evaluate: ## Retrain coalitions of real authors and compare shares with other tools (hours)
	@Scripts/bootstrap
	@Scripts/evaluate "$(LIBRARY)" .build/evaluation

evaluate-gate: ## Measure what the gate finds and holds by mistake, and write it into Documentation/gate.md
	@Scripts/bootstrap
	swift build -c release --product gate-evaluation
	@mkdir -p .build && bible -f gen1:1-rev22:21 >.build/king-james.txt
	.build/release/gate-evaluation .build/king-james.txt "$(LIBRARY)" Documentation/gate.md

clean: ## Remove build products, the virtual environments and the quickstart
	rm -rf .build .venv .venv-evaluation .venv-gate "$(DIR)"
