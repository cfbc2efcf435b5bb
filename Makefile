# SPDX-FileCopyrightText: the Cadastre authors
# SPDX-License-Identifier: Apache-2.0

SHELL := /bin/bash
DIR ?= cadastre-quickstart
CADASTRE := .build/release/cadastre

.PHONY: help quickstart build test format bench clean

help: ## Show what can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 20

quickstart: ## Install what is missing, build, and run the whole main job on the King James text
	@Scripts/quickstart "$(DIR)"

build: ## Build the command line in release mode
	@Scripts/bootstrap
	swift build -c release --product cadastre

test: ## Everything that decides whether a change may land
	@Scripts/check

format: ## Format all Swift files in place
	swift format --in-place --recursive --parallel Package.swift Sources Tests Benchmarks

bench: ## Train on the King James text with the books open, and print where the time goes
	@Scripts/bootstrap
	@mkdir -p .build && bible -f gen1:1-rev22:21 >.build/king-james.txt
	swift run -c release train-benchmark .build/king-james.txt

clean: ## Remove build products, the virtual environment and the quickstart
	rm -rf .build .venv "$(DIR)"
